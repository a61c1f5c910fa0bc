"""All boosters compiled into one structure that scores every tag at once.

The trees of all tags lie one after the other as byte pairs (feature, bin) with int8 leaves. Why:
the cost of scoring is reading the trees from memory, so the smallest form is the fastest, and a
memory-mapped file of it needs no loading. Numba walks a few tags for all rows while their trees
are in the cache; threads share the tags.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Self

import numba
import numpy as np
from numpy.typing import NDArray

from model.errors import BundleError, TrainingError, WidthMismatchError
from model.kernels import FIXED, Kernel, compiled
from model.trees import MAX_FEATURES, Booster

EXTRA_FEATURES = 2  # The neighbours' vote and the ridge score of the tag itself.
TAGS_AT_ONCE = 32  # 32 tags of 40 trees of depth 4 are 59 kB: they stay in a core's cache.
_ARRAYS = {"nodes": np.uint8, "leaves": np.int8, "first_tree": np.int64, "exponents": np.int8}
WALKS_WORTH_A_THREAD = 400_000  # About 2 ms: less than a second thread may take to wake up.
# Numba's simplest threading layer dies when two threads enter it at once.
_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Forest:
    """The boosters of T tags, in the order of the vocabulary.

    Attributes:
        nodes: (trees, 2**depth - 1, 2) uint8: feature and bin of each node, in heap order.
        leaves: (trees, 2**depth) int8.
        first_tree: (T + 1,) int64; the trees of tag t are ``first_tree[t]:first_tree[t + 1]``.
        exponents: (T,) int8; a leaf of tag t is worth its number times ``2.0**exponents[t]``.
        width: D, the numbers of an embedding.
    """

    nodes: NDArray[np.uint8]
    leaves: NDArray[np.int8]
    first_tree: NDArray[np.int64]
    exponents: NDArray[np.int8]
    width: int

    def __post_init__(self) -> None:
        fits = (
            self.leaves.ndim == 2
            and self.nodes.shape == (len(self.leaves), self.leaves.shape[1] - 1, 2)
            and self.leaves.shape[1].bit_count() == 1
            and self.first_tree.shape == (len(self.exponents) + 1,)
            and self.first_tree[0] == 0
            and self.first_tree[-1] == len(self.leaves)
            and bool((np.diff(self.first_tree) >= 0).all())
            and [getattr(self, name).dtype for name in _ARRAYS] == list(_ARRAYS.values())
        )
        if not fits:
            raise BundleError(
                "The forest's arrays do not fit together. Expected nodes (trees, 2**depth - 1, 2), "
                "leaves (trees, 2**depth), first_tree (T + 1,) from 0 to trees, exponents (T,). "
                f"Received: {self.nodes.shape}, {self.leaves.shape}, {self.first_tree.shape}, "
                f"{self.exponents.shape}. Publish the bundle again."
            )
        if self.width + EXTRA_FEATURES > MAX_FEATURES:
            raise WidthMismatchError(
                f"A forest reads embeddings of at most {MAX_FEATURES - EXTRA_FEATURES} numbers, "
                f"because a feature is one byte. Received: {self.width}. Use a narrower encoder."
            )

    @classmethod
    def compile(cls, boosters: Sequence[Booster], width: int) -> Self:
        """Lay the boosters of all tags out one after the other.

        Args:
            boosters: One per tag, in the order of the vocabulary; shallower ones are deepened.
            width: D of the embeddings they were fitted on.

        Raises:
            TrainingError: If a booster reads a feature that embeddings of this width do not have.
        """
        depth = max((booster.depth for booster in boosters), default=0)
        whole = [booster.deepened(depth) for booster in boosters]
        features = _joined([each.features for each in whole], (0, 2**depth - 1), np.uint8)
        if features.max(initial=0) >= width + EXTRA_FEATURES:
            raise TrainingError(
                f"A booster reads feature {features.max()}, but embeddings of width {width} have "
                f"{width + EXTRA_FEATURES}. Fit the boosters on this encoder's embeddings."
            )
        bins = _joined([each.bins for each in whole], features.shape, np.uint8)
        return cls(
            nodes=np.stack([features, bins], axis=-1),
            leaves=_joined([each.leaves for each in whole], (0, 2**depth), np.int8),
            first_tree=np.cumsum([0, *(len(each.bins) for each in whole)], dtype=np.int64),
            exponents=np.array([each.exponent for each in whole], np.int8),
            width=width,
        )

    def __len__(self) -> int:
        return len(self.exponents)

    @property
    def nbytes(self) -> int:
        """Size of the arrays in bytes."""
        return sum(getattr(self, name).nbytes for name in _ARRAYS)

    def margins(
        self, bins: NDArray[np.uint8], extra_bins: NDArray[np.uint8], base: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Add every booster's trees to the base margins, on ``numba.get_num_threads()`` threads.

        Args:
            bins: (N, D) uint8 bins of the embeddings. N may be 0.
            extra_bins: (N, T, 2) uint8 bins of each tag's vote and ridge score.
            base: (N, T) float32 multiples of 2**-10.

        Returns:
            (N, T) float32; exactly what XGBoost says of the exported boosters.

        Raises:
            WidthMismatchError: If a shape does not fit the forest.
        """
        expected = (len(bins), self.width), (len(bins), len(self), 2), (len(bins), len(self))
        if (bins.shape, extra_bins.shape, base.shape) != expected:
            raise WidthMismatchError(
                f"Expected bins, extra bins and base margins of shapes {expected}. Received: "
                f"{bins.shape}, {extra_bins.shape}, {base.shape}. Use this bundle's encoder."
            )
        margins = np.array(base, np.float32, order="C")
        rows = (np.ascontiguousarray(each) for each in (bins, extra_bins))
        with _one_at_a_time, _threads_for(len(bins) * len(self.nodes)):
            _kernel()(*self._trees(), *rows, margins)
        return margins

    def margins_at(
        self,
        rows: NDArray[np.intp],
        tags: NDArray[np.intp],
        bins: NDArray[np.uint8],
        extra_bins: NDArray[np.uint8],
        base: NDArray[np.float32],
    ) -> NDArray[np.float32]:
        """The same for P pairs of a row and a tag, rising by tag, whose trees alone are read.

        Args:
            rows: (P,) places in ``bins``.
            tags: (P,) columns.
            bins: (N, D) uint8 bins of the embeddings.
            extra_bins: (P, 2) uint8 bins of the tag's vote and ridge score.
            base: (P,) float32 multiples of 2**-10.

        Returns:
            (P,) float32, bit for bit what ``margins`` has there.

        Raises:
            WidthMismatchError: If a shape does not fit the forest.
        """
        expected = (len(bins), self.width), (len(rows), 2), (len(rows),), (len(rows),)
        if (bins.shape, extra_bins.shape, base.shape, tags.shape) != expected:
            raise WidthMismatchError(
                f"Expected bins, extra bins, base margins and tags of shapes {expected}. Received: "
                f"{bins.shape}, {extra_bins.shape}, {base.shape}, {tags.shape}."
            )
        margins = np.array(base, np.float32, order="C")
        inputs = (np.ascontiguousarray(each) for each in (rows, tags, bins, extra_bins))
        walks = len(rows) * len(self.nodes) // max(len(self), 1)
        with _one_at_a_time, _threads_for(walks):
            _pair_kernel()(*self._trees(), *inputs, margins)
        return margins

    def _trees(self) -> tuple[NDArray[Any], ...]:
        """What every kernel reads first; ``_TREES`` says the types."""
        arrays = (self.nodes, self.leaves, self.first_tree)
        scales = np.exp2(self.exponents, dtype=np.float32)
        return (*map(np.ascontiguousarray, arrays), scales)

    @cached_property
    def highest(self) -> NDArray[np.float32]:
        """(T,) the most that each tag's trees can add to its base margin."""
        sums = np.concatenate([[0], np.cumsum(self.leaves.max(axis=1), dtype=np.int64)])
        most = np.diff(sums[self.first_tree])
        return (most * np.exp2(self.exponents, dtype=np.float64)).astype(np.float32)

    def booster(self, tag: int) -> Booster:
        """Return the booster of one column again."""
        trees = slice(self.first_tree[tag], self.first_tree[tag + 1])
        nodes = self.nodes[trees]
        return Booster(nodes[..., 0], nodes[..., 1], self.leaves[trees], int(self.exponents[tag]))

    def save(self, directory: Path) -> None:
        """Write the arrays as ``forest-NAME.npy`` into an existing directory."""
        for name in _ARRAYS:
            np.save(_file(directory, name), getattr(self, name), allow_pickle=False)

    @classmethod
    def load(cls, directory: Path, width: int) -> Self:
        """Memory-map the arrays that ``save`` wrote.

        Raises:
            BundleError: If a file is missing, is no array, or does not fit the others.
        """
        arrays: dict[str, Any] = {}
        for name in _ARRAYS:
            file = _file(directory, name)
            try:
                arrays[name] = np.load(file, mmap_mode="r", allow_pickle=False)
            except (OSError, ValueError) as error:
                raise BundleError(
                    f"{file} is missing or damaged ({error}). Copy or publish the bundle again."
                ) from error
        return cls(**arrays, width=width)


