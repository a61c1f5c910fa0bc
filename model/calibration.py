"""Margins → scores: calibrated probabilities, and the threshold of each tag.

Both are fitted on the validation split. Platt's scaling (a slope and an offset on the margin,
Platt 1999) is fitted once over all tags on what people see, the highest margins of each image, then
each tag gets an offset of its own, shrunk towards the shared one by how few positives speak for it.
"""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Truth = NDArray[np.bool_]

SHOWN = 10  # The tags of an image that people see.
SHRINKAGE = 20.0  # A tag's own offset counts half at this many expected positives.
NEWTON_STEPS = 30
FEWEST_FOR_OWN_THRESHOLD = 10


@dataclass(frozen=True)
class Calibration:
    """``score = sigmoid(slope * margin + offset)``.

    Attributes:
        slope: One for all tags.
        offsets: (T,) float32.
    """

    slope: float
    offsets: Floats

    @classmethod
    def fit(cls, margins: Floats, truth: Truth) -> Self:
        """Fit on (N, T) margins and labels of the validation split."""
        if not len(margins) or not truth.any():
            return cls(1.0, np.zeros(margins.shape[1], dtype=np.float32))
        shown = np.argpartition(-margins, min(SHOWN, margins.shape[1]) - 1, axis=1)[:, :SHOWN]
        said = np.take_along_axis(margins, shown, axis=1).ravel()
        right = np.take_along_axis(truth, shown, axis=1).ravel()
        slope, offset = _fit_platt(said.astype(np.float64), right)
        scores = _sigmoid(slope * said + offset)
        return cls(slope, offset + _own_offsets(shown.ravel(), scores, right, margins.shape[1]))

    def scores(self, margins: Floats, tags: NDArray[np.intp] | None = None) -> Floats:
        """(..., T) margins → float32 in 0..1; or (P,) of these P tags."""
        offsets = self.offsets if tags is None else self.offsets[tags]
        return _sigmoid(self.slope * margins + offsets).astype(np.float32)


def fit_thresholds(scores: Floats, truth: Truth) -> Floats:
    """(T,) thresholds: each tag's best F1 on the validation split.

    A tag with few validation positives takes the one threshold that is best for all tags together;
    its own would be noise.
    """
    shared = _best_threshold(scores.ravel(), truth.ravel())
    thresholds = np.full(scores.shape[1], shared, dtype=np.float32)
    for t in np.flatnonzero(truth.sum(axis=0) >= FEWEST_FOR_OWN_THRESHOLD):
        # Halfway to the shared one: the best F1 of a few dozen positives is still noisy.
        thresholds[t] = (_best_threshold(scores[:, t], truth[:, t]) + shared) / 2
    return thresholds


def _own_offsets(columns: NDArray[np.intp], scores: Floats, right: Truth, tags: int) -> Floats:
    """(tags,) what to add for tags that are right more or less often than their scores say.

    ``columns``, ``scores`` and ``right`` have one entry for each tag shown of an image.
    """
    hits = np.bincount(columns, right, tags)
    expected = np.bincount(columns, scores, tags)
    spread = np.bincount(columns, scores * (1 - scores), tags)
    # One Newton step of the tag's own offset with a Gaussian prior around 0.
    step = (hits - expected) / (spread + SHRINKAGE / 4)
    return np.clip(step, -2.0, 2.0).astype(np.float32)


def _fit_platt(margins: NDArray[np.float64], truth: Truth) -> tuple[float, float]:
    """Logistic regression of one variable by Newton's method."""
    design = np.stack([margins, np.ones_like(margins)], axis=1)
    weights = np.array([1.0, 0.0])
    for _ in range(NEWTON_STEPS):
        score = _sigmoid(design @ weights)
        gradient = design.T @ (truth - score) - 1e-3 * (weights - (1.0, 0.0))
        curvature = (design * (score * (1 - score))[:, None]).T @ design + 1e-3 * np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        weights += step
        if np.abs(step).max() < 1e-8:
            break
    return float(max(weights[0], 1e-3)), float(weights[1])


def _best_threshold(scores: Floats, truth: Truth) -> float:
    """The score above which F1 is best."""
    candidates = np.flatnonzero(scores >= 0.02)
    order = candidates[np.argsort(-scores[candidates], kind="stable")]
    right = np.cumsum(truth[order])
    if not len(order) or not right[-1]:
        return 0.5
    f1 = 2 * right / (np.arange(1, len(order) + 1) + truth.sum())
    f1[:-1][np.diff(scores[order]) == 0] = 0  # Equal scores are said together or not at all.
    return float(scores[order[int(f1.argmax())]])


def _sigmoid(values: NDArray[Any]) -> NDArray[Any]:
    scores: NDArray[Any] = 1 / (1 + np.exp(-np.clip(values, -60, 60)))
    return scores
