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
from bot.following import Following
from bot.illustrations import NewIllustration
from bot.index import IndexEngine
from bot.thumbnails import Thumbnails
from model.errors import StoreError

log = logging.getLogger(__name__)

GRACE_SECONDS = 600.0  # Longer than any post takes from its thumbnail to the catalogue.
# What people are told is a day: so there is time for another try, and another.
TIDY_SECONDS = 43_200.0
# Before another try; twice as long each time, up to ``GRACE_SECONDS``.
RETRY_SECONDS = 30.0
FORGET_BATCH = 500


class Library(Following):
    """Adds to and takes from catalogue, thumbnails and index, in the order that is safe."""

    def __init__(self, catalogue: Catalogue, thumbnails: Thumbnails, index: IndexEngine) -> None:
        super().__init__(catalogue, index)
        self.thumbnails = thumbnails
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
                await self._learn(
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
            await self._learn(encoder_id, {id_: row for id_, row, kept in rows if kept})

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
        await self._unlearn(ids)

    async def _delete(self, keys: Collection[str]) -> None:
        """Delete thumbnails; those that cannot be deleted now are stray ones from here on."""
        try:
            await asyncio.to_thread(self.thumbnails.remove, keys)
        except StoreError as error:
            log.warning("thumbnails could not be deleted (%s); tidying does it later", error)

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
                "index": self._erase_indexes,
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
