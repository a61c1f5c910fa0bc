"""What a booster is made of, in numpy alone: shared bins, complete trees, small leaves.

A booster reads F = D + 2 features: the embedding's D numbers, then the neighbours' vote and the
ridge score of its tag. Every feature is cut at the same edges for all tags (``BinEdges``), so a
value becomes one byte once and every booster compares bytes.

Why rounded leaves: int8 multiples of a power of two take a quarter of the space, and as long as
base margins are multiples of 2**-10 every partial sum below 64 is exact in float32 (2**24 steps of
2**-18; with larger leaves the steps and that limit grow). So the compiled forest, numpy and XGBoost
agree to the bit, whatever order they add in. The rounding happens in the booster itself, before
anything is calibrated on it.

Why a file without XGBoost: importing that takes a second, and serving never needs it.
"""

import math
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from model.errors import TrainingError, WidthMismatchError

MAX_EDGES = 254
MAX_FEATURES = 256  # A feature's number is one byte.
ALWAYS_LEFT = 255  # No value has more than MAX_EDGES edges below it, so every bin is ≤ 255.
SMALLEST_EXPONENT, LARGEST_EXPONENT = -18, 3
LARGEST_LEAF = 127


@dataclass(frozen=True)
class BinEdges:
    """Where the values of every feature are cut into bins, the same for all tags.

    Attributes:
        edges: (F, B) float32 with B ≤ 254; each row rises, its unused slots at the end are +inf.
    """

    edges: NDArray[np.float32]

    def __post_init__(self) -> None:
        shape = self.edges.shape
        if len(shape) != 2 or shape[0] > MAX_FEATURES or shape[1] > MAX_EDGES:
            raise TrainingError(
                f"Bin edges must be (F ≤ {MAX_FEATURES}, B ≤ {MAX_EDGES}). Received: {shape}. "
                "Use a narrower encoder or fewer bins."
            )

    @classmethod
    def fit(cls, values: NDArray[np.floating[Any]], bins: int = 64) -> Self:
        """Cut each feature into at most ``bins`` bins of about equal mass.

        A value that fills more than one bin by itself (a vote is mostly 0) counts as one bin, so
        that the rest is still told apart finely.

        Args:
            values: (n, F) finite training values.
            bins: 1 to 255.

        Raises:
            TrainingError: If a value is not finite or there are too many features or bins.
        """
        values = np.asarray(values, np.float32)
        if not np.isfinite(values).all():
            raise TrainingError("Bin edges need finite values. Look for NaN in the embeddings.")
        rows = [_cut(column, bins) for column in values.T]
        edges = np.full((len(rows), max(map(len, rows), default=0)), np.inf, np.float32)
        for row, cuts in zip(edges, rows, strict=True):
            row[: len(cuts)] = cuts
        return cls(edges)

    def quantise(self, values: NDArray[np.floating[Any]], first: int = 0) -> NDArray[np.uint8]:
        """Replace each value by the number of edges ≤ it, so that x < edges[j] ⇔ bin ≤ j.

        ±inf fall into the outermost bins; NaN falls into bin 0, which every split sends left.

        Args:
            values: (n, F') float32; column i holds feature ``first + i``. n may be 0.
            first: The feature of the first column.

        Returns:
            (n, F') uint8.

        Raises:
            WidthMismatchError: If there are no edges for some column.
        """
        values = np.asarray(values, np.float32)
        if values.ndim != 2 or first + values.shape[1] > len(self.edges):
            raise WidthMismatchError(
                f"There are edges for {len(self.edges)} features, of which values from feature "
                f"{first} on were expected as (n, F'). Received: {values.shape}. Pass embeddings "
                "of the encoder that the edges were fitted on."
            )
        bins = np.empty(values.shape, np.uint8)
        for column in range(values.shape[1]):
            edges = self.edges[first + column]
            used = edges[: np.searchsorted(edges, np.inf)]
            bins[:, column] = np.searchsorted(used, values[:, column], side="right")
        bins[np.isnan(values)] = 0
        return bins

    def at(self, feature: int, edge: int) -> float:
        """Return the edge that values of bins ≤ ``edge`` stay below, +inf where there is none."""
        row = self.edges[feature]
        return float(row[edge]) if edge < len(row) else math.inf