def warm_up() -> None:
    """Compile the kernels now, not at the first image: seconds once, then read from the disk."""
    nothing = Forest.compile([], 0)
    bins, base = np.empty((0, 0), np.uint8), np.empty((0, 0), np.float32)
    nothing.margins(bins, np.empty((0, 0, 2), np.uint8), base)
    none = np.empty(0, np.intp)
    nothing.margins_at(none, none, bins, np.empty((0, 2), np.uint8), base.ravel())


@contextmanager
def _threads_for(walks: int) -> Iterator[None]:
    """Let one thread do a small job alone; a larger one gets the threads that numba was given."""
    given = numba.get_num_threads()
    numba.set_num_threads(given if walks > WALKS_WORTH_A_THREAD else 1)
    try:
        yield
    finally:
        numba.set_num_threads(given)


def _file(directory: Path, name: str) -> Path:
    return directory / f"forest-{name.replace('_', '-')}.npy"


def _joined(parts: list[NDArray[Any]], blank: tuple[int, ...], dtype: type[Any]) -> NDArray[Any]:
    return np.concatenate(parts, dtype=dtype) if parts else np.empty(blank, dtype)


@numba.njit(inline="always")  # type: ignore[untyped-decorator]
def _total(
    tests: NDArray[np.uint8], leaves: NDArray[np.int8], first: int, end: int, row: NDArray[np.uint8]
) -> int:
    """The sum of the leaves that a row falls into, of one tag's trees.

    Why unsigned numbers: numba checks signed indices for negative ones, and without that check the
    descent has no branch to mispredict (4.7 ns a tree of depth 4 instead of 7.2).
    """
    one = np.uint64(1)
    inner = np.uint64(tests.shape[1])
    depth = int(np.log2(leaves.shape[1]))
    total = 0
    for tree in range(first, end):
        nodes, values = tests[tree], leaves[tree]
        node = np.uint64(0)
        for _ in range(depth):
            right = row[nodes[node, np.uint64(0)]] > nodes[node, one]
            node += node + one + np.uint64(right)
        total += values[node - inner]
    return total


