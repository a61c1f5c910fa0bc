"""Waiting for what nobody announces."""

import asyncio
import time
from collections.abc import Callable

LOOK_SECONDS = 0.01


async def until(
    holds: Callable[[], object], seconds: float, look_seconds: float = LOOK_SECONDS
) -> bool:
    """Wait until something holds, looking every so often; False: not within the time."""
    ends = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > ends:
            return False
        await asyncio.sleep(look_seconds)
    return True
