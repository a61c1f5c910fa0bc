"""Following: what the bot serves is served here too, whichever process took it over first.

A process that cannot serve it goes on with what it has. The bundle is not refused for that: the
others have it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from bot.bundles.choosing import Found, checksum_of
from bot.bundles.stores import BundleStore
from bot.catalogue import Bundle, Catalogue
from bot.errors import UnavailableError
from bot.metrics import Metrics
from model.errors import BundleError, HoshizoraError

log = logging.getLogger(__name__)

# What fails its verification and has not changed for so long is no longer being copied.
SETTLED = timedelta(seconds=30)
MOST_TRIES = 3
MISSING = "It is not where this process looks for bundles (bot.bundles_dir)."

Take = Callable[[Path, Callable[[], Awaitable[None]]], Awaitable[None]]


class Serving(Protocol):
    """What is served."""

    @property
    def bundle(self) -> Path:
        """Directory of the bundle that answers now."""
        ...


class Following:
    """Takes bundles over, and first of all the one that other processes serve already."""

    def __init__(
        self,
        store: BundleStore,
        catalogue: Catalogue,
        take: Take,
        serving: Serving,
        metrics: Metrics,
    ) -> None:
        """Nothing happens before it is asked to; see ``BundleWatch``."""
        self._store = store
        self._bundles = catalogue.bundles
        self._take = take
        self._serving = serving
        self._metrics = metrics
        self._tries: dict[int, int] = {}
        # What the bot serves and this process cannot, by when it changed last.
        self._passed_over: dict[int, datetime | None] = {}

    async def follow(self, found: Sequence[Found]) -> None:
        """Serve what the bot serves: another process has taken it over, or it can be read again."""
        served = [one for one in await self._bundles.served() if one.state == "served"]
        serving = await asyncio.to_thread(checksum_of, self._serving.bundle)
        for row in served:
            if row.checksum == serving:
                continue
            there = [one for one in found if is_one(one, row)]
            changed_at = there[0].changed_at if there else None
            if row.id in self._passed_over and self._passed_over[row.id] == changed_at:
                continue
            reason = await self._followed(there[0], row) if there else MISSING
            if reason:
                self._passed_over[row.id] = changed_at
                told = row.directory, self._serving.bundle, reason
                log.error("the bundle %s cannot be served here, %s goes on: %s", *told)
                self._metrics.bundles.labels("refused").inc()

    async def _followed(self, one: Found, row: Bundle) -> str:
        """Take over what is served already; why it cannot be, empty: it is, or may be soon."""
        try:
            await asyncio.to_thread(self._store.open, one.path.name, one.checksum)
        except BundleError as error:
            return str(error) if is_settled(one) else ""
        log.info("the bundle %s is what the bot serves, and gets ready here", one.path.name)
        return await self.taken(one, row.id, _nothing)

    async def taken(self, one: Found, id_: int, commit: Callable[[], Awaitable[None]]) -> str:
        """Have a bundle taken over; why it cannot be, empty: it is.

        Raises:
            Exception: What may pass, as it came; another look tries again.
        """
        try:
            await self._take(one.path, commit)
        except Exception as error:
            self._tries[id_] = self._tries.get(id_, 0) + 1
            final = isinstance(error, HoshizoraError) and not isinstance(error, UnavailableError)
            if not final and self._tries[id_] < MOST_TRIES:
                raise
            if not final:
                log.exception("the bundle %s cannot be taken over", one.path.name)
            return str(error) if final else f"An unexpected error: {error!r}"
        self._metrics.bundles.labels("served").inc()
        await asyncio.to_thread(self._store.tidy, self._serving.bundle)
        return ""


def is_one(one: Found, row: Bundle) -> bool:
    """Whether what was found is a bundle of the catalogue."""
    return (one.path.name, one.checksum) == (row.directory, row.checksum)


def is_settled(one: Found) -> bool:
    """Whether nobody is copying it any more."""
    return datetime.now(UTC) - one.changed_at >= SETTLED


async def _nothing() -> None:
    """Another process has noted it."""
