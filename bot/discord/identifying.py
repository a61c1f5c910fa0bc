"""Beginning sessions: one every five seconds, whichever process of the bot begins it.

Why all of them together: Discord refuses a session that begins too soon after another, counts it
all the same, and takes the token away after a thousand in a day. A process knows of its own
sessions alone.
"""

import asyncio
import logging

import sqlalchemy as sa

from bot.catalogue.turns import Turns

log = logging.getLogger(__name__)

PAUSE_SECONDS = 5.0
TURN = "identify"


class Identifying:
    """Lets sessions begin one after the other."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._holding: set[asyncio.Task[None]] = set()

    async def turn(self) -> None:
        """Return when a session may begin; none other may then, for a while."""
        may_begin = asyncio.Event()
        holding = asyncio.create_task(self._hold(may_begin))
        self._holding.add(holding)
        holding.add_done_callback(self._holding.discard)
        try:
            await may_begin.wait()
        except asyncio.CancelledError:  # The library has waited long enough, and tries again.
            holding.cancel()
            raise

    async def close(self) -> None:
        """Keep no others waiting."""
        holding = list(self._holding)
        for task in holding:
            task.cancel()
        await asyncio.gather(*holding, return_exceptions=True)

    async def _hold(self, may_begin: asyncio.Event) -> None:
        try:
            async with self._turns.turn(TURN):
                may_begin.set()
                await asyncio.sleep(PAUSE_SECONDS)
        except sa.exc.SQLAlchemyError as error:
            log.warning("a session begins without asking the other processes (%s)", error)
        finally:
            may_begin.set()