@dataclass(frozen=True)
class Booster:
    """The R trees of one tag, complete and in heap order (the children of i are 2i + 1, 2i + 2).

    At a node go left iff ``value_bin <= bin``. An unused node has feature 0 and bin 255 and so
    sends everything left, to the leaf that stands for its whole subtree.

    Attributes:
        features: (R, 2**depth - 1) uint8. R may be 0.
        bins: (R, 2**depth - 1) uint8.
        leaves: (R, 2**depth) int8; a leaf's value is its number times ``2.0**exponent``.
        exponent: From -18 to 3.
    """

    features: NDArray[np.uint8]
    bins: NDArray[np.uint8]
    leaves: NDArray[np.int8]
    exponent: int

    @property
    def depth(self) -> int:
        """Levels of decisions above the leaves."""
        leaves: int = self.leaves.shape[1]
        return leaves.bit_length() - 1

    def deepened(self, depth: int) -> "Booster":
        """Return the same booster as trees of ``depth`` ≥ its own levels."""
        rounds, nodes = self.bins.shape
        features, bins = blank_trees(rounds, depth)
        leaves = np.zeros((rounds, 2**depth), np.int8)
        features[:, :nodes], bins[:, :nodes] = self.features, self.bins
        leaves[:, :: 2 ** (depth - self.depth)] = self.leaves
        return Booster(features, bins, leaves, self.exponent)


def blank_trees(rounds: int, depth: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return features and bins, both (rounds, 2**depth - 1) uint8, of nodes that are all unused."""
    features = np.zeros((rounds, 2**depth - 1), np.uint8)
    return features, np.full_like(features, ALWAYS_LEFT)


def round_leaves(
    features: NDArray[np.uint8], bins: NDArray[np.uint8], leaves: NDArray[np.float64]
) -> Booster:
    """Round leaves to int8 multiples of the smallest power of two that reaches the largest one."""
    largest = float(np.abs(leaves).max(initial=0.0))
    wanted = math.ceil(math.log2(largest / LARGEST_LEAF)) if largest else SMALLEST_EXPONENT
    exponent = min(max(wanted, SMALLEST_EXPONENT), LARGEST_EXPONENT)
    multiples = np.clip(np.rint(leaves / 2.0**exponent), -LARGEST_LEAF, LARGEST_LEAF)
    speaking = multiples.any(axis=1)
    return Booster(
        features[speaking], bins[speaking], multiples[speaking].astype(np.int8), exponent
    )


def margins_of(
    booster: Booster, bins: NDArray[np.uint8], base_margin: NDArray[np.floating[Any]]
) -> NDArray[np.float32]:
    """Walk every tree the obvious way: the reference that the forest is tested against.

    Args:
        booster: The trees of one tag.
        bins: (n, F) uint8.
        base_margin: (n,).

    Returns:
        (n,) float32 margins.
    """
    total = np.zeros(len(bins), np.int64)
    rows = np.arange(len(bins))
    for features, cuts, leaves in zip(booster.features, booster.bins, booster.leaves, strict=True):
        node = np.zeros(len(bins), np.int64)
        for _ in range(booster.depth):
            node = 2 * node + 1 + (bins[rows, features[node]] > cuts[node])
        total += leaves[node - len(cuts)]
    return (base_margin + total * 2.0**booster.exponent).astype(np.float32)


def leaf_sums(booster: Booster, bins: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Walk all trees side by side: what a single booster adds to its base margins.

    Why beside the forest: that is compiled for thousands of tags; one taught tag comes and goes.

    Args:
        booster: The trees of one tag.
        bins: (n, F) uint8.

    Returns:
        (n,) float32, exactly what ``margins_of`` adds.
    """
    trees = np.arange(len(booster.bins))[:, None]
    rows = np.arange(len(bins))
    node = np.zeros((len(trees), len(bins)), np.int64)
    for _ in range(booster.depth):
        values = bins[rows, booster.features[trees, node]]
        node = 2 * node + 1 + (values > booster.bins[trees, node])
    leaves = booster.leaves[trees, node - booster.bins.shape[1]].astype(np.int64)
    sums: NDArray[np.float32] = (leaves.sum(axis=0) * 2.0**booster.exponent).astype(np.float32)
    return sums


def _cut(column: NDArray[np.float32], bins: int) -> NDArray[np.float32]:
    """Return at most ``bins`` - 1 rising edges, each a value of the column."""
    distinct: NDArray[np.float32]
    distinct, counts = np.unique(column, return_counts=True)
    if len(distinct) <= bins:
        return distinct[1:]
    mass = counts.astype(np.float64)
    for _ in range(20):  # Capping lowers the total and so the cap: a few rounds settle it.
        mass = np.minimum(mass, mass.sum() / bins)
    share = (np.cumsum(mass) - mass) / mass.sum() * bins
    bin_of = np.minimum(np.floor(share + 1e-9), bins - 1)
    starts: NDArray[np.float32] = distinct[1:][np.diff(bin_of) > 0]
    return starts
