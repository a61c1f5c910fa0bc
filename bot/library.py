"""The library: what exists, in the catalogue and in everything that follows it.

The catalogue is the truth. A thumbnail is written before its row and deleted after it; the index
learns after the commit. So a kill at any moment leaves at worst a stray file or an index that is
behind, and the next start puts both right: nothing is ever half visible.
"""

import asyncio
import logging
from collections.abc import Collection, Sequence

import numpy as np

from bot.catalogue import Catalogue
from bot.errors import UnavailableError
from bot.illustrations import NewIllustration
from bot.inference import InferenceClient
from bot.thumbnails import Thumbnails

log = logging.getLogger(__name__)

RECONCILE_BATCH = 2000


class Library:
    """Adds to and takes from catalogue, thumbnails and index, in the order that is safe."""

    def __init__(self, catalogue: Catalogue, thumbnails: Thumbnails) -> None:
        self.catalogue = catalogue
        self.thumbnails = thumbnails
        self._client: InferenceClient | None = None
        # Held from a commit until the index knows of it: an illustration that is forgotten right
        # after it came must not enter the index after it has left it.
        self._changing = asyncio.Lock()

    async def add(self, new: Sequence[NewIllustration]) -> list[int]:
        """Store illustrations, all or none, and make them searchable.

        Returns:
            Their ids, in order.
        """
        async with self._changing:
            ids = await self.catalogue.add(new)
            client = self._client
            known = [
                (id_, one.impression.embedding)
                for id_, one in zip(ids, new, strict=True)
                if client is not None and one.encoder_id == client.facts.encoder_id
            ]
            if client is not None and known:
                try:
                    await client.add([id_ for id_, _ in known], np.stack([row for _, row in known]))
                except UnavailableError:
                    log.warning("inference was lost while indexing; its next start makes up for it")
        return ids

    async def forget(self, ids: Collection[int]) -> int:
        """Forget illustrations everywhere; unknown ids are ignored.

        Returns:
            How many there were.
        """
        async with self._changing:
            keys = await self.catalogue.remove(ids)
            await asyncio.to_thread(self.thumbnails.remove, keys)
            if keys and self._client is not None:
                try:
                    await self._client.remove(ids)
                except UnavailableError:
                    log.warning("inference was lost while forgetting; its next start does it")
        return len(keys)

    async def tidy(self) -> None:
        """Delete thumbnails that a killed process left behind. For the start, before any post."""
        keep = await self.catalogue.thumbnails()
        stray = await asyncio.to_thread(self.thumbnails.sweep, keep)
        if stray:
            log.info("deleted %d stray thumbnails", stray)

    async def follow(self, client: InferenceClient) -> None:
        """Bring the index of a process that has just started in line with the catalogue."""
        async with self._changing:
            encoder_id = client.facts.encoder_id
            wanted = await self.catalogue.embedded_ids(encoder_id)
            present = set((await client.ids()).tolist())
            missing, surplus = sorted(wanted - present), present - wanted
            for first in range(0, len(missing), RECONCILE_BATCH):
                batch = missing[first : first + RECONCILE_BATCH]
                ids, embeddings = await self.catalogue.embeddings(encoder_id, batch)
                await client.add(ids, embeddings)
            if surplus:
                await client.remove(surplus)
            self._client = client
        if missing or surplus:
            log.info("index put right: %d added, %d removed", len(missing), len(surplus))
