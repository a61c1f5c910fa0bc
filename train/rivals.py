"""The usual heads for few examples, which ``python -m train heads`` measures ours against.

All read the plain embedding, as they would where no bundle's tags are known. Each has the settings
that were best on illustrations that were held out of the training split, never on what is tested.
"""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from model.boosters import BoosterOptions, fit_booster
from model.head import Floats
from model.trees import BinEdges, leaf_sums

SHARPNESS = 8.0


@dataclass(frozen=True)
class Field:
    """What every head is fitted against and asked about.

    Attributes:
        negatives: (M, D) illustrations that speak for "does not have it".
        asked: (N, D) illustrations to score.
    """

    negatives: Floats
    asked: Floats

    @cached_property
    def edges(self) -> BinEdges:
        """The bins of a booster's features."""
        return BinEdges.fit(self.negatives)

    @cached_property
    def bins(self) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """The negatives' bins, and those of what is asked about."""
        return self.edges.quantise(self.negatives), self.edges.quantise(self.asked)


Rival = Callable[[Floats, Field], Floats]  # (n, D) positives → (N,) scores


def nearest(positives: Floats, field: Field) -> Floats:
    """1-NN: the closeness of the nearest positive."""
    closeness: Floats = (field.asked @ positives.T).max(axis=1)
    return closeness


def neighbours(positives: Floats, field: Field) -> Floats:
    """k-NN: every positive votes, a nearer one more (a Gaussian of the distance).

    Votes among the negatives as well are worse here: the few positives are seldom among an
    illustration's ten or hundred nearest.
    """
    votes: Floats = np.exp(SHARPNESS * (field.asked @ positives.T - 1)).mean(axis=1)
    return votes


def centroid(positives: Floats, field: Field) -> Floats:
    """The closeness to the positives' mean, as seen from the negatives' mean."""
    middle = field.negatives.mean(axis=0)
    likeness: Floats = (field.asked - middle) @ (positives.mean(axis=0) - middle)
    return likeness


def logistic(positives: Floats, field: Field) -> Floats:
    """Logistic regression."""
    return _linear(LogisticRegression(C=0.01, tol=1e-3), positives, field)


def support_vectors(positives: Floats, field: Field) -> Floats:
    """A linear support vector machine."""
    count = len(positives)
    if count >= 50:
        machine = LinearSVC(C=0.01)
    else:
        machine = LinearSVC(C=1e-5 if count < 10 else 1e-4, class_weight="balanced")
    return _linear(machine, positives, field)


def bare_booster(positives: Floats, field: Field) -> Floats:
    """XGBoost on the embedding, starting from nothing."""
    negatives, asked = field.bins
    bins = np.concatenate([field.edges.quantise(positives), negatives])
    truth = np.arange(len(bins)) < len(positives)
    weights = np.where(truth, len(negatives) / len(positives), 1.0)
    options = BoosterOptions(rounds=40, depth=3, reg_lambda=1.0, column_share=0.3)
    booster = fit_booster(bins, truth, weights, np.zeros(len(bins)), options)
    return leaf_sums(booster, asked)


RIVALS: Mapping[str, Rival] = {
    "1-NN": nearest,
    "k-NN": neighbours,
    "centroid": centroid,
    "logistic regression": logistic,
    "linear SVM": support_vectors,
    "bare booster": bare_booster,
}


def linear_scores(
    fitted: LogisticRegression | LinearSVC,
    examples: Floats,
    truth: NDArray[np.bool_],
    asked: Floats,
    weights: Floats | None = None,
) -> Floats:
    """Fit a linear classifier on numbers of about unit spread, and read its direction.

    Args:
        fitted: The classifier, not fitted yet.
        examples: (n, D).
        truth: (n,) which of them have the tag: some, not all.
        asked: (N, D) illustrations to score.
        weights: (n,) importance of each example; None: all alike.

    Returns:
        (N,) scores, up to a constant.
    """
    negatives = examples[~truth]
    middle = negatives.mean(axis=0)
    scale = np.float32(1 / max(float((negatives - middle).std()), 1e-6))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        fitted.fit((examples - middle) * scale, truth, sample_weight=weights)
    scores: Floats = (asked @ fitted.coef_[0]).astype(np.float32)
    return scores


def _linear(fitted: LogisticRegression | LinearSVC, positives: Floats, field: Field) -> Floats:
    examples = np.concatenate([positives, field.negatives])
    return linear_scores(fitted, examples, np.arange(len(examples)) < len(positives), field.asked)
