"""Waiting for something, unless it is time to end."""

import asyncio
from collections.abc import Awaitable


async def rest(seconds: float, ending: asyncio.Event) -> None:
    """Wait some seconds, or until it is time to end."""
    try:
        async with asyncio.timeout(seconds):
            await ending.wait()
    except TimeoutError:
        return


async def unless_ending(wanted: Awaitable[object], ending: asyncio.Event) -> None:
    """Wait for what is wanted, or until it is time to end."""
    waiting = [asyncio.ensure_future(one) for one in (wanted, ending.wait())]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in waiting:
            one.cancel()
