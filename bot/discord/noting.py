"""Noting in the catalogue what Discord tells once and never again, whatever the disk is like."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from itertools import chain, repeat
from typing import TypeVar

from bot.catalogue import DatabaseTroubleError
from bot.discord.trouble import PAUSES_SECONDS, said, spread
from bot.discord.waiting import rest

log = logging.getLogger(__name__)
T = TypeVar("T")

# To ask the catalogue once more costs nothing, so whoever waits for it need not wait longer.
LONGEST_PAUSE_SECONDS = 60.0


async def noted(what: str, note: Callable[[], Awaitable[T]], ending: asyncio.Event) -> T | None:
    """Note something, again and again while the catalogue is in trouble.

    Args:
        what: It is about, for the log.
        note: Does it; what it has done already it may do again.
        ending: Set when it is time to end.

    Returns:
        What noting it gave; None: it is time to end, and the next start has to find it.
    """
    for pause in chain(PAUSES_SECONDS, repeat(PAUSES_SECONDS[-1])):
        if ending.is_set():
            break
        try:
            return await note()
        except DatabaseTroubleError as error:
            about = spread(min(pause, LONGEST_PAUSE_SECONDS))
            log.warning("%s: %s; trying again in %.1f s", what, said(error), about)
        await rest(about, ending)
    return None
