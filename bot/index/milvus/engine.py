"""The index on a Milvus server, which every process of the bot shares.

Nothing waits for the server but who wants something of it, and nobody waits long: its calls have
threads of their own, and as soon as one fails everybody is told at once that it is away. Whoever
keeps the index in line (``bot.following``) tries on, and with the first success it is back. What a
server that is there refuses takes nothing else away: it is said, and what should have changed is
brought in line again.

Why the catalogue is asked before and after an addition: it says where an illustration stands, and
another process may have forgotten it meanwhile.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from bot.catalogue import Catalogue
from bot.errors import UnavailableError
from bot.illustrations import Impression, Neighbour
from bot.index.engine import IndexEngine
from bot.index.milvus.collection import OF_NO_POST, MilvusCollection
from bot.index.milvus.server import AWAY, MilvusServer, RefusedError
from bot.index.milvus.telling import Telling
from bot.inference.client import InferenceClient, Query
from bot.places import Scope

CALLS_AT_ONCE = 4

log = logging.getLogger(__name__)
R = TypeVar("R")


class MilvusEngine(IndexEngine):
    """One collection for each encoder; see ``MilvusCollection``."""

    apart = True

    def __init__(self, catalogue: Catalogue, server: MilvusServer, owner: str) -> None:
        """Nothing is asked before somebody wants something.

        Args:
            catalogue: What the index follows.
            server: Where it is.
            owner: What this catalogue is called among those whose indexes are there.
        """
        super().__init__()
        self._catalogue = catalogue
        self._server = server
        self._owner = owner
        self._threads = ThreadPoolExecutor(CALLS_AT_ONCE, thread_name_prefix="milvus")
        self._indexes: dict[str, MilvusIndex] = {}
        self._up = False
        self._telling = Telling(server.url)

    @property
    def up(self) -> bool:
        """Whether the server has done the last thing that it was asked for."""
        return self._up

    def of(self, client: InferenceClient) -> "MilvusIndex":
        """The one of its encoder, whatever the process."""
        encoder_id = client.facts.encoder_id
        if encoder_id not in self._indexes:
            made = MilvusCollection(self._server, self._owner, encoder_id, client.facts.width)
            self._indexes[encoder_id] = MilvusIndex(self, made, self._catalogue)
        return self._indexes[encoder_id]

    async def describe(
        self,
        client: InferenceClient,
        image: NDArray[np.uint8],
        scope: Scope,
        top: int,
        neighbours: int,
    ) -> Impression:
        """Ask the process for tags, and the server for neighbours, as far as it is there."""
        query = Query(top, 0, guild_id=scope.guild_id)
        (impression,) = await client.describe([image], query)
        try:
            (similar,) = await self.search(client, impression.embedding[None], scope, neighbours)
        except UnavailableError:
            return impression
        return replace(impression, similar=similar)

    async def search(
        self,
        client: InferenceClient,
        embeddings: NDArray[np.float32],
        scope: Scope,
        neighbours: int,
        among: NDArray[np.int64] | None = None,
    ) -> list[tuple[Neighbour, ...]]:
        """Ask the server."""
        index = self.of(client)
        found = partial(index.collection.search, embeddings, neighbours, among, scope)
        rows = await index.ask(found)
        return [tuple(Neighbour(one.id, one.distance) for one in row) for row in rows]

    async def tidy(self, encoders: Collection[str]) -> None:
        """Delete the collections of other encoders."""
        for name in await self.ask(partial(self._server.drop_others, self._owner, encoders)):
            log.info("the collection %s is deleted: its encoder is not used any more", name)

    async def ask(self, call: Callable[[], R]) -> R:
        """Have a thread ask the server.

        Raises:
            RefusedError: If it is there, and refuses this.
            UnavailableError: If it is away.
        """
        try:
            answer = await asyncio.get_running_loop().run_in_executor(self._threads, call)
        except RefusedError as error:
            self._telling.refused(error)
            raise
        except UnavailableError as error:
            self.lose()
            self._telling.away(error)
            raise
        self._up = True
        self._telling.answers()
        return answer

    async def close(self) -> None:
        """End the connection; what a thread waits for is given up."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        await asyncio.to_thread(self._server.close)

    def lose(self) -> None:
        """From now on nobody asks it but who brings it in line."""
        self._up = False
        self.behind.set()


class MilvusIndex:
    """One collection, as whoever keeps it in line sees it."""

    def __init__(
        self, engine: MilvusEngine, collection: MilvusCollection, catalogue: Catalogue
    ) -> None:
        self._engine = engine
        self._catalogue = catalogue
        self.collection = collection

    @property
    def encoder_id(self) -> str:
        """Whose embeddings it holds."""
        return self.collection.encoder_id

    async def add(self, ids: Sequence[int], embeddings: NDArray[np.float32]) -> None:
        """Add what still exists, and where it stands."""
        places = await self._catalogue.standings(ids)
        standings = {
            id_: (guild_id, OF_NO_POST if channel_id is None else channel_id)
            for id_, (guild_id, channel_id) in places.items()
        }
        kept = [number for number, id_ in enumerate(ids) if id_ in standings]
        if not kept:
            return
        there = [ids[number] for number in kept]
        await self._change(partial(self.collection.add, there, embeddings[kept], standings))
        if gone := set(there) - (await self._catalogue.standings(there)).keys():
            await self.remove(gone)

    async def remove(self, ids: Iterable[int]) -> None:
        """Delete them there."""
        await self._change(partial(self.collection.remove, list(ids)))

    async def erase(self) -> bool:
        """Have the server write anew what holds something deleted."""
        return await self.ask(self.collection.erase)

    async def ids(self) -> NDArray[np.int64]:
        """Also where it cannot be asked yet, or not any more: this is what makes it ready."""
        try:
            return await self._engine.ask(lambda: self.collection.ids)
        except RefusedError:
            self._engine.lose()
            raise

    async def ask(self, call: Callable[[], R]) -> R:
        """Have it asked, if it is ready; else nobody waits for it.

        Raises:
            UnavailableError: If it is away.
        """
        if not (self._engine.up and self.collection.ready):
            raise UnavailableError(AWAY)
        return await self._engine.ask(partial(self._asked, call))

    async def _change(self, call: Callable[[], None]) -> None:
        """As ``ask``; what is refused is missing from then on, and made up for."""
        try:
            await self.ask(call)
        except RefusedError:
            self._engine.behind.set()
            raise

    def _asked(self, call: Callable[[], R]) -> R:
        """What a call answers, unless the server was lost while it waited for a thread."""
        if not self.collection.ready:
            raise UnavailableError(AWAY)
        return call()
