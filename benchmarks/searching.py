"""Searching in two million embeddings: how exact, how fast, and in a guild's share of it."""

from collections.abc import Iterator
from functools import partial
from itertools import cycle

import numpy as np
from numpy.typing import NDArray

from benchmarks.material import Bench
from benchmarks.rivals import Reach, at_recall, built, nearest_exactly, recall_of
from benchmarks.table import Goal, Row, usable_cores
from benchmarks.timing import time_calls
from model.index import VectorIndex

Floats = NDArray[np.float32]
NEIGHBOURS = 10
QUERIES, QUERIES_WHEN_QUICK = 200, 50
SHARED, SHARED_WHEN_QUICK = 200_000, 2000  # What all rivals are built of.
RECALL = 0.99
SEARCH_MS = 5
GUILDS = (0.001, 0.01, 0.1)
LIBRARY = "embeddings between four real ones, asked for real ones that they were not made of"


def measure_search(bench: Bench) -> Iterator[Row]:
    """The large library; then rivals on a part of it; then guilds that have a share of it."""
    library = bench.library
    queries = bench.queries[: QUERIES_WHEN_QUICK if bench.quick else QUERIES]
    yield from _whole(bench, queries)
    yield from _guilds(bench, queries)
    few = library.embeddings[: SHARED_WHEN_QUICK if bench.quick else SHARED]
    yield from _beside_rivals(bench, np.ascontiguousarray(few), queries)


def _whole(bench: Bench, queries: Floats) -> Iterator[Row]:
    library = bench.library
    truth = nearest_exactly(library.embeddings, queries, NEIGHBOURS)
    ours = reach(library.index, queries, truth + 1)
    scan = partial(nearest_exactly, library.embeddings, queries[:1], NEIGHBOURS)
    exact = time_calls(scan, 2 if bench.quick else 5, warm_up=1)
    size = f"{len(library.embeddings):,}"
    yield Row(
        f"recall@{NEIGHBOURS} among {size} embeddings",
        ours.recall,
        "",
        more_is_better=True,
        goal=Goal(RECALL),
        note=f"{len(queries)} queries; {LIBRARY}",
    )
    yield Row(
        f"search among {size} embeddings",
        ours.median_ms,
        "ms",
        rival="exact search in numpy",
        rival_value=exact.median_ms,
        goal=Goal(SEARCH_MS),
        note=f"made in {library.seconds:.0f} s",
    )


def _guilds(bench: Bench, queries: Floats) -> Iterator[Row]:
    """A guild's illustrations lie anywhere among the others'."""
    library = bench.library
    for share in GUILDS:
        random = np.random.default_rng(0)
        count = max(NEIGHBOURS, round(share * len(library.embeddings)))
        places = np.sort(random.choice(len(library.embeddings), count, replace=False))
        truth = places[nearest_exactly(library.embeddings[places], queries, NEIGHBOURS)]
        ours = reach(library.index, queries, truth + 1, places + 1)
        yield Row(
            f"search in a guild of {count:,}",
            ours.median_ms,
            "ms",
            goal=Goal(SEARCH_MS),
            note=f"{share:.1%} of {len(library.embeddings):,}; recall@{NEIGHBOURS} "
            f"{ours.recall:.4f}",
        )


def _beside_rivals(bench: Bench, items: Floats, queries: Floats) -> Iterator[Row]:
    """All on the same items, each at its least effort that is as exact as ours."""
    truth = nearest_exactly(items, queries, NEIGHBOURS)
    with bench.index_of(items, "shared") as made:
        ours = reach(made.index, queries, truth + 1)
        seconds = made.seconds
    for rival in built(items, usable_cores()):
        theirs = at_recall(rival, queries, truth, ours.recall)
        yield Row(
            f"search among {len(items):,}, recall {ours.recall:.3f}",
            ours.median_ms,
            "ms",
            rival=rival.name,
            rival_value=theirs.median_ms,
            note=f"made in {seconds:.1f} s; {rival.name} in {rival.build_seconds:.1f} s, asked "
            f"with effort {theirs.effort} for recall {theirs.recall:.3f}",
        )


def reach(
    index: VectorIndex,
    queries: Floats,
    truth: NDArray[np.int64],
    allowed: NDArray[np.int64] | None = None,
) -> Reach:
    """How exact and how fast an index is; (N, K) true ids."""
    count = truth.shape[1]
    answers = [index.search(query[None], count, allowed)[0] for query in queries]
    recall = recall_of([np.array([one.id for one in answer]) for answer in answers], truth)
    asked = cycle(queries)
    timing = time_calls(lambda: index.search(next(asked)[None], count, allowed), len(queries))
    return Reach(recall, timing.median_ms, 0)
