"""The vector index as its owner sees it: add, remove, search."""

import contextlib
import logging
import re
import shutil
import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.errors import WidthMismatchError
from model.exact import Items, Neighbour, merged
from model.files import sync
from model.index.building import Build, build, build_in_child, place_order
from model.index.living import Living
from model.index.run import Growing, Run
from model.index.segment import Identity, Segment, note_removed
from model.index.tiers import to_join

AT_ONCE = 2  # Segments that are made: a small one need not wait until a large one is done.
# With more items in memory, in tail limits, adding waits until a segment is made.
MOST_IN_MEMORY = 20
MOST_DEAD = 0.1  # The share of deleted items from which a segment is written anew.
FEW_DEAD = 1000  # So many deleted items in memory are left there.
# Earlier versions called a segment a base.
_NAME = re.compile(r"(?:segment|base)-(\d{6,})(\.part)?")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _State:
    """What a search sees; every change makes a new one.

    Attributes:
        parts: Segments, and runs that are being made into one.
        tail: The run that grows.
    """

    parts: tuple[Living, ...]
    tail: Living

    @property
    def everything(self) -> tuple[Living, ...]:
        """All parts."""
        return (*self.parts, self.tail)


@dataclass(frozen=True)
class _Job:
    """A segment that is being made.

    Attributes:
        directory: Where it will appear.
        sources: What it is made of, as it was when the job began.
    """

    directory: Path
    sources: tuple[Living, ...]

    @property
    def workplace(self) -> Path:
        """Where it is made."""
        return self.directory.with_name(self.directory.name + ".part")

    def takes(self, living: Living) -> bool:
        """Whether a part is among the sources."""
        return any(living.part is source.part for source in self.sources)


