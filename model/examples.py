"""The examples that somebody handed in: each counts once, and some are kept to compare with."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from model.head import Floats

MOST_COMPARED = 128  # Of each kind: a taught tag stays small, and new illustrations quickly scored.
MOST_FURTHER = 2000
SAME = 1e-5  # Squared distance below which an illustration is the example itself.


@dataclass(frozen=True)
class Examples:
    """Different examples of one kind, rounded as they are stored.

    Attributes:
        support: How many there are.
        compared: (n, D) what new illustrations are compared with.
        further: (m, D) the others, which only the trees learn from.
    """

    support: int
    compared: Floats
    further: Floats

    @classmethod
    def of(cls, embeddings: Floats) -> Self:
        """Take (N, D) embeddings; where there are too many, evenly over their order."""
        rounded = embeddings.astype(np.float16).astype(np.float32)
        _, first = np.unique(rounded, axis=0, return_index=True)
        different = rounded[np.sort(first)]
        count = len(different)
        kept = np.zeros(count, np.bool_)
        kept[np.linspace(0, max(count - 1, 0), min(count, MOST_COMPARED)).astype(np.int64)] = True
        return cls(count, different[kept], different[~kept][:MOST_FURTHER])


def others(embeddings: Floats, examples: Floats) -> NDArray[np.int64]:
    """The rows of (N, D) that are none of (n, D) examples; all of them if no row is left."""
    distances = np.square(embeddings).sum(axis=1)[:, None] + np.square(examples).sum(axis=1)
    distances -= 2 * (embeddings @ examples.T)
    found = np.flatnonzero(distances.min(axis=1, initial=np.inf) > SAME)
    return found if len(found) else np.arange(len(embeddings))
