"""The trees of a taught tag: where its examples contradict their likeness to each other.

They read the embedding's numbers, the base margin and the familiarity (``model.metric``), and are
held back the more the fewer examples there are.

The background has the tag now and then and nobody said where. So its rows are weighed such that
they hold, by the base margin, as many illustrations with the tag as there are examples: the trees
then move margins between illustrations, not all of them down.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.head import Floats
from model.likeness import Likeness, Seen
from model.standard import Standard
from model.trees import MAX_EDGES, BinEdges, Booster, blank_trees, round_leaves

ROUNDS, DEPTH, LEARNING_RATE, COLUMN_SHARE = 40, 4, 0.1, 0.3
PENALTY, CAUTIOUS_BELOW = 3.0, 2000
FEWEST = 8  # Examples with the tag below which there are no trees.
HARD, RANDOM = 1000, 1500  # Rows of the background: those of the highest margins, and any.
MARGIN_EDGES = np.arange(-8.0, 8.0, 0.25, dtype=np.float32)
FAMILIARITY_EDGES = np.arange(0.0, 16.0, 0.25, dtype=np.float32)


def own_edges(edges: BinEdges, width: int) -> BinEdges:
    """The embedding's bins, as the bundle has them, and those of the two other features."""
    count = max(edges.edges.shape[1], len(MARGIN_EDGES))
    joined = np.full((width + 2, min(count, MAX_EDGES)), np.inf, np.float32)
    joined[:width, : edges.edges.shape[1]] = edges.edges[:width]
    joined[width, : len(MARGIN_EDGES)] = MARGIN_EDGES
    joined[width + 1, : len(FAMILIARITY_EDGES)] = FAMILIARITY_EDGES
    return BinEdges(joined)


def tree_bins(
    edges: BinEdges, seen: Seen, base: Floats, own: NDArray[np.uint8] | None = None
) -> NDArray[np.uint8]:
    """(N, D + 2) what the trees read; ``own`` are the embedding's bins where they are known."""
    if own is None:
        own = edges.quantise(seen.embeddings)
    extra = np.column_stack([base, seen.views.familiarity])
    return np.hstack([own, edges.quantise(extra, first=own.shape[1])])


@dataclass(frozen=True)
class Against:
    """The background that a tag is fitted against.

    Attributes:
        seen: (M, D) of it.
        rows: Those that are no example.
        base: (M,) base margins.
    """

    seen: Seen
    rows: NDArray[np.int64]
    base: Floats


def fit_trees(
    edges: BinEdges,
    likeness: Likeness,
    further: Sequence[Seen],
    against: Against,
    standard: Standard,
) -> Booster:
    """Fit the trees of one tag.

    Args:
        edges: Of ``own_edges``.
        likeness: The examples that are compared with.
        further: Others that have the tag, and others that have it not.
        against: The background.
        standard: From likeness to base margins.
    """
    if len(likeness.positives) < FEWEST:
        return round_leaves(*blank_trees(0, DEPTH), np.zeros((0, 2**DEPTH)))
    from model.boosters import BoosterOptions, fit_booster  # XGBoost takes a second to import.

    right, wrong = further
    kinds = [likeness.positives, right, likeness.negatives, wrong]
    values = [
        likeness.of_positives(),
        likeness.of(right),
        likeness.of_negatives(),
        likeness.of(wrong),
    ]
    count = len(likeness.positives) + len(right)
    chosen, weights = _draw(against, count)
    bases = [*map(standard.margins, values), against.base[chosen]]
    kinds.append(against.seen.part(chosen))
    bins = [tree_bins(edges, seen, base) for seen, base in zip(kinds, bases, strict=True)]
    marked = sum(map(len, kinds[:-1]))
    truth = np.arange(marked + len(chosen)) < count
    options = BoosterOptions(
        rounds=ROUNDS,
        depth=DEPTH,
        learning_rate=LEARNING_RATE,
        reg_lambda=PENALTY * (1 + CAUTIOUS_BELOW / count),
        column_share=COLUMN_SHARE,
    )
    all_weights = np.concatenate([np.ones(marked), weights])
    return fit_booster(np.concatenate(bins), truth, all_weights, np.concatenate(bases), options)


def _draw(against: Against, count: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Background rows and their weights, which make ``count`` of them have the tag."""
    order = against.rows[np.argsort(-against.base[against.rows], kind="stable")]
    drawn = np.random.default_rng(0).permutation(order[HARD:])[:RANDOM]
    chosen = np.concatenate([order[:HARD], drawn])
    weights = np.ones(len(chosen))
    weights[HARD:] = max(1.0, (len(order) - HARD) / max(1, len(drawn)))
    expected = float((weights / (1 + np.exp(-against.base[chosen]))).sum())
    return chosen, weights * (count / max(expected, 1e-6))