class VectorIndex:
    """Find the nearest items by Euclidean distance, add and delete them at once.

    Any thread may search while one changes the index: a search works on the state that it found,
    and changes wait for one another. One process at a time may write to a directory.

    The tail is not kept on disk: the catalogue owns the embeddings. After opening, its owner adds
    what ``ids`` lacks and removes what it has too many. Deletions are kept.
    """

    def __init__(
        self,
        directory: Path | None,
        width: int,
        encoder_id: str,
        *,
        trees: int = 20,
        tail_limit: int = 5000,
        background: bool = False,
        read_only: bool = False,
    ) -> None:
        """Open the intact segments of a directory, or start empty.

        Whatever else lies there was cut off or is of no use, and is deleted; what was deleted from
        a segment since it was written leaves the disk now.

        Args:
            directory: Where segments are kept; None keeps everything in memory and exact.
            width: D.
            encoder_id: Whose embeddings these are.
            trees: Annoy's trees in the next segments.
            tail_limit: With more items than this in memory a segment is made of them.
            background: Make segments in processes of their own while changes and searches go on;
                else the change that needs one waits for it.
            read_only: Leave the directory as it is; changes stay in memory.

        Raises:
            VersionMismatchError: If a segment there is of another encoder, width or metric.
        """
        self._identity = Identity(encoder_id, width)
        self._trees = trees
        self._tail_limit = tail_limit
        self._background = background
        self._build: Build = build_in_child if background else build
        self._changing = threading.Condition()
        self._jobs: list[_Job] = []
        self._held_back = -1  # No segment is made before more items than this are in memory.
        self._growing = Growing(width)
        numbered = _numbered(directory) if directory else {}
        self._number = max(numbered.values(), default=0)
        segments = _opened(numbered, self._identity)
        self._state = _State(tuple(map(_living, segments)), self._nothing())
        self._directory = None if read_only else directory
        if self._directory:
            for path in numbered.keys() - {segment.directory for segment in segments}:
                _discard(path)
            with self._changing:
                self._start_jobs(most_dead=0.0)

    @property
    def encoder_id(self) -> str:
        """Whose embeddings it holds."""
        return self._identity.encoder_id

    def __len__(self) -> int:
        return sum(living.count for living in self._state.everything)

    @property
    def ids(self) -> NDArray[np.int64]:
        """The ids of everything that a search can find, rising."""
        return np.sort(np.concatenate([living.ids for living in self._state.everything]))

    def add(self, ids: Sequence[int] | NDArray[np.int64], embeddings: NDArray[np.float32]) -> None:
        """Add items, searchable at once; an id that is there already is replaced.

        Args:
            ids: N numbers; where one comes twice, its last embedding counts.
            embeddings: (N, D) finite float32. N may be 0.

        Raises:
            WidthMismatchError: If the embeddings are not (N, D).
            ValueError: If an embedding is not finite.
        """
        embeddings = self._checked(embeddings)
        if len(ids) != len(embeddings):
            raise WidthMismatchError(
                f"Every embedding needs one id. Received: {len(ids)} ids for {len(embeddings)} "
                "embeddings."
            )
        each, last = np.unique(np.asarray(ids, np.int64)[::-1], return_index=True)
        with self._changing:
            self._change(each, Items.of(each, embeddings[len(embeddings) - 1 - last]))
            self._start_jobs()
            while self._jobs and self._in_memory > MOST_IN_MEMORY * self._tail_limit:
                self._changing.wait()

    def remove(self, ids: Collection[int] | NDArray[np.int64]) -> None:
        """Delete items for good; unknown ids are ignored.

        Raises:
            OSError: If the disk is full. They are gone from the searches of this process even so.
        """
        with self._changing:
            self._change(_rising(ids), Items.none(self._identity.width))
            self._start_jobs()

    def search(
        self,
        embeddings: NDArray[np.float32],
        neighbours: int,
        allowed: Collection[int] | NDArray[np.int64] | None = None,
    ) -> list[list[Neighbour]]:
        """Find the nearest items of each embedding, nearest first.

        Args:
            embeddings: (N, D) finite float32. N may be 0.
            neighbours: How many to find.
            allowed: The only ids that may be found; None allows all.

        Returns:
            N lists of min(neighbours, number of allowed items).

        Raises:
            WidthMismatchError: If the embeddings are not (N, D).
            ValueError: If an embedding is not finite.
        """
        embeddings, neighbours = self._checked(embeddings), max(neighbours, 0)
        only = None if allowed is None else _rising(allowed)
        parts = [part.nearest(embeddings, neighbours, only) for part in self._state.everything]
        return [merged(found, neighbours) for found in zip(*parts, strict=True)]

    def erase(self) -> bool:
        """Begin to write every segment anew that holds anything deleted, however little.

        Returns:
            Whether all that was deleted before is off the disk; False: it is being written anew,
            or could not be. Call this again then.
        """
        with self._changing:
            self._held_back = -1  # The disk may have room again.
            self._start_jobs(most_dead=0.0)
            parts = self._state.parts
            return not self._jobs and not any(
                living.dead for living in parts if isinstance(living.part, Segment)
            )

    def compact(self) -> None:
        """Make one segment of everything that lives, and wait for it.

        Searches go on meanwhile. Does nothing without a directory.

        Raises:
            OSError: If the disk is full; the index goes on as it was.
        """
        with self._changing:
            while self._jobs:
                self._changing.wait()
            parts = self._state.parts
            whole = len(parts) <= 1 and not any(living.dead for living in parts)
            if not self._directory or (whole and not self._state.tail.count):
                return
            job = self._begin(self._directory, parts)
        self._do(job)

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
            add = tail.part.take(tail.alive).joined(add)
            self._growing, tail = Growing(self._identity.width), self._nothing()
        if len(add):
            alive = np.concatenate([tail.alive, np.ones(len(add), np.bool_)])
            tail = Living.of(self._growing.append(add), alive)
        self._state = _State(parts, tail)
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

    def _next_job(self, most_dead: float) -> _Job | None:
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

    def _begin(self, directory: Path, sources: Sequence[Living]) -> _Job:
        """Take some parts, and what is in the tail, for a new segment."""
        tail = self._state.tail
        if tail.count:
            sources = [*sources, tail]
            self._growing = Growing(self._identity.width)
            self._state = _State((*self._state.parts, tail), self._nothing())
        self._number += 1
        job = _Job(directory / f"segment-{self._number:06d}", tuple(sources))
        self._jobs.append(job)
        return job

    def _do_or_warn(self, job: _Job) -> None:
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

    def _do(self, job: _Job) -> None:
        """Make a segment, let it take its sources' place, and delete those."""
        try:
            segment = self._made(job)
            with self._changing:
                self._switch(job, segment)
                self._held_back = -1
            for source in job.sources:
                if isinstance(source.part, Segment):
                    _discard(source.part.directory)
        except OSError:
            shutil.rmtree(job.workplace, ignore_errors=True)
            self._held_back = self._in_memory + self._tail_limit
            raise
        finally:
            with self._changing:
                self._jobs.remove(job)
                self._changing.notify_all()

    def _made(self, job: _Job) -> Segment | None:
        """The files of a segment, not yet under its name; None if nothing of it lives."""
        sources = [source for source in job.sources if source.count]
        if not sources:
            return None
        place_order(job.workplace, sources, self._identity, self._trees)
        self._build(job.workplace)
        return Segment.map(job.workplace, self._identity.width)

    def _switch(self, job: _Job, segment: Segment | None) -> None:
        """Put a segment in the place of its sources, less what was deleted meanwhile."""
        kept = [living for living in self._state.parts if not job.takes(living)]
        if segment:
            gone = self._gone_since(job)
            if len(gone):
                note_removed(job.workplace, gone)
            sync(job.workplace)
            job.workplace.rename(job.directory)
            sync(job.directory.parent)
            kept.append(_whole(segment.moved(job.directory)).without(gone))
        self._state = _State(tuple(kept), self._state.tail)

    def _gone_since(self, job: _Job) -> NDArray[np.int64]:
        """Rising ids of what was deleted from a job's sources while it was done."""
        now = {id(living.part): living for living in self._state.parts}
        pairs = [(source, now[id(source.part)]) for source in job.sources]
        return np.sort(np.concatenate([old.part.ids[old.alive & ~new.alive] for old, new in pairs]))

    def _nothing(self) -> Living:
        return Living.of(Run(Items.none(self._identity.width)), np.empty(0, np.bool_))

    def _checked(self, embeddings: NDArray[np.float32]) -> NDArray[np.float32]:
        embeddings = np.asarray(embeddings, np.float32)
        width = self._identity.width
        if embeddings.ndim != 2 or embeddings.shape[1] != width:
            raise WidthMismatchError(
                f"The index holds embeddings (N, {width}). Received: {embeddings.shape}. "
                "Use embeddings of the encoder that the index was made for."
            )
        if not np.isfinite(embeddings).all():
            raise ValueError("An embedding is not finite. Expected finite numbers only.")
        return embeddings


