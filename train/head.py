"""Fit what the boosters start from: background, ridge scores, and the coefficients that join them.

Everything that a booster will read of a training row is computed as if that row were new: votes
leave its own group out, ridge scores come from models fitted on the other folds. Else the trees
learn to trust a leak that no posted illustration has.
"""

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from model.head import (
    Background,
    Floats,
    Head,
    Labels,
    Neighbourhood,
    base_margins,
    find_neighbourhood,
    margin_terms,
)
from model.metric import Metric
from model.trees import BinEdges
from train.judges import FOLDS, Judges, folds_of

RIDGE = 15.0  # For embeddings of length 1; flat between 5 and 50 on the validation split.
JOINED_ROWS = 20_000
JOINED_NEGATIVES = 2_000_000
EDGE_ROWS = 20_000


@dataclass(frozen=True)
class TrainingHead:
    """The fitted head, with what it says of the training rows themselves.

    Attributes:
        head: What is served.
        embeddings: (n, D) float32 of the training rows.
        votes: (n, T) sparse by columns, each row's own group left out.
        folds: (n,) the fold of each row.
        fold_ridge: (FOLDS, D + 1, T) float32: the model that has not seen that fold.
        metric: Who is a neighbour; None: the embedding says it.
    """

    head: Head
    embeddings: Floats
    votes: sp.csc_matrix
    folds: NDArray[np.int64]
    fold_ridge: Floats
    metric: Metric | None = None

    def column(self, tag: int) -> tuple[Floats, Floats, Floats]:
        """Vote, ridge score and base margin of every training row for one tag, each (n,)."""
        votes = self.votes[:, [tag]].toarray().ravel()
        ridge = np.empty(len(self.embeddings), dtype=np.float32)
        for fold, weights in enumerate(self.fold_ridge[:, :, tag]):
            rows = self.folds == fold
            ridge[rows] = self.embeddings[rows] @ weights[:-1] + weights[-1]
        head = self.head
        return votes, ridge, base_margins(votes, ridge, head.prevalence[tag], head.coefficients)


def fit_head(
    embeddings: Floats,
    labels: sp.csr_matrix,
    groups: NDArray[np.int64],
    background: int | NDArray[np.int64],
    seed: int,
    coefficients: Floats | None = None,
    judges: Judges | None = None,
) -> TrainingHead:
    """Fit a head.

    Args:
        embeddings: (n, D) of the training rows.
        labels: (n, T) of ones.
        groups: (n,) rows of one number are near-duplicates.
        background: How many rows make the background sample, drawn at random; or which ones.
        seed: Fixes folds and samples.
        coefficients: What joins the terms, where it is known already; None: fit it.
        judges: Who is a neighbour; None: the embedding says it.
    """
    random = np.random.default_rng(seed)
    labels = labels.astype(np.float32)
    drawn = random.permutation(len(embeddings))
    chosen = np.sort(drawn[:background]) if isinstance(background, int) else background
    sample = Background.compress(embeddings[chosen], as_labels(labels[chosen]))
    folds = folds_of(groups, seed)
    known = sample.embeddings()
    if judges is None:
        near = find_neighbourhood(embeddings, known, groups, groups[chosen])
    else:
        near = _judged(embeddings, known, folds, judges, (groups, groups[chosen]))
    votes = votes_of(near.rows, near.weights, labels[chosen]).tocsc()
    prevalence = np.asarray(labels.mean(axis=0), dtype=np.float32).ravel()
    prevalence = np.clip(prevalence, 1e-7, 1 - 1e-7)
    fold_ridge = np.stack(
        [_ridge(embeddings[folds != k], labels[folds != k], prevalence) for k in range(FOLDS)]
    )
    ridge = _ridge(embeddings, labels, prevalence).astype(np.float16).astype(np.float32)
    start = np.zeros(4, dtype=np.float32) if coefficients is None else coefficients
    head = Head(sample, ridge, prevalence, start)
    metric = judges.served if judges else None
    fitted = TrainingHead(head, embeddings, votes, folds, fold_ridge, metric)
    if coefficients is not None:
        return fitted
    return join(fitted, labels, random)


def _judged(
    embeddings: Floats,
    background: Floats,
    folds: NDArray[np.int64],
    judges: Judges,
    groups: tuple[NDArray[np.int64], NDArray[np.int64]],
) -> Neighbourhood:
    """The neighbours of every row by the metric that has not seen it, its own group left out."""
    parts, rows = [], []
    for fold, metric in enumerate(judges.by_fold):
        mine = np.flatnonzero(folds == fold)
        places = metric.places(embeddings[mine]), metric.places(background)
        parts.append(find_neighbourhood(*places, groups[0][mine], groups[1]))
        rows.append(mine)
    order = np.argsort(np.concatenate(rows))
    near, weights = zip(*((part.rows, part.weights) for part in parts), strict=True)
    return Neighbourhood(np.concatenate(near)[order], np.concatenate(weights)[order])


def fit_edges(fitted: TrainingHead, labels: sp.csr_matrix, seed: int) -> BinEdges:
    """Cut the embedding's numbers, the votes and the ridge scores into shared bins."""
    random = np.random.default_rng(seed)
    count = min(EDGE_ROWS, len(fitted.embeddings))
    rows = random.choice(len(fitted.embeddings), count, replace=False)
    # Where decisions are made: on illustrations that have the tag, and on near misses.
    sources = (labels.tocoo(), fitted.votes.tocoo())
    pairs = np.concatenate([_draw(source, count, random) for source in sources])
    pairs = pairs[random.choice(len(pairs), count)]
    votes = np.asarray(fitted.votes.tocsr()[pairs[:, 0], pairs[:, 1]]).ravel()
    ridge = _fold_scores(fitted, pairs[:, 0], pairs[:, 1])
    return BinEdges.fit(np.column_stack([fitted.embeddings[rows], votes, ridge]))


