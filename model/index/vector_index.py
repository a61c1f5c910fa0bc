"""The vector index as its owner sees it: add, remove, search."""

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.checking import checked_items, checked_queries
from model.exact import Items, Neighbour, merged
from model.index.holding import Holding
from model.index.segment import Identity, Segment

# With more items in memory, in tail limits, adding waits until a segment is made.
MOST_IN_MEMORY = 20


class VectorIndex(Holding):
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
        super().__init__(
            directory,
            Identity(encoder_id, width),
            trees=trees,
            tail_limit=tail_limit,
            background=background,
            read_only=read_only,
        )

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
        items = checked_items(ids, embeddings, self._identity.width)
        with self._changing:
            self._change(items.ids, items)
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
        embeddings = checked_queries(embeddings, self._identity.width)
        neighbours = max(neighbours, 0)
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


def _rising(ids: Collection[int] | NDArray[np.int64]) -> NDArray[np.int64]:
    """The same ids once each, in their order."""
    array = ids if isinstance(ids, np.ndarray) else np.fromiter(ids, np.int64, len(ids))
    return array if (array[1:] > array[:-1]).all() else np.unique(array)
