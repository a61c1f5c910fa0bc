"""What every booster starts from: the neighbours' vote and a ridge score, as one base margin.

A bare booster on a handful of positives loses to nearest neighbours. So each tag's trees start from
a margin that is already good, and read the two numbers behind it as features of their own:

* the *vote* of a tag: how much of an illustration's neighbourhood in the background sample has it;
  who is a neighbour is judged by the metric (``model.metric``), to which those are near that share
  tags, and by the embedding itself where a bundle was made without,
* its *ridge score*: a linear model on the embedding, in units of the tag's own spread,
* both joined by four coefficients that all tags share, fitted on the training rows with votes that
  leave a row's own group out and ridge scores from models that have not seen it.

Base margins are rounded to multiples of 2**-10, so that sums with the forest's leaves are exact.
"""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

NEIGHBOURS = 120
SHARPNESS = 9.0
BANDWIDTH_NEIGHBOUR = 5
EVIDENCE, PRIOR_EVIDENCE = 10.0, 0.3
MARGIN_STEP = 2.0**-10
LARGEST_MARGIN = 30.0
BLOCK = 1024


@dataclass(frozen=True)
class Labels:
    """Which background row has which tags: a sparse (M, T) matrix by rows.

    Attributes:
        starts: (M + 1,) int64: row m owns ``tags[starts[m]:starts[m + 1]]``.
        tags: Column numbers, int32.
    """

    starts: NDArray[np.int64]
    tags: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.starts) - 1


@dataclass(frozen=True)
class Background:
    """A labelled sample of training embeddings, one byte a number.

    Attributes:
        codes: (M, D) int8.
        scale: (D,) float32; an embedding is about ``codes * scale``.
        labels: The rows' tags.
    """

    codes: NDArray[np.int8]
    scale: Floats
    labels: Labels

    @classmethod
    def compress(cls, embeddings: Floats, labels: Labels) -> Self:
        """Round (M, D) float32 embeddings to bytes."""
        scale = np.maximum(np.abs(embeddings).max(axis=0, initial=0.0), 1e-6) / 127
        codes = np.rint(embeddings / scale).astype(np.int8)
        return cls(codes, scale.astype(np.float32), labels)

    def embeddings(self) -> Floats:
        """(M, D) float32."""
        return self.codes * self.scale


@dataclass(frozen=True)
class Neighbourhood:
    """The nearest background rows of N embeddings.

    Attributes:
        rows: (N, K) int64 row numbers.
        weights: (N, K) float32, summing to 1 for each embedding.
    """

    rows: NDArray[np.int64]
    weights: Floats


def find_neighbourhood(
    embeddings: Floats,
    background: Floats,
    groups: NDArray[np.int64] | None = None,
    background_groups: NDArray[np.int64] | None = None,
) -> Neighbourhood:
    """Find the nearest background rows, exactly.

    A neighbour weighs exp(-SHARPNESS · (distance / distance of the 5th)²).

    Args:
        embeddings: (N, D).
        background: (M, D) with M ≥ 1.
        groups: (N,) numbers: rows of one's own group do not count. Training needs this: a row that
            votes for itself teaches the trees to trust a leak.
        background_groups: (M,) the background's, given with ``groups``.
    """
    count = min(NEIGHBOURS, len(background))
    squares = np.square(background).sum(axis=1)
    rows = np.empty((len(embeddings), count), dtype=np.int64)
    weights = np.empty((len(embeddings), count), dtype=np.float32)
    for at in range(0, len(embeddings), BLOCK):
        block = embeddings[at : at + BLOCK]
        distances = squares - 2 * (block @ background.T)
        distances += np.square(block).sum(axis=1, keepdims=True)
        if groups is not None and background_groups is not None:
            distances[groups[at : at + BLOCK, None] == background_groups] = np.inf
        near = np.argpartition(distances, count - 1, axis=1)[:, :count]
        found = np.take_along_axis(distances, near, axis=1)
        order = np.argsort(found, axis=1, kind="stable")
        rows[at : at + BLOCK] = np.take_along_axis(near, order, axis=1)
        weights[at : at + BLOCK] = _weigh(np.take_along_axis(found, order, axis=1))
    return Neighbourhood(rows, weights)


@dataclass(frozen=True)
class HeadInputs:
    """What a head reads from N embeddings for T tags.

    Attributes:
        votes: (N, T) float32 in 0..1.
        ridge: (N, T) float32.
    """

    votes: Floats
    ridge: Floats

    def features(self) -> Floats:
        """(N, T, 2): the two numbers that each tag's trees read beside the embedding."""
        return np.stack([self.votes, self.ridge], axis=-1)


