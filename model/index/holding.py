"""What an index holds, and how segments are made of it while it is searched and changed."""

import logging
import shutil
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.exact import Items
from model.files import sync
from model.index.building import Build, build, build_in_child, place_order
from model.index.directory import discard, living_of, numbered_in, opened, whole
from model.index.living import AnyLiving, Living
from model.index.run import Growing, Run
from model.index.segment import Identity, Segment, note_removed
from model.index.state import Job, State
from model.index.tiers import to_join

AT_ONCE = 2  # Segments that are made: a small one need not wait until a large one is done.
MOST_DEAD = 0.1  # The share of deleted items from which a segment is written anew.
FEW_DEAD = 1000  # So many deleted items in memory are left there.
_log = logging.getLogger(__name__)


class Holding:
    """The segments of a directory and what is in memory; a change may make a segment due.

    A search reads ``_state``, which is only ever replaced; who replaces it holds ``_changing``.
    """

    def __init__(
        self,
        directory: Path | None,
        identity: Identity,
        *,
        trees: int,
        tail_limit: int,
        background: bool,
        read_only: bool,
    ) -> None:
        """Open what is intact, and delete the rest, as ``VectorIndex`` says."""
        self._identity = identity
        self._trees = trees
        self._tail_limit = tail_limit
        self._background = background
        self._build: Build = build_in_child if background else build
        self._changing = threading.Condition()
        self._jobs: list[Job] = []
        self._held_back = -1  # No segment is made before more items than this are in memory.
        self._growing = Growing(identity.width)
        numbered = numbered_in(directory) if directory else {}
        self._number = max(numbered.values(), default=0)
        segments = opened(numbered, identity)
        self._state = State(tuple(map(living_of, segments)), self._nothing())
        self._directory = None if read_only else directory
        if self._directory:
            for path in numbered.keys() - {segment.directory for segment in segments}:
                discard(path)
            with self._changing:
                self._start_jobs(most_dead=0.0)

    @property
    def _in_memory(self) -> int:
        parts = self._state.everything
        return sum(living.count for living in parts if isinstance(living.part, Run))

    def _change(self, remove: NDArray[np.int64], add: Items) -> None:
        """Switch to a state without some items and with others, then note the deletions."""
        before = self._state
        parts = tuple(living.without(remove) for living in before.parts)
        tail = before.tail.without(remove)
        if tail.dead > max(tail.count, FEW_DEAD):
            add = tail.part.items.take(tail.alive).joined(add)
            self._growing, tail = Growing(self._identity.width), self._nothing()
        if len(add):
            alive = np.concatenate([tail.alive, np.ones(len(add), np.bool_)])
            tail = Living.of(self._growing.append(add), alive)
        self._state = State(parts, tail)
        for old, new in zip(before.parts, parts, strict=True):
            if self._directory and isinstance(new.part, Segment) and new is not old:
                note_removed(new.part.directory, new.part.ids[old.alive & ~new.alive])

    def _start_jobs(self, most_dead: float = MOST_DEAD) -> None:
        """Make the segments that are due, or begin with it."""
        while len(self._jobs) < AT_ONCE and (job := self._next_job(most_dead)):
            if self._background:
                threading.Thread(target=self._do_or_warn, args=(job,), daemon=True).start()
            else:
                self._do_or_warn(job)

    def _next_job(self, most_dead: float) -> Job | None:
        if not self._directory or self._in_memory <= self._held_back:
            return None
        free = [one for one in self._state.parts if not any(job.takes(one) for job in self._jobs)]
        runs = [one for one in free if isinstance(one.part, Run)]
        segments = [one for one in free if isinstance(one.part, Segment)]
        fresh = self._state.tail.count + sum(one.count for one in runs)
        sizes = [(one.count, one.dead) for one in segments]
        chosen = to_join(fresh, sizes, self._tail_limit, most_dead)
        if chosen is None:
            return None
        return self._begin(self._directory, [*(segments[place] for place in chosen), *runs])

    def _begin(self, directory: Path, sources: Sequence[AnyLiving]) -> Job:
        """Take some parts, and what is in the tail, for a new segment."""
        tail = self._state.tail
        if tail.count:
            sources = [*sources, tail]
            self._growing = Growing(self._identity.width)
            self._state = State((*self._state.parts, tail), self._nothing())
        self._number += 1
        job = Job(directory / f"segment-{self._number:06d}", tuple(sources))
        self._jobs.append(job)
        return job

    def _do_or_warn(self, job: Job) -> None:
        try:
            self._do(job)
        except OSError as error:
            _log.warning(
                "A segment of the index could not be made (%s). Searches stay exact but get "
                "slower: free space in %s.",
                error,
                self._directory,
            )
        else:
            if self._background:
                with self._changing:
                    self._start_jobs()

    def _do(self, job: Job) -> None:
        """Make a segment, let it take its sources' place, and delete those."""
        try:
            segment = self._made(job)
            with self._changing:
                self._switch(job, segment)
                self._held_back = -1
            for source in job.sources:
                if isinstance(source.part, Segment):
                    discard(source.part.directory)
        except OSError:
            shutil.rmtree(job.workplace, ignore_errors=True)
            self._held_back = self._in_memory + self._tail_limit
            raise
        finally:
            with self._changing:
                self._jobs.remove(job)
                self._changing.notify_all()

    def _made(self, job: Job) -> Segment | None:
        """The files of a segment, not yet under its name; None if nothing of it lives."""
        sources = [source for source in job.sources if source.count]
        if not sources:
            return None
        place_order(job.workplace, sources, self._identity, self._trees)
        self._build(job.workplace)
        return Segment.map(job.workplace, self._identity.width)

    def _switch(self, job: Job, segment: Segment | None) -> None:
        """Put a segment in the place of its sources, less what was deleted meanwhile."""
        kept = [living for living in self._state.parts if not job.takes(living)]
        if segment:
            gone = self._gone_since(job)
            if len(gone):
                note_removed(job.workplace, gone)
            sync(job.workplace)
            job.workplace.rename(job.directory)
            sync(job.directory.parent)
            kept.append(whole(segment.moved(job.directory)).without(gone))
        self._state = State(tuple(kept), self._state.tail)

    def _gone_since(self, job: Job) -> NDArray[np.int64]:
        """Rising ids of what was deleted from a job's sources while it was done."""
        now = {id(living.part): living for living in self._state.parts}
        pairs = [(source, now[id(source.part)]) for source in job.sources]
        return np.sort(np.concatenate([old.part.ids[old.alive & ~new.alive] for old, new in pairs]))

    def _nothing(self) -> Living[Run]:
        return Living.of(Run(Items.none(self._identity.width)), np.empty(0, np.bool_))
