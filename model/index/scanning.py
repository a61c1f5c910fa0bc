"""Distances to some rows of a mapped file, read where they lie.

Why not numpy: taking the rows copies them before they are multiplied, which is three times the
memory traffic, and traffic is all that this costs.
"""

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from model.kernels import Kernel

# Sums may be taken in any order, so that a processor adds many numbers at once.
FREE = {"reassoc", "contract", "nsz"}


def nearest_places(
    embeddings: NDArray[np.float32],
    places: NDArray[np.intp],
    embedding: NDArray[np.float32],
    neighbours: int,
) -> NDArray[np.intp]:
    """The nearest rows, and those that rounding does not tell from them.

    Args:
        embeddings: (n, D) float32, mapped or not.
        places: Which rows count.
        embedding: (D,) float32.
        neighbours: How many are asked for.

    Returns:
        Some of the places, in their order: at least ``neighbours``, where there are as many.
    """
    if len(places) <= neighbours:
        return places
    squares = np.empty(len(places), np.float32)
    _kernel()(embeddings, places, np.ascontiguousarray(embedding), squares)
    last = np.partition(squares, neighbours - 1)[neighbours - 1] if neighbours else -np.inf
    # Twice the worst rounding of a float32 sum of D squares, each of a rounded difference.
    slack = 1 + 2 * (len(embedding) + 4) * np.finfo(np.float32).eps
    return places[squares <= last * slack]


def warm_up() -> None:
    """Compile now, not at the first search: a second once, then read from the disk."""
    row = np.zeros((1, 1), np.float32)
    _kernel()(row, np.zeros(1, np.intp), row[0], row[0].copy())


def _measure(
    embeddings: NDArray[np.float32],
    places: NDArray[np.intp],
    embedding: NDArray[np.float32],
    squares: NDArray[np.float32],
) -> None:
    """The squared distance of each row; ``_kernel`` says the types."""
    for number in range(len(places)):
        row = embeddings[places[number]]
        total = np.float32(0)
        for column in range(len(embedding)):
            apart = row[column] - embedding[column]
            total += apart * apart
        squares[number] = total


@cache
def _kernel() -> "Kernel":
    """Compile ``_measure``, or read it from numba's cache, once per process.

    Imported here: that takes half a second, and processes that only make segments never ask.
    """
    import numba

    from model.kernels import FIXED, compiled

    rows, chosen = FIXED(numba.float32, 2), FIXED(numba.int64, 1)
    types = numba.types.void(rows, chosen, FIXED(numba.float32, 1), numba.float32[::1])
    return compiled(_measure, types, nogil=True, fastmath=FREE)