@dataclass(frozen=True)
class Evidence:
    """What the nearest labelled illustrations say about one tag of one embedding.

    It is the neighbours' vote, from which the tag's base margin starts: why the tag was said, as
    far as examples can tell. The trees may have judged otherwise.

    Attributes:
        neighbours: How many of the background sample's illustrations were looked at, nearest first.
        having: How many of those have the tag.
        weight: Their share of the vote, 0..1; a nearer one weighs more.
        prevalence: The share of all training illustrations that have the tag, 0..1: what the vote
            would be if likeness said nothing.
    """

    neighbours: int
    having: int
    weight: float
    prevalence: float


@dataclass(frozen=True)
class Head:
    """The fitted base margin of every tag.

    Attributes:
        background: Whose votes count.
        ridge: (D + 1, T) float32; the last row is the intercept.
        prevalence: (T,) float32 share of training rows that have the tag.
        coefficients: (4,) float32: intercept, vote, ridge, prior.
    """

    background: Background
    ridge: Floats
    prevalence: Floats
    coefficients: Floats

    def inputs(self, embeddings: Floats, near: Neighbourhood) -> HeadInputs:
        """Read votes and ridge scores.

        Args:
            embeddings: (N, D).
            near: Their neighbours in the background.
        """
        votes = np.zeros((len(embeddings), len(self.prevalence)), dtype=np.float32)
        labels = self.background.labels
        for n in range(len(embeddings)):
            for row, weight in zip(near.rows[n], near.weights[n], strict=True):
                votes[n, labels.tags[labels.starts[row] : labels.starts[row + 1]]] += weight
        return HeadInputs(votes, embeddings @ self.ridge[:-1] + self.ridge[-1])

    def evidence(self, near: Neighbourhood, tag: int) -> Evidence:
        """What the vote on one embedding consists of.

        Args:
            near: Its neighbours in the background.
            tag: The column.
        """
        starts, tags = self.background.labels.starts, self.background.labels.tags
        have = np.array([tag in tags[starts[row] : starts[row + 1]] for row in near.rows[0]])
        return Evidence(
            neighbours=len(have),
            having=int(have.sum()),
            weight=float(near.weights[0, have].sum()),
            prevalence=float(self.prevalence[tag]),
        )

    def margins(self, inputs: HeadInputs) -> Floats:
        """(N, T) float32 base margins, multiples of 2**-10."""
        return base_margins(inputs.votes, inputs.ridge, self.prevalence, self.coefficients)


def margin_terms(
    votes: NDArray[Any], ridge: NDArray[Any], prevalence: NDArray[Any]
) -> NDArray[np.float64]:
    """(..., 3): the vote's evidence, the ridge score, and the prior's log odds.

    The vote is smoothed towards the prevalence, as if the neighbourhood were EVIDENCE
    illustrations and PRIOR_EVIDENCE more had the tag at its usual rate.
    """
    prior = np.log(prevalence / (1 - prevalence))
    has = EVIDENCE * votes + PRIOR_EVIDENCE * prevalence
    # Weights that sum to 1 may do so to a bit too much, of a tag that all neighbours have.
    has_not = EVIDENCE * np.maximum(1 - votes, 0) + PRIOR_EVIDENCE * (1 - prevalence)
    evidence = np.log(has / has_not) - prior
    return np.stack(np.broadcast_arrays(evidence, ridge, prior), axis=-1)


def base_margins(
    votes: NDArray[Any], ridge: NDArray[Any], prevalence: NDArray[Any], coefficients: NDArray[Any]
) -> Floats:
    """Join the terms by the shared coefficients and round to multiples of 2**-10."""
    margins = margin_terms(votes, ridge, prevalence) @ coefficients[1:] + coefficients[0]
    margins = np.clip(margins, -LARGEST_MARGIN, LARGEST_MARGIN)
    rounded: Floats = (np.rint(margins / MARGIN_STEP) * MARGIN_STEP).astype(np.float32)
    return rounded


def _weigh(squared: Floats) -> Floats:
    """(N, K) rising squared distances → weights that sum to 1; excluded rows (inf) weigh 0."""
    at = min(BANDWIDTH_NEIGHBOUR, squared.shape[1]) - 1
    bandwidth = np.maximum(np.where(np.isfinite(squared), squared, 0)[:, at : at + 1], 1e-12)
    weights = np.exp(-SHARPNESS * np.maximum(squared, 0) / bandwidth) + 1e-9
    weights[~np.isfinite(squared)] = 0
    shares: Floats = weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-12)
    return shares
