"""Adding and deleting a thousand times a second while others search, segments being made meanwhile.

A search's time is taken by the thread that searches; another one adds and deletes. Timed are the
same queries as at rest. After each of them the searcher asks for what was added last, which it must
find.
"""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

from benchmarks.material import Bench
from benchmarks.table import Goal, Row
from benchmarks.timing import MILLISECONDS
from model.index import VectorIndex

Floats = NDArray[np.float32]
ADDED_PER_SECOND, DELETED_PER_SECOND, AT_ONCE = 1000, 100, 10
SECONDS, SECONDS_WHEN_QUICK = 30, 3
SEARCHES_PER_SECOND = 50
NEIGHBOURS = 10


@dataclass
class Churn:
    """Another thread that adds at a steady pace, and deletes some of what it has added.

    Attributes:
        added: How many items it has added.
        late_seconds: How far it was behind its pace at most.
        last: The last item that is there, with its embedding.
    """

    index: VectorIndex
    embeddings: Floats
    first_id: int
    added: int = 0
    late_seconds: float = 0.0
    last: tuple[int, Floats] | None = None
    _stop: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        began = time.perf_counter()
        while not self._stop.is_set() and self.added + AT_ONCE <= len(self.embeddings):
            due = began + self.added / ADDED_PER_SECOND
            time.sleep(max(0.0, due - time.perf_counter()))
            self.late_seconds = max(self.late_seconds, time.perf_counter() - due)
            ids = np.arange(self.added, self.added + AT_ONCE) + self.first_id
            new = self.embeddings[self.added : self.added + AT_ONCE]
            self.index.add(ids, new)
            self.last = int(ids[-1]), new[-1]
            self.added += AT_ONCE
            self.index.remove(ids[: AT_ONCE * DELETED_PER_SECOND // ADDED_PER_SECOND])


def measure_churn(bench: Bench) -> Iterator[Row]:
    """Searches of a still index, then of one that changes."""
    library = bench.library
    seconds = SECONDS_WHEN_QUICK if bench.quick else SECONDS
    with bench.changing() as index:
        usual, _ = searched(index, bench.queries, seconds / 3)
        more = bench.between.embeddings(seconds * ADDED_PER_SECOND, seed=2)
        with Churn(index, more, len(library.embeddings) + 1) as churn:
            busy, missed = searched(index, bench.queries, seconds, churn)
    yield Row(
        "added a second while searching",
        churn.added / seconds,
        "",
        more_is_better=True,
        goal=Goal(0.95 * ADDED_PER_SECOND),
        note=f"paced at {ADDED_PER_SECOND:,} a second with {DELETED_PER_SECOND} deletions, to "
        f"{len(library.embeddings):,}; at most {churn.late_seconds:.2f} s behind",
    )
    yield Row("added, but not found by the next search", missed, "", goal=Goal(0))
    for name, share in (("median", 50), ("99th percentile", 99)):
        still, changing = (float(np.percentile(times, share)) for times in (usual, busy))
        yield Row(
            f"search while the index changes, {name}",
            changing,
            "ms",
            rival="of the same index at rest",
            rival_value=still,
            goal=Goal(0.5, "ratio"),
            note=f"{len(busy):,} searches in {seconds} s; goal: within twice",
        )


def searched(
    index: VectorIndex, queries: Floats, seconds: float, churn: Churn | None = None
) -> tuple[list[float], int]:
    """Search at a steady pace.

    Returns:
        Milliseconds of each search; and how many items were not found just after they were added.
    """
    took: list[float] = []
    missed = 0
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        due = began + len(took) / SEARCHES_PER_SECOND
        time.sleep(max(0.0, due - time.perf_counter()))
        query = queries[len(took) % len(queries)]
        start = time.perf_counter()
        index.search(query[None], NEIGHBOURS)
        took.append((time.perf_counter() - start) * MILLISECONDS)
        if churn and churn.last:
            id_, embedding = churn.last
            (found,) = index.search(embedding[None], NEIGHBOURS)
            missed += id_ not in [one.id for one in found]
    return took, missed
