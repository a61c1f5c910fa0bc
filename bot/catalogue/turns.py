"""Turns: what one process does at a time, though every process would.

Why a name and no row of what it is about: some things are about no row (filling the library, a new
bundle), and a turn that is over leaves nothing behind. Who has a turn keeps it for as long as it
takes; one that is killed loses it after a lease (``bot.catalogue.claiming``), or at its restart.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from weakref import WeakValueDictionary

import sqlalchemy as sa

from bot.catalogue import claiming, tables
from bot.catalogue.database import Database, Part
from bot.catalogue.engines import insert

log = logging.getLogger(__name__)

# How often somebody who waits looks whether the turn is free.
LOOK_SECONDS = 1.0


class Turns(Part):
    """Whose turn something is."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        # Within this process, for the table knows processes alone; as long as somebody wants it.
        self._here: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def turn(self, name: str, *, wait: bool = True) -> AsyncIterator[bool]:
        """Have something to oneself, among all processes.

        Args:
            name: What.
            wait: Until it is free; else the answer may be False.

        Returns:
            Whether it is.
        """
        here = self._here.setdefault(name, asyncio.Lock())
        if here.locked() and not wait:
            yield False
            return
        async with here:
            if not self._database.is_shared:
                yield True
                return
            taken = await self._take(name)
            while wait and not taken:
                await asyncio.sleep(LOOK_SECONDS)
                taken = await self._take(name)
            if not taken:
                yield False
                return
            try:
                async with claiming.kept(name, partial(self._renew, name)):
                    yield True
            finally:
                await self._give_back(name)

    async def _take(self, name: str) -> bool:
        """Take a turn that is free, or this process's already; whether it is then."""
        table, worker = tables.turns, self._database.worker
        row = {"name": name, "worker": worker, "claimed_until": claiming.lease_end()}
        async with self._database.claiming() as connection:
            statement = insert(connection, table).values(row)
            taken = statement.on_conflict_do_update(
                index_elements=[table.c.name],
                set_={"worker": worker, "claimed_until": row["claimed_until"]},
                where=claiming.free_for(table, worker),
            ).returning(table.c.name)
            return (await connection.execute(taken)).first() is not None

    async def _renew(self, name: str) -> bool:
        taken = await self._take(name)
        if not taken:
            log.warning("%s: another process goes on with it", name)
        return taken

    async def _give_back(self, name: str) -> None:
        table = tables.turns
        own = (table.c.name == name) & (table.c.worker == self._database.worker)
        try:
            async with self._database.claiming() as connection:
                await connection.execute(sa.delete(table).where(own))
        except sa.exc.SQLAlchemyError as error:  # It runs out by itself.
            log.warning("%s: its turn could not be given back (%s)", name, error)