def _walk(
    nodes: NDArray[np.uint8],
    leaves: NDArray[np.int8],
    first_tree: NDArray[np.int64],
    scales: NDArray[np.float32],
    bins: NDArray[np.uint8],
    extra_bins: NDArray[np.uint8],
    margins: NDArray[np.float32],
) -> None:
    """Add each tag's trees to its margins; ``_kernel`` says the types."""
    tags = len(scales)
    width = bins.shape[1]
    for group in numba.prange((tags + TAGS_AT_ONCE - 1) // TAGS_AT_ONCE):
        row = np.zeros(MAX_FEATURES, np.uint8)  # No byte names a feature outside of it.
        for n in range(len(bins)):
            row[:width] = bins[n]
            for tag in range(group * TAGS_AT_ONCE, min((group + 1) * TAGS_AT_ONCE, tags)):
                row[width] = extra_bins[n, tag, 0]
                row[width + 1] = extra_bins[n, tag, 1]
                total = _total(nodes, leaves, first_tree[tag], first_tree[tag + 1], row)
                margins[n, tag] += scales[tag] * np.float32(total)


def _walk_pairs(
    nodes: NDArray[np.uint8],
    leaves: NDArray[np.int8],
    first_tree: NDArray[np.int64],
    scales: NDArray[np.float32],
    rows: NDArray[np.int64],
    tags: NDArray[np.int64],
    bins: NDArray[np.uint8],
    extra_bins: NDArray[np.uint8],
    margins: NDArray[np.float32],
) -> None:
    """The same for pairs of a row and a tag; ``_pair_kernel`` says the types."""
    width = bins.shape[1]
    for group in numba.prange((len(tags) + TAGS_AT_ONCE - 1) // TAGS_AT_ONCE):
        row = np.zeros(MAX_FEATURES, np.uint8)
        for pair in range(group * TAGS_AT_ONCE, min((group + 1) * TAGS_AT_ONCE, len(tags))):
            tag = tags[pair]
            row[:width] = bins[rows[pair]]
            row[width] = extra_bins[pair, 0]
            row[width + 1] = extra_bins[pair, 1]
            total = _total(nodes, leaves, first_tree[tag], first_tree[tag + 1], row)
            margins[pair] += scales[tag] * np.float32(total)


_TREES = (
    FIXED(numba.uint8, 3),
    FIXED(numba.int8, 2),
    FIXED(numba.int64, 1),
    FIXED(numba.float32, 1),
)


@cache
def _kernel() -> Kernel:
    """Compile ``_walk``, or read it from numba's cache, once per process."""
    inputs = (FIXED(numba.uint8, 2), FIXED(numba.uint8, 3), numba.float32[:, ::1])
    return compiled(_walk, numba.types.void(*_TREES, *inputs), parallel=True)


@cache
def _pair_kernel() -> Kernel:
    """Compile ``_walk_pairs`` in the same way."""
    pairs = (FIXED(numba.int64, 1), FIXED(numba.int64, 1))
    inputs = (FIXED(numba.uint8, 2), FIXED(numba.uint8, 2), numba.float32[::1])
    return compiled(_walk_pairs, numba.types.void(*_TREES, *pairs, *inputs), parallel=True)
