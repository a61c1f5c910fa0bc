"""Similar illustrations: does an encoder find the same concept by another artist?

Asked are the test illustrations; found are the nearest of everything that was fitted on or tested.
Variants (another skin tone, another gender) are left out on both sides, else one drawing would fill
all places, and so is an illustration's own group.

A concept is a tag of 5 to 50 groups by at least three artists: rarer ones have nothing to find, and
more common ones are categories. Whether concepts are looked for among everyone's illustrations or
among other artists' alone makes a difference: among everyone's, a style that weighs too much takes
the places that the concept should have.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.stats import kendalltau, spearmanr

from model.datasets import Row
from model.head import Floats
from train.compare.space import Labelled, Space

PLACES = 10
FEWEST_GROUPS, MOST_GROUPS, FEWEST_ARTISTS = 5, 50, 3
RANKED_QUERIES, RANKED = 500, 100
BLOCK = 512


def measure_likeness(space: Space, latents: Floats | None = None) -> dict[str, Any]:
    """Measure how an encoder likens.

    Args:
        space: The embeddings.
        latents: (N, D) what the network says before the projection. Only there can cosine and
            Euclidean distance disagree: between embeddings of length 1 the one is a function of
            the other.

    Returns:
        ``concepts`` and ``illustrations`` that were asked about; for ``everyone`` and for ``other
        artists``, ``of_10`` (how many of the 10 nearest show the concept and are by another
        artist), ``share`` (of those that there are, of ten at most), and ``chance`` (``of_10`` for
        a random order), all means over the concepts; and ``cosine``, whether it ranks as Euclidean
        distance does, or None.
    """
    field = _Field.of(space.labelled)
    return {
        "concepts": field.concepts.shape[1],
        "illustrations": len(field.asked),
        "everyone": _measure(space.embeddings, field, others_only=False),
        "other artists": _measure(space.embeddings, field, others_only=True),
        "cosine": None if latents is None else _compare_distances(latents, field),
    }


def artist_of(row: Row) -> str:
    """Whose hand an illustration is.

    Where no author is named, the first word of the source: sets of one publisher (``fluent-3d`` and
    ``fluent-flat``) share their drawings.
    """
    return row.author or row.source.split("-")[0]


@dataclass(frozen=True)
class _Field:
    """What is asked, and where it is looked for.

    Attributes:
        asked: (Q,) row numbers.
        pool: (P,) row numbers.
        groups: (N,) of every row.
        artists: (N,) numbers of every row's artist.
        concepts: (N, C) ones where row n shows concept c.
    """

    asked: NDArray[np.int64]
    pool: NDArray[np.int64]
    groups: NDArray[np.int64]
    artists: NDArray[np.int64]
    concepts: sp.csr_matrix

    @classmethod
    def of(cls, labelled: Labelled) -> "_Field":
        """Choose the concepts; illustrations without any are not asked about."""
        own = np.array([not row.variant for row in labelled.rows], dtype=np.bool_)
        names = [artist_of(row) for row in labelled.rows]
        artists = np.unique(names, return_inverse=True)[1].astype(np.int64)
        pool = np.concatenate([labelled.fitting, labelled.test])
        pool = pool[own[pool]]
        labels = labelled.labels.astype(np.float32)
        groups = _spread(labels[pool], labelled.groups[pool])
        chosen = (groups >= FEWEST_GROUPS) & (groups <= MOST_GROUPS)
        chosen &= _spread(labels[pool], artists[pool]) >= FEWEST_ARTISTS
        concepts = labels[:, np.flatnonzero(chosen)].tocsr()
        asked = labelled.test[own[labelled.test]]
        shows = np.asarray(concepts[asked].sum(axis=1)).ravel() > 0
        return cls(asked[shows], pool, labelled.groups, artists, concepts)

    def excluded(self, asked: NDArray[np.int64], *, others_only: bool) -> NDArray[np.bool_]:
        """(q, P) which of the pool may not be found: the own group, or all of the own artist."""
        out: NDArray[np.bool_] = self.groups[asked, None] == self.groups[self.pool]
        if others_only:
            out |= self.artists[asked, None] == self.artists[self.pool]
        return out


def _measure(embeddings: Floats, field: _Field, *, others_only: bool) -> dict[str, float | None]:
    """Means over the concepts, each the mean over the illustrations that show it."""
    shown = field.concepts[field.pool]
    sums = np.zeros((3, field.concepts.shape[1]))
    cases = np.zeros(field.concepts.shape[1])
    for at in range(0, len(field.asked), BLOCK):
        asked = field.asked[at : at + BLOCK]
        barred = field.excluded(asked, others_only=others_only)
        near = _nearest(_distances(embeddings, asked, field.pool), barred, PLACES)
        right = ~barred & (field.artists[asked, None] != field.artists[field.pool])
        found = np.zeros(right.shape, dtype=np.bool_)
        np.put_along_axis(found, near, np.take_along_axis(right, near, axis=1), axis=1)
        wanted = field.concepts[asked]
        there, here = (_count(wanted, each, shown) for each in (right, found))
        able = (~barred).sum(axis=1, keepdims=True)
        told = (wanted.toarray() > 0) & (there > 0)
        chance = np.minimum(PLACES, able) * there / np.maximum(1, able)
        share = here / np.maximum(1, np.minimum(PLACES, there))
        sums += [np.where(told, each, 0).sum(axis=0) for each in (here, share, chance)]
        cases += told.sum(axis=0)
    means = sums[:, cases > 0] / cases[cases > 0]
    figures = means.mean(axis=1).tolist() if means.size else [None, None, None]
    return dict(zip(("of_10", "share", "chance"), figures, strict=True))


def _compare_distances(latents: Floats, field: _Field) -> dict[str, Any]:
    """Do cosine and Euclidean distance rank alike?

    Returns:
        ``queries``; ``neighbours`` (the nearest by Euclidean distance that are ranked again by
        cosine), ``spearman`` and ``kendall`` between both rankings of those, and ``same_10`` (the
        share of the 10 nearest of either kind that are of both), each the mean over the queries.
        A query whose neighbours are all equally far says nothing and is not counted.
    """
    drawn = np.random.default_rng(0).permutation(field.asked)[:RANKED_QUERIES]
    lengths = np.maximum(np.linalg.norm(latents, axis=1, keepdims=True), np.float32(1e-12))
    # Moving all places alike changes no distance, and those of small numbers are more exact.
    kinds = [kind - kind.mean(axis=0) for kind in (latents, latents / lengths)]
    figures: list[tuple[float, float, float]] = []
    for at in range(0, len(drawn), BLOCK):
        asked = drawn[at : at + BLOCK]
        barred = field.excluded(asked, others_only=False)
        euclidean, cosine = (_distances(kind, asked, field.pool) for kind in kinds)
        near, rivals = _nearest(euclidean, barred, RANKED), _nearest(cosine, barred, PLACES)
        for n in range(len(asked)):
            told = near[n][~barred[n, near[n]]]
            pair = euclidean[n, told], cosine[n, told]
            if len(told) > 1 and all(np.ptp(one) > 0 for one in pair):
                common = np.isin(told[:PLACES], rivals[n]).mean()
                figures.append((spearmanr(*pair).statistic, kendalltau(*pair).statistic, common))
    means = np.mean(figures, axis=0).tolist() if figures else [None, None, None]
    counts = {"queries": len(figures), "neighbours": min(RANKED, len(field.pool))}
    return counts | dict(zip(("spearman", "kendall", "same_10"), means, strict=True))


def _distances(places: Floats, asked: NDArray[np.int64], pool: NDArray[np.int64]) -> Floats:
    """(q, P) squared Euclidean distances."""
    squares = np.square(places).sum(axis=1)
    both = squares[asked, None] + squares[pool]
    distances: Floats = both - 2 * (places[asked] @ places[pool].T)
    return distances


def _nearest(distances: Floats, barred: NDArray[np.bool_], count: int) -> NDArray[np.int64]:
    """(q, k) places in the pool, the nearest first; barred ones come last, and only for want."""
    count = min(count, distances.shape[1])
    allowed = np.where(barred, np.inf, distances)
    near = np.argpartition(allowed, count - 1, axis=1)[:, :count]
    order = np.argsort(np.take_along_axis(allowed, near, axis=1), axis=1, kind="stable")
    nearest: NDArray[np.int64] = np.take_along_axis(near, order, axis=1)
    return nearest


def _count(wanted: sp.csr_matrix, which: NDArray[np.bool_], shown: sp.csr_matrix) -> NDArray[Any]:
    """(q, C) how many of each row's ``which`` (q, P) show a concept, where the row wants it."""
    counts = sp.csr_matrix(which.astype(np.float32)) @ shown
    return np.asarray(counts.multiply(wanted).toarray())


def _spread(labels: sp.csr_matrix, kinds: NDArray[np.int64]) -> NDArray[np.int64]:
    """(T,) over how many kinds (groups, artists) the rows of each tag are spread."""
    shape = (int(kinds.max(initial=-1)) + 1, len(kinds))
    ones = sp.csr_matrix((np.ones(len(kinds)), (kinds, np.arange(len(kinds)))), shape)
    return np.asarray((ones @ labels).astype(np.bool_).sum(axis=0), dtype=np.int64).ravel()
