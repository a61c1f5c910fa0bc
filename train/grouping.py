"""Near-duplicates → groups that always fall on one side of a split.

What came with one post is mostly one work in several states, and a picture that is posted again,
saved anew in another size or format, is the same picture: its embedding is within 0.14 of the
first one's (starter bundle, 99 of 100 copies).
"""

import zlib
from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

NEAR = 0.15
TEST_SHARE = 0.15
QUERIES_AT_ONCE = 1024


def group(posts: Sequence[Hashable | None], embeddings: NDArray[np.float32]) -> NDArray[np.int64]:
    """Group illustrations.

    Args:
        posts: N posts that they came with; None: with none.
        embeddings: (N, D) float32; NaN where there is none.

    Returns:
        (N,) int64: the place of the first illustration of each one's group.
    """
    first = np.arange(len(posts))

    def root(place: int) -> int:
        while first[place] != place:
            first[place] = first[first[place]]
            place = int(first[place])
        return place

    def join(one: int, other: int) -> None:
        low, high = sorted((root(one), root(other)))
        first[high] = low

    of_post: dict[Hashable, int] = {}
    for place, post in enumerate(posts):
        if post is not None:
            join(of_post.setdefault(post, place), place)
    for one, other in _near_pairs(embeddings):
        join(one, other)
    return np.array([root(place) for place in range(len(posts))], np.int64)


def in_test_split(name: str) -> bool:
    """Whether a group is held out: a fixed property of its name."""
    return zlib.crc32(f"test:{name}".encode()) / 2**32 < TEST_SHARE


def _near_pairs(embeddings: NDArray[np.float32]) -> list[tuple[int, int]]:
    """Pairs of near-identical ones; exact, in blocks (100,000 of them: about a minute)."""
    squares = np.einsum("nd,nd->n", embeddings, embeddings)
    pairs: list[tuple[int, int]] = []
    if not embeddings.shape[1]:
        return pairs
    for at in range(0, len(embeddings), QUERIES_AT_ONCE):
        block = slice(at, at + QUERIES_AT_ONCE)
        distances = squares[block, None] + squares[None] - 2 * embeddings[block] @ embeddings.T
        one, other = np.nonzero(distances < NEAR**2)  # NaN is near to nothing.
        pairs += [
            (a + at, b) for a, b in zip(one.tolist(), other.tolist(), strict=True) if a + at < b
        ]
    return pairs
