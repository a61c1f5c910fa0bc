"""The library: what exists, in the catalogue and in everything that follows it.

The catalogue is the truth. A thumbnail is written before its row and deleted after it; the index
learns after the commit. So a kill at any moment leaves at worst a stray file, which is gone ten
minutes after the next start, or an index that is behind, which that start puts right: nothing is
ever half visible.

What is forgotten is found by nobody from that moment on. Its bytes are still in the files then: in
pages that SQLite has freed or split, in segments of the index that are not worth joining yet. They
leave within a day (``keep_tidy``), and when the bot starts.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Sequence

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from bot.catalogue import Catalogue
from bot.catalogue.database import portions
from bot.errors import UnavailableError
from bot.illustrations import NewIllustration
from bot.inference.client import InferenceClient, InferenceFailedError
from bot.thumbnails import Thumbnails
from model.errors import StoreError

log = logging.getLogger(__name__)

GRACE_SECONDS = 600.0  # Longer than any post takes from its thumbnail to the catalogue.
# What people are told is a day: so there is time for another try, and another.
TIDY_SECONDS = 43_200.0
# Before another try; twice as long each time, up to ``GRACE_SECONDS``.
RETRY_SECONDS = 30.0
RECONCILE_BATCH = 2000
FORGET_BATCH = 500


class Library:
    """Adds to and takes from catalogue, thumbnails and index, in the order that is safe."""

    def __init__(self, catalogue: Catalogue, thumbnails: Thumbnails) -> None:
        self.catalogue = catalogue
        self.thumbnails = thumbnails
        # Two while one bundle takes another's place.
        self._clients: list[InferenceClient] = []
        # Held from a commit until the index knows of it: an illustration that is forgotten right
        # after it came must not enter the index after it has left it.
        self._changing = asyncio.Lock()
        # By what they are about, the parts of tidying that are due.
        self._left: dict[str, Callable[[], Awaitable[bool]]] = {}

    async def add(self, new: Sequence[NewIllustration]) -> list[int]:
        """Store illustrations, all or none, and make them searchable.

        Returns:
            Their ids, in order.

        Raises:
            UnknownPostError: If the post of one of them was forgotten meanwhile; nothing of them
                is kept, their thumbnails neither.
        """
        async with self._changing:
            try:
                ids = await self.catalogue.add(new)
            except Exception:
                keys = [one.thumbnail for one in new]
                await self._delete(keys)
                raise
            for encoder_id in {one.encoder_id for one in new}:
                await self._index(
                    encoder_id,
                    {
                        id_: one.impression.embedding
                        for id_, one in zip(ids, new, strict=True)
                        if one.encoder_id == encoder_id
                    },
                )
        return ids

    async def add_embeddings(
        self, encoder_id: str, ids: Sequence[int], embeddings: NDArray[np.float32]
    ) -> None:
        """Store (N, D) float32 embeddings of another encoder, and make them searchable."""
        async with self._changing:
            stored = await self.catalogue.add_embeddings(encoder_id, ids, embeddings)
            rows = zip(ids, embeddings, stored, strict=True)
            await self._index(encoder_id, {id_: row for id_, row, kept in rows if kept})

    async def forget(self, ids: Collection[int]) -> int:
        """Forget illustrations everywhere; unknown ids are ignored.

        Returns:
            How many there were.
        """
        async with self._changing:
            keys = await self.catalogue.remove(ids)
            if keys:
                await self._let_go(ids, keys)
        return len(keys)

    async def forget_posts(self, post_ids: Collection[int], *, for_good: bool = False) -> int:
        """Forget posts with their illustrations everywhere; unknown ids are ignored.

        Why in portions: a channel may have tens of thousands, and what is posted meanwhile must
        not wait for them. Each portion goes as a whole.

        Args:
            post_ids: Which.
            for_good: Whether somebody wished them away although their messages stand: reading a
                history would find them, and they are never to be taken on again.

        Returns:
            How many illustrations there were.
        """
        count = 0
        for some in portions(await self.catalogue.posts.known(post_ids), FORGET_BATCH):
            async with self._changing:
                gone = await self.catalogue.posts.remove(some, for_good=for_good)
                if gone:
                    await self._let_go(list(gone), list(gone.values()))
            count += len(gone)
        return count

    async def _let_go(self, ids: Collection[int], keys: Collection[str]) -> None:
        """Take what the catalogue has forgotten from thumbnails and index."""
        await self._delete(keys)
        for client in list(self._clients):
            try:
                await client.remove(ids)
            except (UnavailableError, InferenceFailedError) as error:
                log.warning("the index did not forget (%s); its next start does", error)

    async def _delete(self, keys: Collection[str]) -> None:
        """Delete thumbnails; those that cannot be deleted now are stray ones from here on."""
        try:
            await asyncio.to_thread(self.thumbnails.remove, keys)
        except StoreError as error:
            log.warning("thumbnails could not be deleted (%s); tidying does it later", error)

    async def _index(self, encoder_id: str, embeddings: dict[int, NDArray[np.float32]]) -> None:
        """Tell the index, if it is there and of this encoder; its next start makes up for it."""
        alike = [one for one in self._clients if one.facts.encoder_id == encoder_id]
        for client in alike if embeddings else ():
            try:
                await client.add(list(embeddings), np.stack(list(embeddings.values())))
            except (UnavailableError, InferenceFailedError) as error:
                log.warning("the index did not learn (%s); its next start makes up for it", error)

    async def keep_tidy(self, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Delete what is left behind of what is gone: soon after the start, and twice a day.

        By killed processes, as files that belong to nothing; and in the files of the catalogue and
        of the index, by everything that was forgotten. What is not done is tried again soon.

        Args:
            sleep: What waits; another one only in tests.
        """
        await sleep(GRACE_SECONDS)
        while True:
            self._left = {
                "thumbnails": lambda: self.tidy(GRACE_SECONDS),
                "catalogue": self.catalogue.erase,
                "index": self._erase_index,
            }
            waited, pause = 0.0, RETRY_SECONDS
            while not await self._tidied() and waited < TIDY_SECONDS:
                if waited:  # The index is written anew behind the scenes, which takes a moment.
                    told = (", ".join(self._left), pause)
                    log.warning("what is gone is not off the disk yet (%s); again in %.0f s", *told)
                await sleep(pause)
                waited, pause = waited + pause, min(2 * pause, GRACE_SECONDS)
            await sleep(max(0.0, TIDY_SECONDS - waited))

    @property
    def untidy(self) -> int:
        """How many kinds of files may hold what should be off the disk by now."""
        return len(self._left)

    async def _tidied(self) -> bool:
        """Try what is left to be done; whether nothing is then."""
        for name, work in list(self._left.items()):
            try:
                if await work():
                    del self._left[name]
            except (OSError, sa.exc.SQLAlchemyError) as error:
                log.warning("what is left of things that are gone could not be deleted (%s)", error)
        return not self._left

    async def tidy(self, grace_seconds: float) -> bool:
        """Delete thumbnails that no illustration refers to.

        Args:
            grace_seconds: Younger ones may belong to a post that is on its way.

        Returns:
            True: it is done.
        """
        before = time.time() - grace_seconds
        keep = await self.catalogue.thumbnails()
        stray = await asyncio.to_thread(self.thumbnails.sweep, keep, before)
        if stray:
            log.info("deleted %d stray thumbnails", stray)
        return True

    async def _erase_index(self) -> bool:
        """Have no segment hold anything that was forgotten before; whether that is so now."""
        complete = bool(self._clients)  # Its files are there, whoever answers.
        for client in list(self._clients):
            try:
                complete = await client.erase() and complete
            except (UnavailableError, InferenceFailedError) as error:
                log.warning("the index could not be written anew (%s)", error)
                complete = False
        return complete

    async def follow(self, client: InferenceClient) -> None:
        """Bring the index of a process in line with the catalogue, and keep it so from then on.

        Why it is done twice: the first time takes long for a process that knows nothing yet, and
        nobody who posts meanwhile may wait for it; the second time makes up for what came since.
        """
        await self._align(client)
        async with self._changing:
            await self._align(client)
            self.leave(client)
            self._clients = [*(one for one in self._clients if one.alive), client]

    async def reread(self, ids: Sequence[int]) -> None:
        """Bring every index in line with the catalogue where another process has changed it.

        Raises:
            UnavailableError: If inference is being restarted; its start makes up for all of it.
        """
        async with self._changing:
            for client in [one for one in self._clients if one.alive]:
                known, embeddings = await self.catalogue.embeddings(client.facts.encoder_id, ids)
                if known:
                    await client.add(known, embeddings)
                if gone := set(ids) - set(known):
                    await client.remove(gone)

    async def reread_all(self) -> None:
        """As ``reread``, of everything: for whoever may have missed something."""
        for client in [one for one in self._clients if one.alive]:
            await self.follow(client)

    def leave(self, client: InferenceClient) -> None:
        """Tell a process nothing any more."""
        self._clients = [one for one in self._clients if one is not client]

    async def _align(self, client: InferenceClient) -> None:
        encoder_id = client.facts.encoder_id
        wanted = await self.catalogue.embedded_ids(encoder_id)
        present = await client.ids()
        missing = np.setdiff1d(wanted, present, assume_unique=True)
        surplus = np.setdiff1d(present, wanted, assume_unique=True)
        for first in range(0, len(missing), RECONCILE_BATCH):
            batch = missing[first : first + RECONCILE_BATCH].tolist()
            ids, embeddings = await self.catalogue.embeddings(encoder_id, batch)
            if ids:
                await client.add(ids, embeddings)
        if len(surplus):
            await client.remove(surplus.tolist())
        if len(missing) or len(surplus):
            log.info("index put right: %d added, %d removed", len(missing), len(surplus))
