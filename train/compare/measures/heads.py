"""The heads that are compared on one encoder's embeddings, each as it would be fitted by hand.

Two kinds. The *whole* ones score every tag of the vocabulary at once: nearest neighbours, ridge
regression, and both joined, from which the served boosters start. The *tag* heads are fitted a tag
at a time, and all of those on the same rows: all positives, the hardest negatives and some random
ones, weighted to stand for the rest (``train.boosters.sample_rows``).

The bare boosters are the kind of head that the article describes: XGBoost on the embedding alone,
starting from nothing.
"""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from model.boosters import BoosterOptions, fit_booster
from model.head import Floats, base_margins
from model.trees import leaf_sums
from train.boosters import fit_tag, sample_rows
from train.compare.measures.footing import Footing
from train.config import BoostersConfig
from train.head import votes_of
from train.rivals import linear_scores

BARE_LEARNING_RATE = 0.3  # XGBoost's own; at the served ones' 0.1 it is worse by a fifth.


@dataclass(frozen=True)
class Nearest:
    """How neighbours vote.

    Attributes:
        k: How many.
        by_distance: Whether nearer ones count more (as ``find_neighbourhood`` weighs them).
    """

    k: int
    by_distance: bool


NEAREST = tuple(Nearest(k, by_distance) for by_distance in (False, True) for k in (10, 30, 120))


def nearest(footing: Footing, part: slice, setting: Nearest) -> Floats:
    """k-NN: (n, T) the share of the k nearest fitting rows that have each tag."""
    rows = footing.near.rows[part, : setting.k]
    weights = (
        footing.near.weights[part, : setting.k] if setting.by_distance else np.ones(rows.shape)
    )
    weights = weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-12)
    votes: Floats = votes_of(rows, weights, footing.fitting.labels.tocsr()).toarray()
    return votes


def ridge(footing: Footing, part: slice) -> Floats:
    """Ridge regression of each tag's label: (n, T) the expected label, about 0 to 1."""
    prevalence = footing.fitting.head.head.prevalence
    spread = np.sqrt(prevalence * (1 - prevalence))
    expected: Floats = _ridge_scores(footing, footing.asked[part]) * spread
    return expected


def vote_and_ridge(footing: Footing, part: slice) -> Floats:
    """(n, T): the base margins that the served boosters start from."""
    head = footing.fitting.head.head
    scores = _ridge_scores(footing, footing.asked[part])
    votes = footing.votes[part].toarray()
    return base_margins(votes, scores, head.prevalence, head.coefficients)


@dataclass(frozen=True)
class Setting:
    """How a tag head is held back.

    Attributes:
        penalty: Of a booster's leaves (``reg_lambda``), or of a linear head's squared weights.
        balanced: Whether the positives weigh as much as all negatives.
    """

    penalty: float
    balanced: bool = False


@dataclass(frozen=True, eq=False)
class Lesson:
    """What one tag's heads are fitted on.

    Attributes:
        tag: The column.
        rows: Numbers of the fitting rows.
        truth: (n,) which of them have the tag.
        weights: (n,) how many rows each stands for.
        config: How boosters are fitted.
        seed: Fixes the rows.
    """

    tag: int
    rows: NDArray[np.int64]
    truth: NDArray[np.bool_]
    weights: Floats
    config: BoostersConfig
    seed: int

    @classmethod
    def of(cls, footing: Footing, tag: int, config: BoostersConfig, seed: int) -> Self:
        """Draw the rows that ``fit_tag`` draws."""
        base = footing.fitting.head.column(tag)[2]
        truth = footing.fitting.labels[:, [tag]].toarray().ravel() > 0
        random = np.random.default_rng((seed, tag))
        rows, weights = sample_rows(truth, base, config, random)
        return cls(tag, rows, truth[rows], weights, config, seed)

    def weighted(self, setting: Setting) -> Floats:
        """(n,) the weights, the positives' raised where a setting asks for it."""
        if not setting.balanced:
            return self.weights
        having, rest = self.weights[self.truth].sum(), self.weights[~self.truth].sum()
        return np.where(self.truth, self.weights * (rest / having), self.weights).astype(np.float32)


