"""Exact nearest neighbours by Euclidean distance, in numpy: the small sets and the yardstick."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

QUERIES_AT_ONCE = 64  # Times 100,000 items this is 26 MB of distances.


@dataclass(frozen=True)
class Neighbour:
    """A found item and its Euclidean distance from the query."""

    id: int
    distance: float


@dataclass(frozen=True)
class Items:
    """Embeddings with their ids; immutable, so that a search never sees half a change.

    Attributes:
        ids: (n,) int64, unique.
        embeddings: (n, D) float32.
        squares: (n,) float32 squared lengths of the embeddings.
    """

    ids: NDArray[np.int64]
    embeddings: NDArray[np.float32]
    squares: NDArray[np.float32]

    @classmethod
    def none(cls, width: int) -> Self:
        """Return no items of this width."""
        return cls.of(np.empty(0, np.int64), np.empty((0, width), np.float32))

    @classmethod
    def of(cls, ids: NDArray[np.int64], embeddings: NDArray[np.float32]) -> Self:
        """Measure the embeddings once, for all later searches."""
        return cls(ids, embeddings, np.einsum("nd,nd->n", embeddings, embeddings))

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, places: NDArray[Any]) -> "Items":
        """Return the items at these places (or under this mask)."""
        return Items(self.ids[places], self.embeddings[places], self.squares[places])

    def joined(self, others: "Items") -> "Items":
        """Return these items followed by others."""
        return Items(
            np.concatenate([self.ids, others.ids]),
            np.concatenate([self.embeddings, others.embeddings]),
            np.concatenate([self.squares, others.squares]),
        )

    def nearest(
        self,
        embeddings: NDArray[np.float32],
        neighbours: int,
        wanted: NDArray[np.bool_] | None = None,
    ) -> list[list[Neighbour]]:
        """Find the nearest items of each (N, D) embedding, nearest first.

        One matrix product finds everything that may be among them, and only that is measured
        exactly: the product's rounding error is bounded by ``slack``.

        Args:
            embeddings: (N, D) float32.
            neighbours: How many, where there are as many.
            wanted: (n,) mask of the items that count; None: all of them.
        """
        count = min(neighbours, len(self) if wanted is None else int(wanted.sum()))
        if count < 1:
            return [[] for _ in embeddings]
        found: list[list[Neighbour]] = []
        longest = np.sqrt(self.squares.max())
        squares = self.squares if wanted is None else np.where(wanted, self.squares, np.inf)
        # Twice the worst rounding of a float32 sum of D products, taken three times over.
        precision = 6 * (embeddings.shape[1] + 4) * np.finfo(np.float32).eps
        for start in range(0, len(embeddings), QUERIES_AT_ONCE):
            queries = embeddings[start : start + QUERIES_AT_ONCE]
            scores = squares - 2 * (queries @ self.embeddings.T)
            kth = np.partition(scores, count - 1, axis=1)[:, count - 1]
            slack = precision * (np.linalg.norm(queries, axis=1) + longest) ** 2
            for query, row, limit in zip(queries, scores, kth + slack, strict=True):
                near = np.flatnonzero(row <= limit)
                found.append(ranked(self.ids[near], self.embeddings[near], query, count))
        return found


def ranked(
    ids: NDArray[np.int64],
    embeddings: NDArray[np.float32],
    embedding: NDArray[np.float32],
    neighbours: int,
) -> list[Neighbour]:
    """Measure (n, D) embeddings exactly and return the nearest to one (D,), ties by id."""
    apart = embeddings.astype(np.float64) - embedding
    distances = np.sqrt(np.einsum("nd,nd->n", apart, apart))
    order = np.lexsort((ids, distances))[:neighbours]
    return [Neighbour(int(ids[at]), float(distances[at])) for at in order]


def merged(parts: Iterable[list[Neighbour]], neighbours: int) -> list[Neighbour]:
    """Return the nearest of several lists of neighbours, nearest first, ties by id."""
    together = [neighbour for part in parts for neighbour in part]
    return sorted(together, key=lambda each: (each.distance, each.id))[:neighbours]
