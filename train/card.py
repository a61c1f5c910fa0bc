"""The model card of a bundle: what it was made of, by whom, and what it cannot do."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from train.config import LABELLED
from train.pack import Pack

CARD_FILE = "MODEL_CARD.md"


def write_card(directory: Path, manifest: Mapping[str, Any], pack: Pack) -> None:
    """Write ``MODEL_CARD.md`` into a bundle that is being published."""
    encoder, settings = manifest["encoder"], manifest["settings"]
    saw = (
        "the illustrations' tags were read" if encoder["kind"] in LABELLED else "no label was read"
    )
    facts = {
        "Made": manifest["created"],
        "Encoder": f"{encoder['kind']}, width multiplier "
        f"{settings['encoder']['width_multiplier']}, {encoder['image_size_px']}×"
        f"{encoder['image_size_px']} RGB to {encoder['width']} numbers of length 1, weights kept "
        f"as {encoder['dtype']}; {saw} in training it",
        "Tags": f"{manifest['tags']:,}, one booster each ({manifest['trees']:,} trees in all)",
        "Fitted on": f"{manifest['training_images']:,} illustrations",
        "Calibrated on": f"{manifest['validation_images']:,} others, whole groups held out",
        "Background sample": f"{manifest['background']:,} labelled embeddings of the former",
    }
    lines = [
        f"# Model card: {manifest['name']}",
        "",
        "| | |",
        "|---|---|",
        *(f"| {name} | {value} |" for name, value in facts.items()),
        "",
        "## What it is for",
        "",
        "Suggesting tags for illustrations and finding similar ones, with a person reading the",
        "answer. Scores are calibrated probabilities on illustrations like the training data;",
        "threshold and support of each tag stand in `vocabulary.json`. What the tags tell of",
        "likeness (`metric.npz`) helps to teach new ones from a few examples.",
        "",
        "## What it cannot do",
        "",
        "It knows only what its training illustrations showed: on other styles scores are too",
        "sure of themselves. Tags with few training images are guesses. It must not be used to",
        "decide about people, nor to find out who drew something. Where the data names tones of",
        "skin, genders or ages, so does the bundle: these are words of the data, not facts.",
        "",
        "## Data and attribution",
        "",
        "The images themselves are not part of the bundle.",
        "",
        "| source | images | licences | authors |",
        "|---|---|---|---|",
        *_sources(pack),
        "",
        *(f"- {line}" for line in settings["bundle"]["attribution"]),
        "",
    ]
    (directory / CARD_FILE).write_text("\n".join(lines), encoding="utf-8")


def _sources(pack: Pack) -> list[str]:
    images: Counter[str] = Counter()
    licences: defaultdict[str, set[str]] = defaultdict(set)
    authors: defaultdict[str, set[str]] = defaultdict(set)
    for row, usable in zip(pack.rows, pack.usable, strict=True):
        if usable:
            images[row.source] += 1
            licences[row.source].add(row.licence or "not stated")
            authors[row.source].update([row.author] if row.author else [])
    return [
        f"| {source or 'not stated'} | {count:,} | {', '.join(sorted(licences[source]))} | "
        f"{', '.join(sorted(authors[source])) or 'see the source'} |"
        for source, count in sorted(images.items())
    ]
