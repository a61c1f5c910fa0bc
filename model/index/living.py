"""A part of the index as a search sees it: a segment or a run, and what of it was deleted."""

from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from model.exact import Neighbour
from model.index.filtering import Filter
from model.index.run import Run
from model.index.segment import Segment

P = TypeVar("P", Segment, Run)


@dataclass(frozen=True)
class Living(Generic[P]):
    """A part with its living items; every deletion makes a new one.

    Attributes:
        part: Never changes.
        alive: (n,) mask of its items.
        count: How many are alive.
    """

    part: P
    alive: NDArray[np.bool_]
    count: int

    @classmethod
    def of(cls, part: P, alive: NDArray[np.bool_]) -> "Living[P]":
        """Count them once, for all searches."""
        return cls(part, alive, int(alive.sum()))

    @property
    def dead(self) -> int:
        """How many were deleted."""
        return len(self.alive) - self.count

    @property
    def ids(self) -> NDArray[np.int64]:
        """Of the living."""
        return self.part.ids[self.alive]

    def without(self, ids: NDArray[np.int64]) -> "Living[P]":
        """The same less some rising ids; itself where it has none of them."""
        places = self.part.places(ids)
        if not self.alive[places].any():
            return self
        alive = self.alive.copy()
        alive[places] = False
        return Living.of(self.part, alive)

    def nearest(
        self,
        embeddings: NDArray[np.float32],
        neighbours: int,
        allowed: NDArray[np.int64] | None,
    ) -> list[list[Neighbour]]:
        """The nearest living items of each (N, D) embedding, among rising ids or all."""
        if not self.count:
            return [[] for _ in embeddings]
        return self.part.nearest(embeddings, neighbours, Filter(self.alive, allowed))


AnyLiving = Living[Segment] | Living[Run]
