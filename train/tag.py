"""``python -m train tag``: one more tag for a bundle that is there, in seconds.

No network is retrained: the new tag's booster is fitted on the given images against the bundle's
own background sample, and every other tag keeps its booster to the byte.
"""

import dataclasses
import datetime
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from tqdm import tqdm

from model.bundle import Bundle, open_bundle, publish_bundle
from model.calibration import Calibration
from model.datasets import is_image
from model.encoder import Encoder
from model.errors import DatasetError, ImageError, TrainingError
from model.head import Head
from model.image import ImageLimits, image_from_bytes, read_image_file
from model.scorer import Scorer, Tag
from train.boosters import Fitting, fit_tag
from train.card import CARD_FILE
from train.config import TrainConfig
from train.head import fit_head
from train.vocabulary import NamedTag

REMADE = ("format", "files")


@dataclasses.dataclass(frozen=True)
class Examples:
    """What teaches the new tag: (n, D) embeddings of right and of wrong examples."""

    positives: NDArray[np.float32]
    negatives: NDArray[np.float32]


def add_tag(
    source: Path,
    out: Path,
    name: str,
    name_ja: str,
    folders: tuple[Path, Path | None],
    config: TrainConfig,
) -> Bundle:
    """Publish a bundle with one more tag.

    Args:
        source: The bundle to start from.
        out: The bundle to publish; must not exist.
        name: The new tag.
        name_ja: Its Japanese name, or empty.
        folders: Directories of images that have the tag, and of images that have it not (or None).
        config: How to fit.

    Raises:
        TrainingError: If the tag exists already.
        DatasetError: If a directory holds no usable image.
        BundleError: If a bundle cannot be read or written.
    """
    bundle = open_bundle(source)
    encoder = Encoder.load(bundle.directory)
    scorer = Scorer.load(bundle.directory, encoder.width)
    known = {tag.name for tag in scorer.vocabulary}
    name = name.strip()
    if not name or name in known:
        problem = "exists already in the bundle" if name in known else "is empty"
        raise TrainingError(f"The tag name {name!r} {problem}. Choose another --name.")
    positives, negatives = folders
    nothing = np.zeros((0, encoder.width), dtype=np.float32)
    examples = Examples(
        embed_folder(positives, encoder),
        embed_folder(negatives, encoder) if negatives else nothing,
    )
    taught = teach(scorer, NamedTag(name, name_ja, len(examples.positives)), examples, config)
    manifest = {key: bundle.manifest[key] for key in bundle.manifest if key not in REMADE}
    manifest |= {
        "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "tags": len(taught.vocabulary),
        "trees": len(taught.forest.leaves),
        "background": len(taught.background),
        "taught": [*bundle.manifest.get("taught", []), name],
    }

    def write(directory: Path) -> None:
        for file in bundle.manifest["files"]:
            target = directory / file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((bundle.directory / file).read_bytes())
        taught.save(directory)
        with (directory / CARD_FILE).open("a", encoding="utf-8") as card:
            card.write(f"- Taught later, from {len(examples.positives)} images: {name}\n")

    return publish_bundle(out, manifest, write)


def teach(scorer: Scorer, tag: NamedTag, examples: Examples, config: TrainConfig) -> Scorer:
    """Return a scorer with one more column; nothing else changes.

    The background sample speaks for "does not have it": one in some thousand rows may, and a
    booster bears that.
    """
    background, count = scorer.background, len(examples.positives)
    embeddings = np.concatenate([examples.positives, examples.negatives, background])
    truth = sp.csr_matrix(np.arange(len(embeddings))[:, None] < count, dtype=np.float32)
    groups = np.arange(len(embeddings))
    fitted = fit_head(
        embeddings, truth, groups, len(embeddings), config.seed, scorer.head.coefficients
    )
    bins = scorer.edges.quantise(embeddings)
    fitting = Fitting((tag,), truth.tocsc(), fitted, scorer.edges, bins)
    booster = fit_tag(fitting, 0, config.boosters, config.seed)
    offset = float(np.median(scorer.calibration.offsets))
    threshold = float(np.median([known.threshold for known in scorer.vocabulary]))
    head = Head(
        scorer.head.background.extended(embeddings[: -len(background)], _tags(scorer, examples)),
        np.column_stack([scorer.head.ridge, fitted.head.ridge]),
        np.append(scorer.head.prevalence, fitted.head.prevalence),
        scorer.head.coefficients,
    )
    return Scorer(
        (*scorer.vocabulary, Tag(tag.name, tag.name_ja, round(threshold, 4), tag.support)),
        head,
        scorer.edges,
        scorer.forest.with_booster(None, booster),
        Calibration(
            scorer.calibration.slope,
            np.append(scorer.calibration.offsets, np.float32(offset)),
        ),
        head.background.embeddings(),
    )


def embed_folder(folder: Path, encoder: Encoder) -> NDArray[np.float32]:
    """(n, D) embeddings of the images in a directory; unreadable ones are said and left out.

    Raises:
        DatasetError: If none is left.
    """
    files = [path for path in sorted(folder.rglob("*")) if is_image(path)]
    limits, size = ImageLimits(), encoder.options.image_size_px
    images: list[NDArray[np.uint8]] = []
    for path in tqdm(files, desc=folder.name):
        try:
            images.append(image_from_bytes(read_image_file(path, limits), limits, size))
        except ImageError as error:
            tqdm.write(f"left out: {path}: {error.code}: {error.message}")
    if not images:
        raise DatasetError(f"{folder} holds no image that can be read. Check the directory.")
    return encoder.embed(np.stack(images))


def _tags(scorer: Scorer, examples: Examples) -> Sequence[Sequence[int]]:
    """The tags of the examples as background rows: the new one, and what the bundle is sure of."""
    embeddings = np.concatenate([examples.positives, examples.negatives])
    thresholds = np.array([tag.threshold for tag in scorer.vocabulary])
    sure = scorer.score(embeddings) >= thresholds
    new = [len(scorer.vocabulary)]
    return [
        np.flatnonzero(row).tolist() + (new if n < len(examples.positives) else [])
        for n, row in enumerate(sure)
    ]
