"""Other libraries' ways of finding near vectors, each at the effort that is exact enough.

A rival is built once with settings from its own documentation and asked with more and more effort
until its recall is as high as is asked for.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.timing import time_calls

Floats = NDArray[np.float32]
Places = NDArray[np.int64]
# Of a graph: links of an item, and candidates while it is linked.
LINKS, LINKING = 16, 100
EFFORTS = (16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 1024)
CELLS_PER_ROOT = 4  # An inverted file has about four times the root of the items as cells.
PROBES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)


@dataclass(frozen=True)
class Rival:
    """A built index of another library.

    Attributes:
        name: What readers know it as.
        build_seconds: What making it took.
        efforts: From little to much.
        search: (D,) embedding, count, effort → places, nearest first.
    """

    name: str
    build_seconds: float
    efforts: Sequence[int]
    search: Callable[[Floats, int, int], Places]


@dataclass(frozen=True)
class Reach:
    """How a search did.

    Attributes:
        recall: The share of the true nearest that it found.
        median_ms: For one query.
        effort: What it was asked with.
    """

    recall: float
    median_ms: float
    effort: int


def built(items: Floats, threads: int) -> Iterator[Rival]:
    """Build each rival, one after the other; (n, D) items."""
    for name, build in (("hnswlib", _hnswlib), ("faiss IVF", _faiss), ("usearch", _usearch)):
        began = time.perf_counter()
        search, efforts = build(items, threads)
        yield Rival(name, time.perf_counter() - began, efforts, search)


def recall_of(found: Sequence[Places], truth: Places) -> float:
    """The share of (N, K) true nearest places that were found."""
    pairs = zip(found, truth, strict=True)
    return float(np.mean([len(np.intersect1d(ours, true)) / len(true) for ours, true in pairs]))


def at_recall(rival: Rival, queries: Floats, truth: Places, wanted: float) -> Reach:
    """The least effort that reaches a recall, or the most there is."""
    count = truth.shape[1]
    for effort in rival.efforts:
        found = [rival.search(query, count, effort) for query in queries]
        recall = recall_of(found, truth)
        if recall >= wanted:
            break
    asked = iter(np.tile(queries, (2, 1)))
    timing = time_calls(lambda: rival.search(next(asked), count, effort), len(queries))
    return Reach(recall, timing.median_ms, effort)


def nearest_exactly(items: Floats, queries: Floats, count: int) -> Places:
    """(N, count) places of the truly nearest, nearest first, by Euclidean distance."""
    squares = np.einsum("nd,nd->n", items, items)
    found = np.empty((len(queries), count), np.int64)
    for row, query in enumerate(queries):
        distances = squares - 2 * (items @ query)
        near = np.argpartition(distances, count)[:count] if count < len(items) else np.arange(count)
        found[row] = near[np.argsort(distances[near])]
    return found


def _hnswlib(items: Floats, threads: int) -> tuple[Any, Sequence[int]]:
    import hnswlib

    index = hnswlib.Index(space="l2", dim=items.shape[1])
    index.init_index(max_elements=len(items), ef_construction=LINKING, M=LINKS, random_seed=0)
    index.add_items(items, num_threads=threads)

    def search(query: Floats, count: int, effort: int) -> Places:
        index.set_ef(max(effort, count))
        found: Places = index.knn_query(query[None], k=count, num_threads=1)[0][0].astype(np.int64)
        return found

    return search, EFFORTS


def _faiss(items: Floats, threads: int) -> tuple[Any, Sequence[int]]:
    import faiss

    faiss.omp_set_num_threads(threads)
    cells = max(1, min(round(CELLS_PER_ROOT * np.sqrt(len(items))), len(items) // 40))
    index = faiss.index_factory(items.shape[1], f"IVF{cells},Flat")
    index.train(items)
    index.add(items)

    def search(query: Floats, count: int, effort: int) -> Places:
        faiss.omp_set_num_threads(1)
        probes = faiss.SearchParametersIVF(nprobe=effort)  # type: ignore[call-arg]
        found: Places = index.search(query[None], count, params=probes)[1][0]
        return found

    return search, PROBES


def _usearch(items: Floats, threads: int) -> tuple[Any, Sequence[int]]:
    from usearch.index import Index

    index = Index(
        ndim=items.shape[1],
        metric="l2sq",
        dtype="f32",
        connectivity=LINKS,
        expansion_add=LINKING,
    )
    index.add(np.arange(len(items)), items, threads=threads)

    def search(query: Floats, count: int, effort: int) -> Places:
        index.expansion_search = max(effort, count)
        found: Places = index.search(query, count, threads=1).keys.astype(np.int64)
        return found

    return search, EFFORTS
