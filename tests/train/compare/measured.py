"""Made-up results of a comparison, in the form and of the order of size of real ones."""

from typing import Any

HEADS = {
    "bare boosters": 0.8,
    "boosters": 1.0,
    "vote and ridge": 0.985,
    "k-NN": 0.88,
    "ridge": 0.78,
    "logistic regression": 0.84,
    "linear SVM": 0.8,
}
CHEAP = ("vote and ridge", "k-NN", "ridge", "own outputs")
BANDS = {"5–9": 0.8, "10–19": 0.88, "20–49": 0.95, "50–199": 1.12, "200+": 1.6}
CHANGES = {"unchanged": 1.0, "JPEG at quality 30": 0.97, "crop to 75 %": 0.5, "mirror": 0.8}
RIVALS = {"ours": 1.0, "k-NN": 0.9, "linear SVM": 0.8}


def content(name: str = "autoencoder", quality: float = 0.37, **changes: Any) -> dict[str, Any]:
    """What the comparison keeps of one encoder.

    Args:
        name: Its name, and its kind.
        quality: Mean average precision of its boosters on the test split.
        changes: Parts in place of the made-up ones.
    """
    made = {
        "name": name,
        "label": name.replace("_", " "),
        "seed": 0,
        "settings": {"kind": name, "image_size_px": 64},
        "cost": {
            "train_seconds": 2400.0,
            "images_seen": 340_000,
            "parameters": 3_000_000,
            "bytes": 6_000_000,
            "ms_per_image": 5.0,
        },
        "tagging": tagging(quality, outputs=name == "supervised"),
        "new_tags": {
            split: {
                "tags": 60,
                **{
                    head: {"5": 0.6 * part * quality * share, "20": 0.8 * part * quality * share}
                    for head, share in RIVALS.items()
                },
            }
            for split, part in (("test", 1.0), ("holdout", 0.8))
        },
        "likeness": likeness(quality),
        "copies": {
            change: {"encoder": share * quality**0.1, "pHash": 0.8 * share, "dHash": 0.7 * share}
            for change, share in CHANGES.items()
        },
        "findings": findings(quality),
    }
    return {**made, **changes}


def tagging(quality: float, *, outputs: bool = False) -> dict[str, Any]:
    """Every head on every split; boosters are the best of them, or the own outputs."""
    heads = {**HEADS, **({"own outputs": 1.05} if outputs else {})}
    made: dict[str, Any] = {"settings": {"k-NN": {"neighbours": 30}}, "per_tag": {}}
    for split, part in (("test", 1.0), ("holdout", 1.3), ("validation", 1.1)):
        made[split] = {
            head: {
                "sample": {"tags": 300, "map": part * share * quality, "map_20": 0.45},
                **({"all": everything(part * share * quality)} if head in CHEAP else {}),
            }
            for head, share in heads.items()
        }
    return made


def everything(mean: float) -> dict[str, Any]:
    """A head that is cheap enough for all tags."""
    return {
        "tags": 1643,
        "map": mean,
        "precision_at_5": min(1.4 * mean, 1.0),
        "map_by_support": {
            band: {"tags": 100 * (place + 1), "map": mean * share}
            for place, (band, share) in enumerate(BANDS.items())
        },
    }


def likeness(quality: float) -> dict[str, Any]:
    """How an encoder likens."""
    return {
        "concepts": 1200,
        "illustrations": 2400,
        "everyone": {"of_10": 5 * quality, "share": quality, "chance": 0.004},
        "other artists": {"of_10": 6 * quality, "share": 1.2 * quality, "chance": 0.005},
        "cosine": {
            "queries": 500,
            "neighbours": 100,
            "spearman": 0.93,
            "kendall": 0.8,
            "same_10": 0.9,
        },
    }


def findings(quality: float) -> dict[str, Any]:
    """The article's own."""
    heads = {"boosters": quality, "vote and ridge": 0.98 * quality}
    return {
        "kinds": {
            kind: {"tags": 8, **heads, "alike": 0.9 * quality, "names": {}}
            for kind in ("moods and scenes", "characters")
        },
        "capped": {"tags": 300, "labels_kept": 0.72, "all": heads, "capped": heads},
        "seen": {"tags": 150, "rows": 1500, "seen": heads, "unseen": heads},
    }


def several() -> list[dict[str, Any]]:
    """A whole comparison: worse and better ones, and one that was given less."""
    cheap = content("pixel_pca", 0.25)
    cheap["cost"] = {
        **cheap["cost"],
        "train_seconds": 40.0,
        "images_seen": 0,
        "ms_per_image": 0.2,
    }
    short = content("vae_gan", 0.31)
    short["cost"] = {**short["cost"], "train_seconds": 5000.0, "images_seen": 120_000}
    return [
        cheap,
        content("supervised", 0.42),
        content("autoencoder", 0.36),
        short,
        content("contrastive", 0.4),
        content("hinted", 0.47),
    ]
