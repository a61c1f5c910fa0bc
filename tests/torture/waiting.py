"""Waiting for what nobody announces."""

import asyncio
import time
from collections.abc import Callable, Sequence

LOOK_SECONDS = 0.01
CEASE_SECONDS = 1.0


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


async def ceased(tasks: Sequence["asyncio.Task[None]"]) -> list[BaseException | None]:
    """End tasks, however often they must be told; how each ended.

    Why often: ``asyncio.wait_for`` of Python before 3.12 loses a cancellation that comes in the
    moment in which what it waits for is there, and whoever waits then goes on for ever.
    """
    pending = set(tasks)
    while pending:
        for one in pending:
            one.cancel()
        _, pending = await asyncio.wait(pending, timeout=CEASE_SECONDS)
    return await asyncio.gather(*tasks, return_exceptions=True)
