"""Which tags guilds have taught."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.catalogue import tables
from bot.catalogue.database import Part
from bot.errors import UnknownTagError


@dataclass(frozen=True)
class NewTag:
    """A tag that is about to be taught.

    Attributes:
        name_ja: Empty where it has none.
        created_by: Who began it.
    """

    guild_id: int
    name: str
    name_ja: str
    created_by: int


@dataclass(frozen=True)
class TaughtTag(NewTag):
    """A tag that a guild has taught.

    Attributes:
        promoted: Whether every guild has it.
    """

    id: int
    promoted: bool
    created_at: datetime


class TagQueries(Part):
    """What is asked of taught tags."""

    async def of_guild(self, guild_id: int) -> list[TaughtTag]:
        """The tags that a guild has taught, by name."""
        return await self._tags(tables.taught_tags.c.guild_id == guild_id)

    async def get(self, guild_id: int, name: str) -> TaughtTag | None:
        """The tag of exactly this name that a guild has taught, None when there is none."""
        table = tables.taught_tags
        found = await self._tags((table.c.guild_id == guild_id) & (table.c.name == name))
        return found[0] if found else None

    async def tag(self, tag_id: int) -> TaughtTag | None:
        """One taught tag, None when there is none (any more)."""
        found = await self._tags(tables.taught_tags.c.id == tag_id)
        return found[0] if found else None

    async def every(self) -> list[TaughtTag]:
        """All tags that any guild has taught."""
        return await self._tags(sa.true())

    async def _tags(self, chosen: sa.ColumnElement[bool]) -> list[TaughtTag]:
        table = tables.taught_tags
        statement = sa.select(table).where(chosen).order_by(table.c.name, table.c.id)
        async with self._database.reading() as connection:
            return [TaughtTag(**row._mapping) for row in await connection.execute(statement)]


async def known_tag(connection: AsyncConnection, tag_id: int) -> TaughtTag:
    """A tag, within a transaction.

    Raises:
        UnknownTagError: If there is none (any more).
    """
    table = tables.taught_tags
    row = (await connection.execute(sa.select(table).where(table.c.id == tag_id))).one_or_none()
    if row is None:
        raise UnknownTagError(f"There is no taught tag {tag_id}; it may have been removed.")
    return TaughtTag(**row._mapping)
