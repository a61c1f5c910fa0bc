"""Keeping the vector index in line with the catalogue, which is the truth.

An index learns after the commit. One that could not be told is behind, and is put right when its
process starts again; one that is apart from the processes, as soon as it can be.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from bot.catalogue import Catalogue
from bot.catalogue.database import DatabaseTroubleError
from bot.errors import UnavailableError
from bot.index import Index, IndexEngine
from bot.inference.client import InferenceClient, InferenceFailedError

log = logging.getLogger(__name__)

RECONCILE_BATCH = 2000
LOG_EVERY = 50_000
# So long the start of a process waits for an index that is apart: a small one is in line by then.
PATIENCE_SECONDS = 5.0
# Before another try at an index that is away; twice as long each time.
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 30.0


class Following:
    """The indexes that are told what comes and goes.

    Attributes:
        catalogue: What they follow.
        index: Their engine.
        lacking: How many illustrations an index that is being filled still lacks.
    """

    def __init__(self, catalogue: Catalogue, index: IndexEngine) -> None:
        self.catalogue = catalogue
        self.index = index
        # Two while one bundle takes another's place.
        self._clients: list[InferenceClient] = []
        # Held from a commit until the index knows of it: an illustration that is forgotten right
        # after it came must not enter the index after it has left it.
        self._changing = asyncio.Lock()
        self._waiting: list[asyncio.Future[None]] = []
        self.lacking = 0

    async def follow(self, client: InferenceClient) -> None:
        """Bring the index of a process in line with the catalogue, and keep it so from then on.

        One that is apart is brought in line behind the scenes (``keep_up``): whoever posts need not
        wait for it, nor for a server that is away.

        Why any other is aligned twice: the first time takes long for a process that knows nothing
        yet, and nobody who posts meanwhile may wait for it; the second time makes up for what came
        since.
        """
        if self.index.apart:
            self._tell(client)
            await self.caught_up(PATIENCE_SECONDS)
            return
        index = self.index.of(client)
        await self._align(index)
        async with self._changing:
            await self._align(index)
            self._tell(client)

    async def caught_up(self, seconds: float | None = None) -> None:
        """Wait until what is apart was brought in line or found to be away, or for so long."""
        if not self.index.apart:
            return
        tried: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(tried)
        self.index.behind.set()
        await asyncio.wait({tried}, timeout=seconds)

    async def keep_up(self, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Bring in line, again until it has worked, what no start of a process makes up for.

        Args:
            sleep: What waits; another one only in tests.
        """
        pause = FIRST_PAUSE_SECONDS
        while True:
            await self.index.behind.wait()
            self.index.behind.clear()
            waiting, self._waiting = self._waiting, []
            in_line = await self._brought_in_line()
            for one in waiting:
                one.set_result(None)
            if in_line:
                pause = FIRST_PAUSE_SECONDS
            else:
                self.index.behind.set()
                await sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    async def _brought_in_line(self) -> bool:
        try:
            for index in self._indexes:
                await self._align(index)
        except (UnavailableError, DatabaseTroubleError) as error:
            log.debug("the index is still behind: %s", error)
            return False
        except Exception:
            log.exception("bringing the index in line: an unexpected error; it is tried again")
            return False
        return True

    async def reread(self, ids: Sequence[int]) -> None:
        """Bring indexes in line where another process has changed the catalogue.

        One that is apart was told by that process.

        Raises:
            UnavailableError: If inference is being restarted; its start makes up for all of it.
        """
        if self.index.apart:
            return
        async with self._changing:
            for index in [self.index.of(one) for one in self._clients if one.alive]:
                known, embeddings = await self.catalogue.embeddings(index.encoder_id, ids)
                if known:
                    await index.add(known, embeddings)
                if gone := set(ids) - set(known):
                    await index.remove(gone)

    async def reread_all(self) -> None:
        """As ``reread``, of everything: for whoever may have missed something."""
        if not self.index.apart:
            for client in [one for one in self._clients if one.alive]:
                await self.follow(client)

    def _tell(self, client: InferenceClient) -> None:
        self.leave(client)
        self._clients = [*(one for one in self._clients if one.alive), client]

    def leave(self, client: InferenceClient) -> None:
        """Tell a process nothing any more."""
        self._clients = [one for one in self._clients if one is not client]

    @property
    def _indexes(self) -> list[Index]:
        """Each once, though two processes may share one."""
        return list({id(one): one for one in map(self.index.of, self._clients)}.values())

    async def _learn(self, encoder_id: str, embeddings: dict[int, NDArray[np.float32]]) -> None:
        """Tell the index, if it is there and of this encoder; else it is made up for later."""
        alike = [one for one in self._indexes if one.encoder_id == encoder_id]
        for index in alike if embeddings else ():
            try:
                await index.add(list(embeddings), np.stack(list(embeddings.values())))
            except (UnavailableError, InferenceFailedError) as error:
                log.warning("the index did not learn (%s); that is made up for later", error)

    async def _unlearn(self, ids: Collection[int]) -> None:
        for index in self._indexes:
            try:
                await index.remove(ids)
            except (UnavailableError, InferenceFailedError) as error:
                log.warning("the index did not forget (%s); it does later", error)

    async def _erase_indexes(self) -> bool:
        """Have no index's files hold anything that was forgotten before; whether that is so now."""
        complete = bool(self._clients)  # Its files are there, whoever answers.
        try:
            await self.caught_up()  # Another process may have missed something.
            for index in self._indexes:
                complete = await index.erase() and complete
            served = {index.encoder_id for index in self._indexes}
            await self.index.tidy({*await self.catalogue.encoders(), *served})
        except (UnavailableError, InferenceFailedError) as error:
            log.warning("the index could not be written anew (%s)", error)
            complete = False
        return complete

    async def _align(self, index: Index) -> None:
        """Add what an index lacks, and take out what it has too many.

        Why it says first what it holds: whatever that is was in the catalogue before, so what the
        catalogue then lacks was forgotten, also where several processes share an index.
        """
        present = await index.ids()
        wanted = await self.catalogue.embedded_ids(index.encoder_id)
        missing = np.setdiff1d(wanted, present, assume_unique=True)
        surplus = np.setdiff1d(present, wanted, assume_unique=True)
        try:
            await self._fill(index, missing)
        finally:
            self.lacking = 0
        if len(surplus):
            await index.remove(surplus.tolist())
        if len(missing) or len(surplus):
            log.info("index put right: %d added, %d removed", len(missing), len(surplus))

    async def _fill(self, index: Index, missing: NDArray[np.int64]) -> None:
        for first in range(0, len(missing), RECONCILE_BATCH):
            self.lacking = len(missing) - first
            if first and first % LOG_EVERY == 0:
                log.info("index: %d of %d added", first, len(missing))
            batch = missing[first : first + RECONCILE_BATCH].tolist()
            ids, embeddings = await self.catalogue.embeddings(index.encoder_id, batch)
            if ids:
                await index.add(ids, embeddings)