def join(
    fitted: TrainingHead,
    labels: sp.csr_matrix,
    random: np.random.Generator,
    most_rows: int = JOINED_ROWS,
) -> TrainingHead:
    """Fit the coefficients: one logistic regression over all (row, tag) pairs of some rows.

    It sees every positive, every negative that has a vote, and a weighted sample of the rest.

    Args:
        fitted: A head whose coefficients do not matter.
        labels: (n, T) of ones.
        random: Where rows and sample come from.
        most_rows: How many rows; the time that it takes grows with them.
    """
    rows = np.sort(random.permutation(len(fitted.embeddings))[:most_rows])
    truth, votes = labels[rows].tocoo(), fitted.votes.tocsr()[rows]
    shape = truth.shape
    positive = _distinct(truth.row.astype(np.int64) * shape[1] + truth.col)
    voted = votes.tocoo()
    voted_pairs = _distinct(voted.row.astype(np.int64) * shape[1] + voted.col)
    near_miss = np.setdiff1d(voted_pairs, positive, assume_unique=True)
    drawn = _distinct(random.integers(0, shape[0] * shape[1], JOINED_NEGATIVES))
    rest = np.setdiff1d(drawn, positive, assume_unique=True)
    rest = np.setdiff1d(rest, voted_pairs, assume_unique=True)
    rest_weight = (shape[0] * shape[1] - len(positive) - len(near_miss)) / max(1, len(rest))
    pairs = np.concatenate([positive, near_miss, rest])
    weights = np.ones(len(pairs))
    weights[len(positive) + len(near_miss) :] = rest_weight
    at, tags = pairs // shape[1], pairs % shape[1]
    terms = margin_terms(
        np.asarray(votes[at, tags]).ravel(),
        _fold_scores(fitted, rows[at], tags),
        fitted.head.prevalence[tags],
    )
    regression = LogisticRegression(C=1e6, max_iter=300)
    regression.fit(terms, np.arange(len(pairs)) < len(positive), sample_weight=weights)
    found = np.concatenate([regression.intercept_, regression.coef_[0]]).astype(np.float32)
    return dataclasses.replace(fitted, head=dataclasses.replace(fitted.head, coefficients=found))


def votes_of(rows: NDArray[np.int64], weights: Floats, labels: sp.csr_matrix) -> sp.csr_matrix:
    """What neighbours say of every tag.

    Args:
        rows: (N, K) the neighbours' row numbers.
        weights: (N, K) how much each counts.
        labels: (M, T) ones where row m has tag t.

    Returns:
        (N, T) float32 sums of the weights of those that have it.
    """
    starts = np.arange(0, rows.size + 1, rows.shape[1])
    given = (np.asarray(weights, np.float32).ravel(), rows.ravel(), starts)
    return sp.csr_matrix(given, (len(rows), labels.shape[0])) @ labels.astype(np.float32)


def as_labels(matrix: sp.csr_matrix) -> Labels:
    """A sparse matrix of ones as the bundle keeps it."""
    return Labels(matrix.indptr.astype(np.int64), matrix.indices.astype(np.int32))


def _ridge(embeddings: Floats, labels: sp.csr_matrix, prevalence: Floats) -> Floats:
    """(D + 1, T) weights in units of each tag's spread; the intercept is hardly penalised."""
    design = np.column_stack([embeddings, np.ones(len(embeddings))]).astype(np.float64)
    penalty = np.full(design.shape[1], RIDGE)
    penalty[-1] = 1e-3
    moments = np.asarray((labels.T @ design).T)
    weights = np.linalg.solve(design.T @ design + np.diag(penalty), moments)
    scaled: Floats = (weights / np.sqrt(prevalence * (1 - prevalence))).astype(np.float32)
    return scaled


def _fold_scores(
    fitted: TrainingHead, rows: NDArray[np.int64], tags: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Out-of-fold ridge scores of single (row, tag) pairs."""
    scores = np.empty(len(rows), dtype=np.float32)
    # A tag's weights side by side: gathering millions of them apart takes ten times as long.
    by_tag = np.ascontiguousarray(fitted.fold_ridge.transpose(0, 2, 1))
    for at in range(0, len(rows), 10_000):
        part = slice(at, at + 10_000)
        weights = by_tag[fitted.folds[rows[part]], tags[part]]
        embeddings = fitted.embeddings[rows[part]]
        scores[part] = np.einsum("nd,nd->n", embeddings, weights[:, :-1]) + weights[:, -1]
    return scores


def _distinct(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """As ``np.unique``, whose hashing takes several times as long for millions of numbers."""
    ranked = np.sort(numbers)
    return ranked[np.diff(ranked, prepend=-1) > 0]


def _draw(pairs: Any, count: int, random: np.random.Generator) -> NDArray[np.int64]:  # noqa: ANN401
    """(≤ count, 2) random coordinates of a sparse matrix's entries."""
    chosen = random.permutation(pairs.nnz)[:count]
    return np.column_stack([pairs.row[chosen], pairs.col[chosen]]).astype(np.int64)