def _rising(ids: Collection[int] | NDArray[np.int64]) -> NDArray[np.int64]:
    """The same ids once each, in their order."""
    array = ids if isinstance(ids, np.ndarray) else np.fromiter(ids, np.int64, len(ids))
    return array if (array[1:] > array[:-1]).all() else np.unique(array)


def _numbered(directory: Path) -> dict[Path, int]:
    """Every segment there with its number, half-written ones too."""
    names = directory.iterdir() if directory.is_dir() else ()
    matches = ((path, _NAME.fullmatch(path.name)) for path in names)
    return {path: int(match[1]) for path, match in matches if match}


def _opened(numbered: Collection[Path], identity: Identity) -> list[Segment]:
    """Those that are intact, and not replaced by another one that is."""
    whole = (Segment.open(path, identity) for path in sorted(numbered) if not path.suffix)
    intact = [segment for segment in whole if segment]
    replaced = frozenset[str]().union(*(segment.replaces for segment in intact))
    return [segment for segment in intact if segment.directory.name not in replaced]


def _whole(segment: Segment) -> Living:
    return Living.of(segment, np.ones(len(segment), np.bool_))


def _living(segment: Segment) -> Living:
    """What of it was not deleted."""
    return _whole(segment).without(np.unique(segment.removed()))


def _discard(directory: Path) -> None:
    """Delete a segment so that a crash on the way leaves none that looks whole."""
    part = directory if directory.suffix else directory.with_name(directory.name + ".part")
    with contextlib.suppress(OSError):  # What is left is deleted when the index is opened again.
        directory.rename(part)
    shutil.rmtree(part, ignore_errors=True)
