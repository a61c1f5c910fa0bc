"""How good scores are: ranking of images by tag, of tags by image, and calibration."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from model.datasets import Row
from train.vocabulary import KnownTag, labels

MIN_LABELLED = 5
TOP = 10
CALIBRATION_BINS = 15
SUPPORT_BANDS = ((0, 0), (1, 4), (5, 9), (10, 19), (20, 49), (50, 199), (200, None))


def measure(
    scores: NDArray[np.float32], vocabulary: Sequence[KnownTag], rows: Sequence[Row]
) -> dict[str, Any]:
    """Every figure of ``python -m train evaluate``.

    The truth of ``map_macro`` is the English list of each row. A tag that the vocabulary lacks
    counts with a constant score, whose average precision is the tag's share of the images.

    Args:
        scores: (N, T) probabilities; column t belongs to ``vocabulary[t]``.
        vocabulary: T tags.
        rows: N rows, each with its true tags.

    Returns:
        ``images``, ``tags`` (with at least 5 labelled images), ``map_macro``, ``precision_at_1``,
        ``precision_at_5``, ``ece``; beside them ``known_tags`` (of ``tags``), ``map_known`` over
        those, and ``map_by_support``: by training rows of a tag, the number of tags and their map.
        A figure without any case is None.
    """
    counts = Counter(tag for row in rows for tag in set(row.tags))
    tested = sorted(tag for tag, count in counts.items() if count >= MIN_LABELLED)
    columns = {tag.name: t for t, tag in enumerate(vocabulary)}
    precisions = np.array([counts[tag] / len(rows) for tag in tested])
    known = np.array([tag in columns for tag in tested], dtype=np.bool_)
    truth = _occurrences(rows, tested)
    for i in np.flatnonzero(known).tolist():
        precisions[i] = average_precision(truth[tested[i]], scores[:, columns[tested[i]]])
    support = [vocabulary[columns[tag]].support if tag in columns else 0 for tag in tested]
    right, confident = top_scores(scores, labels(rows, vocabulary))
    labelled = np.array([bool(row.tags or row.tags_ja) for row in rows], dtype=np.bool_)
    return {
        "images": len(rows),
        "tags": len(tested),
        "map_macro": _mean(precisions),
        "precision_at_1": _mean(right[labelled, :1]),
        "precision_at_5": _mean(right[labelled, :5]),
        "ece": calibration_error(confident.ravel(), right.ravel()),
        "known_tags": int(known.sum()),
        "map_known": _mean(precisions[known]),
        "map_by_support": map_by_support(precisions, np.array(support)),
    }


def average_precision(truth: NDArray[np.integer[Any]], scores: NDArray[np.float32]) -> float:
    """Area under the steps of precision over recall.

    Args:
        truth: Indices of the images that have the tag, at least one.
        scores: (N,) scores of all images.
    """
    precision, recall = precision_and_recall(truth, scores)
    return float((np.diff(recall, prepend=0.0) * precision).sum())


def precision_and_recall(
    truth: NDArray[np.integer[Any]], scores: NDArray[np.float32]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Precision and recall at every distinct score as the threshold, from the highest down.

    Equal scores are one step: no order among them would be honest.

    Args:
        truth: Indices of the images that have the tag, at least one.
        scores: (N,) scores of all images.
    """
    true = np.zeros(len(scores), dtype=np.int64)
    true[truth] = 1
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    last = np.r_[np.flatnonzero(ranked[1:] != ranked[:-1]), len(ranked) - 1]
    found = np.cumsum(true[order])[last]
    return found / (last + 1), found / len(truth)


def calibration_bins(
    scores: NDArray[np.float32], right: NDArray[np.bool_]
) -> list[tuple[float, float, int]]:
    """Mean score, share that was right, and number of cases, in 15 bins of equal mass."""
    order = np.argsort(scores, kind="stable")
    parts = np.array_split(order, CALIBRATION_BINS)
    return [
        (float(scores[part].mean(dtype=np.float64)), float(right[part].mean()), len(part))
        for part in parts
        if len(part)
    ]


def calibration_error(scores: NDArray[np.float32], right: NDArray[np.bool_]) -> float | None:
    """The expected calibration error over ``calibration_bins``."""
    bins = calibration_bins(scores, right)
    total = sum(count for _, _, count in bins)
    if not total:
        return None
    return sum(abs(score - share) * count for score, share, count in bins) / total


def map_by_support(
    precisions: NDArray[np.float64], support: NDArray[np.int64]
) -> dict[str, dict[str, Any]]:
    """Mean average precision of the tags in each band of training rows that has any.

    A tag that the vocabulary lacks has no training rows and stands under ``unknown``.
    """
    bands: dict[str, dict[str, Any]] = {}
    for low, high in SUPPORT_BANDS:
        chosen = (support >= low) & (support <= (high if high is not None else np.inf))
        if chosen.any():
            name = "unknown" if high == 0 else f"{low}–{high}" if high is not None else f"{low}+"
            bands[name] = {"tags": int(chosen.sum()), "map": _mean(precisions[chosen])}
    return bands


def top_scores(
    scores: NDArray[np.float32], truth: sp.csr_matrix
) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
    """Of each image's ten highest scores: whether the tag is right, and the score.

    Args:
        scores: (N, T).
        truth: (N, T) ones where image n has tag t.

    Returns:
        Two arrays (N, 10), narrower where T is less, by falling score.
    """
    top = min(TOP, scores.shape[1])
    highest = np.empty((len(scores), top), dtype=np.int64)
    right = np.empty((len(scores), top), dtype=np.bool_)
    for n, line in enumerate(scores):
        candidates = np.argpartition(-line, top - 1)[:top] if top else np.arange(0)
        highest[n] = candidates[np.argsort(-line[candidates], kind="stable")]
        right[n] = np.isin(highest[n], truth.indices[truth.indptr[n] : truth.indptr[n + 1]])
    return right, np.take_along_axis(scores, highest, axis=1)


def _occurrences(rows: Sequence[Row], tags: Sequence[str]) -> dict[str, NDArray[np.int64]]:
    found: dict[str, list[int]] = {tag: [] for tag in tags}
    for n, row in enumerate(rows):
        for tag in set(row.tags):
            if tag in found:
                found[tag].append(n)
    return {tag: np.array(numbers) for tag, numbers in found.items()}


def _mean(values: NDArray[Any]) -> float | None:
    return float(values.mean()) if values.size else None