def _settings(*penalties: float, balanced: bool = False) -> tuple[Setting, ...]:
    return tuple(Setting(penalty, balanced) for penalty in penalties)


TagHead = Callable[[Footing, Lesson, Setting], Floats]  # → (N,) scores of everything asked


def served_boosters(footing: Footing, lesson: Lesson, setting: Setting) -> Floats:
    """The bundle's: trees that start from vote and ridge score, and read both."""
    tag, config = lesson.tag, dataclasses.replace(lesson.config, reg_lambda=setting.penalty)
    booster = fit_tag(footing.fitting, tag, config, lesson.seed)
    head, edges = footing.fitting.head.head, footing.fitting.edges
    votes = footing.votes[:, [tag]].toarray().ravel()
    scores = footing.asked @ head.ridge[:-1, tag] + head.ridge[-1, tag]
    base = base_margins(votes, scores, head.prevalence[tag], head.coefficients)
    extra = edges.quantise(np.column_stack([votes, scores]), first=footing.bins.shape[1])
    margins: Floats = base + leaf_sums(booster, np.hstack([footing.bins, extra]))
    return margins


def bare_boosters(footing: Footing, lesson: Lesson, setting: Setting) -> Floats:
    """XGBoost on the embedding alone, of as many trees and as deep as the served ones.

    It learns faster than those: it starts from nothing and has farther to go.
    """
    config = lesson.config
    options = BoosterOptions(
        rounds=config.rounds,
        depth=config.depth,
        learning_rate=BARE_LEARNING_RATE,
        reg_lambda=setting.penalty,
        min_child_weight=config.min_child_weight,
        column_share=config.column_share,
        seed=lesson.seed,
    )
    nothing = np.zeros(len(lesson.rows), np.float32)
    bins, weights = footing.fitting.bins[lesson.rows], lesson.weighted(setting)
    booster = fit_booster(bins, lesson.truth.astype(np.float32), weights, nothing, options)
    return leaf_sums(booster, footing.bins)


def logistic(footing: Footing, lesson: Lesson, setting: Setting) -> Floats:
    """Logistic regression."""
    return _linear(LogisticRegression(C=1 / setting.penalty, tol=1e-3), footing, lesson, setting)


def support_vectors(footing: Footing, lesson: Lesson, setting: Setting) -> Floats:
    """A linear support vector machine."""
    machine = LinearSVC(C=1 / setting.penalty, dual=False, tol=1e-3)
    return _linear(machine, footing, lesson, setting)


# What is tried: of a first look at one encoder, on validation, what was best for some band of
# support, and its neighbours. The served boosters have the bundle's own settings.
TAG_HEADS: Mapping[str, tuple[TagHead, tuple[Setting, ...]]] = {
    "bare boosters": (bare_boosters, (*_settings(1, 10), *_settings(1, 30, balanced=True))),
    "boosters": (served_boosters, ()),
    "logistic regression": (
        logistic,
        (*_settings(1, 10, 30, 100), *_settings(1000, balanced=True)),
    ),
    "linear SVM": (
        support_vectors,
        (*_settings(100, 300, 1000), *_settings(10_000, balanced=True)),
    ),
}


def _linear(
    fitted: LogisticRegression | LinearSVC, footing: Footing, lesson: Lesson, setting: Setting
) -> Floats:
    examples = footing.fitting.head.embeddings[lesson.rows]
    return linear_scores(fitted, examples, lesson.truth, footing.asked, lesson.weighted(setting))


def _ridge_scores(footing: Footing, embeddings: Floats) -> Floats:
    weights = footing.fitting.head.head.ridge
    scores: Floats = embeddings @ weights[:-1] + weights[-1]
    return scores
