"""Hearing of what other processes commit: what this one keeps in memory follows within seconds.

That is its vector index and the taught tags that answer here. News name the rows alone; all that
comes within a moment is read at once. Where something may have been missed (the database was out of
reach), and once an hour in any case, everything is compared.
"""

import asyncio
import contextlib
import logging
import time

from bot.catalogue import DatabaseTroubleError
from bot.catalogue.engines import ANYTHING
from bot.catalogue.news import rows_in
from bot.errors import UnavailableError
from bot.inference.client import InferenceFailedError
from bot.library import Library
from bot.tags.overlay import Overlay
from bot.teaching.teaching import Teaching

log = logging.getLogger(__name__)

GATHER_SECONDS = 0.5
PAUSE_SECONDS = 5.0
COMPARE_SECONDS = 3600.0
# More rows at once than these are no fewer than everything.
MOST_ROWS = 20_000


class Hearing:
    """Keeps index and taught tags in line with what other processes commit."""

    def __init__(self, library: Library, overlay: Overlay, teaching: Teaching) -> None:
        """Nothing is read before ``run``; what is heard from now on is."""
        self._library = library
        self._overlay = overlay
        self._teaching = teaching
        self._illustrations: set[int] = set()
        self._tags: set[int] = set()
        self._everything = False
        self._heard = asyncio.Event()
        library.catalogue.on_news_of_others(self._hear)

    async def run(self) -> None:
        """Follow until cancelled."""
        due = time.monotonic() + COMPARE_SECONDS
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(due - time.monotonic()):
                    await self._heard.wait()
            await asyncio.sleep(GATHER_SECONDS)
            self._heard.clear()
            if time.monotonic() >= due:
                self._everything = True
            if self._everything:
                due = time.monotonic() + COMPARE_SECONDS
            try:
                await self._follow()
            except (UnavailableError, InferenceFailedError, DatabaseTroubleError) as error:
                log.warning("what other processes have changed is read again later: %s", error)
                await self._later()
            except Exception:
                log.exception("following other processes: an unexpected error; trying again")
                await self._later()

    def _hear(self, news: str) -> None:
        if news == ANYTHING:
            self._everything = True
        self._illustrations.update(rows_in(news, "illustrations"))
        self._tags.update(rows_in(news, "tags"))
        if self._everything or self._illustrations or self._tags:
            self._heard.set()

    async def _follow(self) -> None:
        illustrations, self._illustrations = self._illustrations, set()
        tags, self._tags = self._tags, set()
        everything, self._everything = self._everything, False
        if everything or len(illustrations) > MOST_ROWS:
            await self._library.reread_all()
            await self._overlay.reread()
        elif illustrations:
            await self._library.reread(sorted(illustrations))
        if tags:
            await self._teaching.reread(tags)

    async def _later(self) -> None:
        """Nobody knows how far it came, so all of it is read again."""
        self._everything = True
        self._heard.set()
        await asyncio.sleep(PAUSE_SECONDS)
