"""What is not yet in a segment: embeddings in memory, in the order in which they came."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.exact import Items, Neighbour
from model.index.filtering import Filter, within

FIRST_CAPACITY = 256


@dataclass(frozen=True)
class Run:
    """Items in memory, searched exactly; what ``Segment`` is on the disk.

    Attributes:
        items: They, and their squared lengths.
    """

    items: Items

    def __len__(self) -> int:
        return len(self.items)

    @property
    def ids(self) -> NDArray[np.int64]:
        """(n,) int64, in no order."""
        return self.items.ids

    @property
    def embeddings(self) -> NDArray[np.float32]:
        """(n, D) float32."""
        return self.items.embeddings

    def places(self, ids: NDArray[np.int64]) -> NDArray[np.intp]:
        """Where those of some rising ids stand that it has."""
        return np.flatnonzero(within(self.ids, ids))

    def nearest(
        self, embeddings: NDArray[np.float32], neighbours: int, wanted: Filter
    ) -> list[list[Neighbour]]:
        """Find the nearest items, exactly; as ``Segment.nearest``."""
        mask = wanted.holds(self.ids, slice(None))
        return self.items.nearest(embeddings, neighbours, None if mask.all() else mask)


class Growing:
    """Items that grow at their end. A run that was taken before stays as it was.

    Why not a new array for each addition: a thousand a second would copy the others as often.
    """

    def __init__(self, width: int) -> None:
        self._count = 0
        self._ids = np.empty(FIRST_CAPACITY, np.int64)
        self._embeddings = np.empty((FIRST_CAPACITY, width), np.float32)
        self._squares = np.empty(FIRST_CAPACITY, np.float32)

    def append(self, items: Items) -> Run:
        """Add items at the end.

        Returns:
            Everything that it holds now.
        """
        end = self._count + len(items)
        if end > len(self._ids):
            self._grow(max(end, 2 * len(self._ids)))
        added = slice(self._count, end)
        self._ids[added], self._embeddings[added] = items.ids, items.embeddings
        self._squares[added] = items.squares
        self._count = end
        return Run(Items(self._ids[:end], self._embeddings[:end], self._squares[:end]))

    def _grow(self, capacity: int) -> None:
        for name in ("_ids", "_embeddings", "_squares"):
            old = getattr(self, name)
            new = np.empty((capacity, *old.shape[1:]), old.dtype)
            new[: self._count] = old[: self._count]
            setattr(self, name, new)
