"""One collection of a Milvus server: the embeddings of one encoder, with where each one stands.

Synchronous, and with the methods of ``model.index.VectorIndex``. Guild and channel stand beside
each embedding, so a scope is an expression that the server filters by. The server finds; what it
finds is measured here, as everywhere.
"""

import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bot.errors import UnavailableError
from bot.index.milvus.filtering import expression
from bot.index.milvus.server import (
    ANSWER_SECONDS,
    WORK_SECONDS,
    WRITE_SECONDS,
    MilvusServer,
    RefusedError,
    collection_name,
)
from bot.places import Scope
from model.checking import checked_items, checked_queries
from model.exact import Neighbour, merged, ranked

# The channel of an illustration that came with no post: of the local channel, or imported there.
OF_NO_POST: Final = -1
# Where an illustration stands: its guild and its channel.
Standing = tuple[int, int]

# So many go in one message, whole or by their ids: a server takes 64 MiB.
AT_ONCE = 2000
# How many items a search looks at at least: more are more exact and slower.
LOOKED_AT = 128
# So many more are asked for than are wanted: equal distances may come in any order.
SPARE = 16
MOST = 16_384  # A server gives no more.


@dataclass
class _Erasure:
    """What is still to be done until nothing that was deleted is in a file.

    Attributes:
        of_deletions: Of each compaction to come: whether it brings deletions to their segments, or
            writes all segments anew.
        compaction: The one that is under way.
    """

    of_deletions: tuple[bool, ...] = (True, False)
    compaction: int | None = None


