"""``python -m train evaluate``: how good a bundle is on illustrations it was not trained on.

Command: python -m train evaluate --bundle B --data DIR --split test
Expected, on 2 cores: 4,800 images in about three minutes, most of it the encoder; the baseline
takes one more.
"""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from tqdm import tqdm

import model
from model.datasets import Dataset, Row, read_dataset
from model.errors import DatasetError
from model.image import ImageLimits
from train.baseline import pixel_pca_neighbours, vote
from train.metrics import measure
from train.pack import Pack, decode_rows
from train.vocabulary import KnownTag, labels

EvaluationSplit = Literal["test", "vendor_holdout", "all"]
BLOCK = 256


class Scorer(Protocol):
    """What is evaluated; ``model.Tagger`` is one."""

    @property
    def vocabulary(self) -> Sequence[KnownTag]:
        """T tags, in the order of the score columns."""

    @property
    def image_size_px(self) -> int:
        """Side of the images that ``encode`` takes."""

    def encode(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(N, H, W, 3) images → (N, D) embeddings."""

    def score(self, embeddings: NDArray[np.float32]) -> NDArray[np.float32]:
        """(N, D) embeddings → (N, T) probabilities."""


def evaluate_bundle(
    bundle: Path | None,
    data: Path,
    split: EvaluationSplit,
    limits: ImageLimits,
    baseline: Pack | None = None,
) -> dict[str, Any]:
    """Evaluate a bundle on a split of a dataset directory.

    Args:
        bundle: None: the default bundle.
        data: The dataset directory.
        split: ``all`` takes every row, also those that the bundle was trained on.
        limits: What images are refused.
        baseline: Packed training images; then the nearest neighbours on raw pixels are measured
            on the same images and tags, and stand under ``baseline`` in the result.

    Returns:
        What ``train.metrics.measure`` returns, with ``split``, ``left_out`` (rows that could not
        be used, each with its reason) and ``seconds``.

    Raises:
        BundleError: If the bundle is missing or damaged.
        DatasetError: If the directory holds no usable image of that split.
    """
    dataset = read_dataset(data)
    rows = rows_of_split(dataset, split)
    result = evaluate_rows(model.Tagger.load(bundle, limits=limits), rows, limits, baseline)
    left_out = [{"name": one.name, "message": one.message} for one in dataset.problems]
    return {"split": split, **result, "left_out": left_out + result["left_out"]}


def rows_of_split(dataset: Dataset, split: EvaluationSplit) -> tuple[Row, ...]:
    """The rows of a split; the vendor holdout is in none but its own and ``all``.

    Raises:
        DatasetError: If there is none.
    """
    rows = tuple(row for row in dataset.rows if split in ("all", row.split))
    if not rows:
        raise DatasetError(
            f"{dataset.directory} has no row in the split {split} ({len(dataset.rows)} rows in "
            "all). Choose another --split, or --split all."
        )
    return rows


def evaluate_rows(
    tagger: Scorer, rows: Sequence[Row], limits: ImageLimits, baseline: Pack | None = None
) -> dict[str, Any]:
    """Evaluate anything that scores, on given rows; see ``evaluate_bundle``.

    Raises:
        DatasetError: If not one of the rows can be decoded.
    """
    began = time.monotonic()
    usable: list[Row] = []
    left_out: list[dict[str, str]] = []
    kept: list[NDArray[np.uint8]] = []
    scores: list[NDArray[np.float32]] = []
    for part, images, bad in _decoded(rows, tagger.image_size_px, limits):
        good = [i for i in range(len(part)) if i not in bad]
        left_out += [{"name": part[i].name, "message": message} for i, message in bad.items()]
        if not good:
            continue
        usable += [part[i] for i in good]
        scores.append(tagger.score(tagger.encode(images[good])))
        if baseline is not None:
            kept.append(images[good])
    if not usable:
        raise DatasetError(
            f"None of the {len(rows)} images can be read. The first: {left_out[0]['message']}"
        )
    result = measure(np.concatenate(scores), tagger.vocabulary, usable)
    result |= {"left_out": left_out, "seconds": round(time.monotonic() - began, 1)}
    if baseline is not None:
        result["baseline"] = measure_baseline(
            baseline, tagger.vocabulary, np.concatenate(kept), usable
        )
    return result


def measure_baseline(
    pack: Pack, vocabulary: Sequence[KnownTag], images: NDArray[np.uint8], rows: Sequence[Row]
) -> dict[str, Any]:
    """Measure nearest neighbours on raw pixels, trained on everything that a bundle saw.

    Args:
        pack: The training images and rows, those held for validation included.
        vocabulary: The bundle's.
        images: (N, H, W, 3) uint8.
        rows: N rows.

    Returns:
        ``plain`` and ``weighted`` (nearer neighbours count more), each with the main figures.
    """
    known = np.flatnonzero(pack.usable)
    fit_labels = labels([pack.rows[i] for i in known.tolist()], vocabulary)
    nearest, distances = pixel_pca_neighbours(pack.images, known, images)
    weights: dict[str, NDArray[np.float32]] = {
        "plain": np.ones_like(distances),
        "weighted": np.reciprocal(distances + np.float32(1e-3)),
    }
    figures = ("map_macro", "precision_at_1", "precision_at_5", "map_by_support")
    found = {
        name: measure(vote(nearest, weight, fit_labels), vocabulary, rows)
        for name, weight in weights.items()
    }
    return {name: {key: one[key] for key in figures} for name, one in found.items()}


def _decoded(
    rows: Sequence[Row], size_px: int, limits: ImageLimits
) -> Iterator[tuple[Sequence[Row], NDArray[np.uint8], dict[int, str]]]:
    """Rows in blocks, decoded in parallel, with the reasons of those that could not be."""
    parts = [rows[at : at + BLOCK] for at in range(0, len(rows), BLOCK)]
    decode = delayed(decode_rows)
    results = Parallel(n_jobs=-1 if len(parts) > 1 else 1, return_as="generator")(
        decode(part, size_px, limits) for part in parts
    )
    with tqdm(total=len(rows), desc="evaluate", unit="image") as bar:
        for part, (images, bad) in zip(parts, results, strict=True):
            yield part, images, bad
            bar.update(len(part))
