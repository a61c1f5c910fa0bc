"""Searching in two million embeddings: how exact, how fast, and in a guild's share of it."""

from collections.abc import Iterator, Mapping
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
# Posts of a library's own kind, drawn as it was; and real ones that it was not made of, which are
# far from all of it: their tenth neighbour is hardly farther than their hundredth.
ALIKE, UNLIKE = "posts like it", "posts unlike it"


def measure_search(bench: Bench) -> Iterator[Row]:
    """The large library; then guilds that have a share of it; then rivals on a part of it."""
    few = QUERIES_WHEN_QUICK if bench.quick else QUERIES
    kinds = {
        ALIKE: bench.between.embeddings(few, seed=4),
        UNLIKE: bench.queries[:few],
    }
    for kind, queries in kinds.items():
        yield from _whole(bench, queries, kind)
    yield from _guilds(bench, kinds[ALIKE])
    items = bench.library.embeddings[: SHARED_WHEN_QUICK if bench.quick else SHARED]
    yield from _beside_rivals(bench, np.ascontiguousarray(items), kinds)


def _whole(bench: Bench, queries: Floats, kind: str) -> Iterator[Row]:
    library = bench.library
    truth = nearest_exactly(library.embeddings, queries, NEIGHBOURS)
    ours = reach(library.index, queries, truth + 1)
    scan = partial(nearest_exactly, library.embeddings, queries[:1], NEIGHBOURS)
    exact = time_calls(scan, 2 if bench.quick else 5, warm_up=1)
    farther = farther_by(library.index, queries, library.embeddings, truth)
    name = f"{len(library.embeddings):,} embeddings, {kind}"
    yield Row(
        f"recall@{NEIGHBOURS} among {name}",
        ours.recall,
        "",
        more_is_better=True,
        goal=Goal(RECALL),
        note=f"{len(queries)} queries; what is found lies {farther:.2%} farther than the nearest",
    )
    yield Row(
        f"search among {name}",
        ours.median_ms,
        "ms",
        rival="exact search in numpy",
        rival_value=exact.median_ms,
        goal=Goal(SEARCH_MS),
        grows=("embeddings", len(library.embeddings)) if kind == ALIKE else None,
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


def _beside_rivals(bench: Bench, items: Floats, kinds: Mapping[str, Floats]) -> Iterator[Row]:
    """All on the same items, each at its least effort that is as exact as ours."""
    truths = {kind: nearest_exactly(items, asked, NEIGHBOURS) for kind, asked in kinds.items()}
    with bench.index_of(items, "shared") as made:
        ours = {kind: reach(made.index, kinds[kind], truths[kind] + 1) for kind in kinds}
    for rival in built(items, usable_cores()):
        for kind, queries in kinds.items():
            reached = ours[kind]
            theirs = at_recall(rival, queries, truths[kind], reached.recall)
            yield Row(
                f"search among {len(items):,}, recall {reached.recall:.3f}, {kind}",
                reached.median_ms,
                "ms",
                rival=rival.name,
                rival_value=theirs.median_ms,
                grows=("embeddings", len(items)) if kind == ALIKE else None,
                note=f"made in {made.seconds:.1f} s; {rival.name} in {rival.build_seconds:.1f} s, "
                f"asked with effort {theirs.effort} for recall {theirs.recall:.3f}",
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


def farther_by(
    index: VectorIndex, queries: Floats, items: Floats, truth: NDArray[np.int64]
) -> float:
    """By which part the found ones lie farther than the (N, K) true nearest, on average."""
    answers = [index.search(query[None], truth.shape[1])[0] for query in queries]
    found = np.array([sum(one.distance for one in answer) for answer in answers])
    nearest = np.linalg.norm(items[truth] - queries[:, None], axis=2).sum(axis=1)
    return float((found / nearest - 1).mean())