class MilvusCollection:
    """Find the nearest items by Euclidean distance, add and delete them at once.

    Any thread may use it. Several processes may share one: what one adds, all find. Where the
    server is there and refuses one call alone, that raises ``RefusedError``, an
    ``UnavailableError`` too.

    Attributes:
        ready: Whether a call finds it open; else the call opens it, which may take long.
    """

    def __init__(self, server: MilvusServer, owner: str, encoder_id: str, width: int) -> None:
        """Nothing is asked before the first call.

        Args:
            server: Where it is.
            owner: Whose catalogue it follows: others' collections are left alone.
            encoder_id: Whose embeddings these are.
            width: D.
        """
        self.encoder_id = encoder_id
        self.name = collection_name(owner, encoder_id)
        self._server = server
        self._width = width
        self.ready = False
        self._opening = threading.Lock()
        self._erasing = threading.Lock()
        # A start knows nothing of what was deleted before.
        self._erasure = _Erasure()

    @property
    def ids(self) -> NDArray[np.int64]:
        """The ids of everything that it holds, rising."""
        found: list[int] = []
        with self._asked() as client:
            pages = client.query_iterator(
                self.name, batch_size=AT_ONCE, output_fields=["id"], timeout=WRITE_SECONDS
            )
            while page := pages.next():
                found.extend(row["id"] for row in page)
            pages.close()
        return np.unique(np.array(found, np.int64))

    def __len__(self) -> int:
        return len(self.ids)

    def add(
        self,
        ids: Sequence[int] | NDArray[np.int64],
        embeddings: NDArray[np.float32],
        standings: Mapping[int, Standing] | None = None,
    ) -> None:
        """Add items, searchable at once; an id that is there already is replaced.

        Args:
            ids: N numbers; where one comes twice, its last embedding counts.
            embeddings: (N, D) finite float32. N may be 0.
            standings: By id, where it stands; None: in the local channel, all of them.

        Raises:
            WidthMismatchError: If the embeddings are not (N, D).
            ValueError: If an embedding is not finite.
            UnavailableError: If the server is not there.
        """
        items = checked_items(ids, embeddings, self._width)
        standings = standings or {}
        rows = (
            {"id": id_, "guild_id": guild_id, "channel_id": channel_id, "embedding": embedding}
            for id_, embedding in zip(items.ids.tolist(), items.embeddings, strict=True)
            for guild_id, channel_id in (standings.get(id_, (0, OF_NO_POST)),)
        )
        with self._asked() as client:
            while some := list(islice(rows, AT_ONCE)):
                client.upsert(self.name, some, timeout=WRITE_SECONDS)

    def remove(self, ids: Collection[int] | NDArray[np.int64]) -> None:
        """Delete items: no search finds them from then on. Unknown ids are ignored.

        Raises:
            UnavailableError: If the server is not there.
        """
        numbers = iter([int(one) for one in ids])
        with self._asked() as client:
            while some := list(islice(numbers, AT_ONCE)):
                client.delete(self.name, ids=some, timeout=WRITE_SECONDS)
        # In place of one that is under way, which may have begun too early: nobody waits for it.
        self._erasure = _Erasure()

    def search(
        self,
        embeddings: NDArray[np.float32],
        neighbours: int,
        allowed: Collection[int] | NDArray[np.int64] | None = None,
        scope: Scope | None = None,
    ) -> list[list[Neighbour]]:
        """Find the nearest items of each embedding, nearest first.

        Args:
            embeddings: (N, D) finite float32. N may be 0.
            neighbours: How many to find.
            allowed: The only ids that may be found; None allows all.
            scope: The only guild and channels; None: any.

        Returns:
            N lists of min(neighbours, number of allowed items).

        Raises:
            WidthMismatchError: If the embeddings are not (N, D).
            ValueError: If an embedding is not finite.
            UnavailableError: If the server is not there.
        """
        embeddings = checked_queries(embeddings, self._width)
        if neighbours < 1 or not len(embeddings):
            return [[] for _ in embeddings]
        if allowed is None:
            return self._found(embeddings, neighbours, expression(scope))
        named = [int(one) for one in allowed]
        parts = [
            self._found(embeddings, neighbours, expression(scope, named[first : first + AT_ONCE]))
            for first in range(0, len(named), AT_ONCE)
        ]
        return [merged((part[row] for part in parts), neighbours) for row in range(len(embeddings))]

    def erase(self) -> bool:
        """Begin to have what was deleted leave the server's files.

        Why in two steps: the server keeps deletions apart from what they delete, and writes
        anew what it knows to hold something deleted. It deletes the old files by its own clock.

        Returns:
            Whether the server has written everything anew; False: call this again.

        Raises:
            UnavailableError: If the server is not there.
        """
        with self._erasing, self._asked() as client:
            erasure = self._erasure
            while erasure.of_deletions:
                if erasure.compaction is None:
                    if erasure.of_deletions[0]:
                        client.flush(self.name, timeout=WORK_SECONDS)
                    erasure.compaction = client.compact(
                        self.name, is_l0=erasure.of_deletions[0], timeout=WORK_SECONDS
                    )
                state = client.get_compaction_state(erasure.compaction, timeout=WRITE_SECONDS)
                if state != "Completed":
                    return False
                erasure.of_deletions, erasure.compaction = erasure.of_deletions[1:], None
        return erasure is self._erasure

    def _found(
        self, embeddings: NDArray[np.float32], neighbours: int, filter_: str
    ) -> list[list[Neighbour]]:
        """Of what a filter lets through, as ``search``; checked, and one at least wanted."""
        limit = min(neighbours + SPARE, MOST)
        with self._asked() as client:
            found = client.search(
                self.name,
                data=list(embeddings),
                limit=limit,
                filter=filter_,
                output_fields=["embedding"],
                search_params={"params": {"ef": max(LOOKED_AT, 2 * limit)}},
                consistency_level="Session",
                timeout=ANSWER_SECONDS,
            )
            rows = [[(hit["id"], hit["entity"]["embedding"]) for hit in row] for row in found]
        return [
            self._measured(hits, one, neighbours)
            for hits, one in zip(rows, embeddings, strict=True)
        ]

    def _measured(
        self, hits: Sequence[tuple[int, Any]], embedding: NDArray[np.float32], neighbours: int
    ) -> list[Neighbour]:
        ids = np.array([id_ for id_, _ in hits], np.int64)
        embeddings = np.array([row for _, row in hits], np.float32).reshape(-1, self._width)
        return ranked(ids, embeddings, embedding, neighbours)

    @contextmanager
    def _asked(self) -> Iterator[Any]:
        """The client, with the collection ready to be asked, also after a loss.

        Why it stays so after a refusal: what one call may not, others may.
        """
        try:
            with self._server.asked() as client:
                with self._opening:
                    if not self.ready:
                        self._server.prepare(client, self.name, self._width)
                        self.ready = True
                yield client
        except RefusedError:
            raise
        except UnavailableError:
            self.ready = False
            raise
