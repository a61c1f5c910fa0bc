"""Keeping the vector index in line with the catalogue, which is the truth.

An index learns after the commit. One that could not be told is behind, and is put right when its
process starts again.
"""

import asyncio
import logging
from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from bot.catalogue import Catalogue
from bot.errors import UnavailableError
from bot.index import Index, IndexEngine
from bot.inference.client import InferenceClient, InferenceFailedError

log = logging.getLogger(__name__)

RECONCILE_BATCH = 2000


class Following:
    """The indexes that are told what comes and goes.

    Attributes:
        catalogue: What they follow.
        index: Their engine.
    """

    def __init__(self, catalogue: Catalogue, index: IndexEngine) -> None:
        self.catalogue = catalogue
        self.index = index
        # Two while one bundle takes another's place.
        self._clients: list[InferenceClient] = []
        # Held from a commit until the index knows of it: an illustration that is forgotten right
        # after it came must not enter the index after it has left it.
        self._changing = asyncio.Lock()

    async def follow(self, client: InferenceClient) -> None:
        """Bring the index of a process in line with the catalogue, and keep it so from then on.

        Why it is done twice: the first time takes long for a process that knows nothing yet, and
        nobody who posts meanwhile may wait for it; the second time makes up for what came since.
        """
        index = self.index.of(client)
        await self._align(index)
        async with self._changing:
            await self._align(index)
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
        """Tell the index, if it is there and of this encoder; its next start makes up for it."""
        alike = [one for one in self._indexes if one.encoder_id == encoder_id]
        for index in alike if embeddings else ():
            try:
                await index.add(list(embeddings), np.stack(list(embeddings.values())))
            except (UnavailableError, InferenceFailedError) as error:
                log.warning("the index did not learn (%s); its next start makes up for it", error)

    async def _unlearn(self, ids: Collection[int]) -> None:
        for index in self._indexes:
            try:
                await index.remove(ids)
            except (UnavailableError, InferenceFailedError) as error:
                log.warning("the index did not forget (%s); its next start does", error)

    async def _erase_indexes(self) -> bool:
        """Have no segment hold anything that was forgotten before; whether that is so now."""
        complete = bool(self._clients)  # Its files are there, whoever answers.
        for index in self._indexes:
            try:
                complete = await index.erase() and complete
            except (UnavailableError, InferenceFailedError) as error:
                log.warning("the index could not be written anew (%s)", error)
                complete = False
        return complete

    async def _align(self, index: Index) -> None:
        wanted = await self.catalogue.embedded_ids(index.encoder_id)
        present = await index.ids()
        missing = np.setdiff1d(wanted, present, assume_unique=True)
        surplus = np.setdiff1d(present, wanted, assume_unique=True)
        for first in range(0, len(missing), RECONCILE_BATCH):
            batch = missing[first : first + RECONCILE_BATCH].tolist()
            ids, embeddings = await self.catalogue.embeddings(index.encoder_id, batch)
            if ids:
                await index.add(ids, embeddings)
        if len(surplus):
            await index.remove(surplus.tolist())
        if len(missing) or len(surplus):
            log.info("index put right: %d added, %d removed", len(missing), len(surplus))
