"""Watching where bundles lie: what is new is taken over, what is damaged is refused.

Of several processes on one catalogue one at a time judges what is new, and is the first to serve
it; from then on it is what the bot serves, and the others follow. One that cannot, goes on with
what it has (``bot.bundles.following``).

A bundle that is still being copied fails its verification like a damaged one; what tells them apart
is that it changes. One that was refused gets another chance when anything in it changes.
"""

import asyncio
import contextlib
import logging
from collections.abc import Sequence

from bot.bundles.choosing import Found, checksum_of
from bot.bundles.following import Following, Serving, Take, is_one, is_settled
from bot.bundles.stores import BundleStore
from bot.catalogue import Bundle, BundleState, Catalogue, DatabaseTroubleError, NewBundle
from bot.catalogue.engines import ANYTHING
from bot.catalogue.news import rows_in
from bot.metrics import Metrics
from model.errors import BundleError, StoreError

log = logging.getLogger(__name__)

SCAN_SECONDS = 5.0
TURN = "bundles"
# Before a store that was away is asked again.
PAUSE_SECONDS = 25.0

GONE = "It was taken away before it could be served."
NEWER = "A newer bundle came with it."
SERVED_ALREADY = "The same bundle is served already."


class BundleWatch:
    """Looks for new bundles and has them taken over, one after another."""

    def __init__(
        self,
        store: BundleStore,
        catalogue: Catalogue,
        take: Take,
        serving: Serving,
        metrics: Metrics,
    ) -> None:
        """Nothing happens before ``run``.

        Args:
            store: Where bundles lie.
            catalogue: Notes what became of each bundle.
            take: Takes a bundle over; awaits what it is given right before the switch.
            serving: Knows which bundle is served now.
            metrics: Counts how it ended.
        """
        self._store = store
        self._bundles = catalogue.bundles
        self._turns = catalogue.turns
        self._serving = serving
        self._metrics = metrics
        self._following = Following(store, catalogue, take, serving, metrics)
        self._heard = asyncio.Event()
        catalogue.on_news_of_others(self._hear)

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            try:
                await self.look()
            except DatabaseTroubleError as error:
                log.warning("looking for bundles: the catalogue is in trouble: %s", error.orig)
            except StoreError as error:
                log.warning("looking for bundles: %s", error)
                await asyncio.sleep(PAUSE_SECONDS)
            except Exception:
                log.exception("looking for bundles failed; trying again")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(SCAN_SECONDS):
                    await self._heard.wait()
            self._heard.clear()

    def _hear(self, news: str) -> None:
        """Another process serves a bundle."""
        if news == ANYTHING or rows_in(news, "bundles"):
            self._heard.set()

    async def look(self) -> None:
        """Look once; returns when what was found is served or refused."""
        found = await asyncio.to_thread(self._store.find)
        await self._following.follow(found)
        open_ = [one.state == "preparing" for one in await self._bundles.all()]
        if any(open_) or any([await self._is_new(one) for one in found]):
            async with self._turns.turn(TURN, wait=False) as mine:
                if mine:
                    await self._lead(found)

    async def _lead(self, found: Sequence[Found]) -> None:
        """Judge what is new, for all processes."""
        await self._let_go(found)
        new = [one for one in found if await self._is_new(one) and await self._opens(one)]
        if not new:
            return
        newest = max(new, key=lambda one: (one.created, one.changed_at))
        for one in new:
            if one is not newest:
                await self._note(one, "retired", NEWER)
        await self._bring(newest)

    async def _let_go(self, found: Sequence[Found]) -> None:
        """Give up what was being prepared when the bot ended and has been taken away since."""
        for row in await self._bundles.all():
            if row.state == "preparing" and not any(is_one(one, row) for one in found):
                await self._bundles.update(row.id, "refused", GONE)

    async def _is_new(self, one: Found) -> bool:
        row = await self._row(one)
        if row is None or row.state == "preparing":  # then: the bot ended, or failed, meanwhile
            return True
        changed = row.message == GONE or one.changed_at > row.updated_at
        return row.state == "refused" and changed

    async def _opens(self, one: Found) -> bool:
        """Whether a bundle is whole; one that is not and stays so is refused."""
        try:
            await asyncio.to_thread(self._store.open, one.path.name, one.checksum)
        except BundleError as error:
            if is_settled(one):
                await self._refuse(one, str(error))
            return False
        return True

    async def _bring(self, one: Found) -> None:
        serving = await asyncio.to_thread(checksum_of, self._serving.bundle)
        if one.checksum == serving:
            await self._note(one, "retired", SERVED_ALREADY)
            return
        id_ = await self._note(one, "preparing")
        log.info("the bundle %s is new and gets ready beside the one that serves", one.path.name)
        reason = await self._following.taken(one, id_, lambda: self._bundles.update(id_, "served"))
        if reason:
            await self._refuse(one, reason)
            await self._note_what_is_served()

    async def _note_what_is_served(self) -> None:
        """What answers is what the next start serves, also if a takeover failed after its note."""
        bundle = self._serving.bundle
        checksum = await asyncio.to_thread(checksum_of, bundle)
        row = await self._bundles.find(bundle.name, checksum)
        if row is not None and row.state == "retired":
            await self._bundles.update(row.id, "served")

    async def _refuse(self, one: Found, reason: str) -> None:
        log.error(
            "the bundle %s is refused, %s goes on serving: %s",
            one.path.name,
            self._serving.bundle,
            reason,
        )
        await self._note(one, "refused", reason)
        self._metrics.bundles.labels("refused").inc()

    async def _note(self, one: Found, state: BundleState, message: str = "") -> int:
        row = await self._row(one)
        if row is None:
            new = NewBundle(one.path.name, one.checksum, one.encoder_id)
            return await self._bundles.add(new, state, message)
        await self._bundles.update(row.id, state, message)
        return row.id

    async def _row(self, one: Found) -> Bundle | None:
        return await self._bundles.find(one.path.name, one.checksum)
