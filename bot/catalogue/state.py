"""Small facts about the bot itself that outlive a restart."""

import sqlalchemy as sa

from bot.catalogue import tables
from bot.catalogue.database import Part, put


class State(Part):
    """Facts by name."""

    async def get(self, key: str) -> str | None:
        """A fact, None when it was never noted."""
        table = tables.states
        async with self._database.reading() as connection:
            value: str | None = await connection.scalar(
                sa.select(table.c.value).where(table.c.key == key)
            )
        return value

    async def starting_with(self, prefix: str) -> dict[str, str]:
        """All facts whose names begin so, by name."""
        table = tables.states
        chosen = table.c.key.startswith(prefix, autoescape=True)
        async with self._database.reading() as connection:
            rows = await connection.execute(sa.select(table).where(chosen))
            return {row.key: row.value for row in rows}

    async def settled(self, key: str, value: str) -> str:
        """A fact, noted now if it never was; whichever process comes first decides."""
        table = tables.states
        async with self._database.writing() as connection:
            noted: str | None = await connection.scalar(
                sa.select(table.c.value).where(table.c.key == key)
            )
            if noted is None:
                await put(connection, table, [{"key": key, "value": value}])
        return value if noted is None else noted

    async def put(self, key: str, value: str) -> None:
        """Note a fact, in place of what was noted before."""
        async with self._database.writing() as connection:
            await put(connection, tables.states, [{"key": key, "value": value}])
