"""Questions about many posts at once: which there are, where and by whom."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bot.catalogue import tables
from bot.catalogue.database import Part, portions
from bot.catalogue.reading import place_of
from bot.places import NOWHERE, Place


@dataclass(frozen=True)
class GuildTotals:
    """How much a guild has in the library.

    Attributes:
        posts: Those with an illustration.
        channels: Those with an illustration, threads included.
    """

    posts: int
    illustrations: int
    channels: int


class PostQueries(Part):
    """What is asked of posts."""

    async def ids_of(
        self,
        *,
        guild_id: int | None = None,
        channel_id: int | None = None,
        author_id: int | None = None,
    ) -> list[int]:
        """Ids of the posts that fulfil all the conditions, rising.

        Args:
            guild_id: In this guild.
            channel_id: In this channel, or in a thread of it.
            author_id: Of this person.
        """
        table = tables.posts
        conditions: list[sa.ColumnElement[bool]] = []
        if guild_id is not None:
            conditions.append(table.c.guild_id == guild_id)
        if channel_id is not None:
            conditions.append(
                (table.c.channel_id == channel_id) | (table.c.parent_id == channel_id)
            )
        if author_id is not None:
            conditions.append(table.c.author_id == author_id)
        if not conditions:
            raise ValueError("Posts of what? Expected a guild, a channel or an author.")
        async with self._database.reading() as connection:
            return list(
                await connection.scalars(
                    sa.select(table.c.id).where(*conditions).order_by(table.c.id)
                )
            )

    async def standing_in(self, channel_id: int) -> list[int]:
        """Ids of the posts of one channel or thread, without those of its threads, rising."""
        table = tables.posts
        statement = sa.select(table.c.id).where(table.c.channel_id == channel_id)
        async with self._database.reading() as connection:
            return list(await connection.scalars(statement.order_by(table.c.id)))

    async def known(self, ids: Collection[int]) -> set[int]:
        """Those of some messages that are posts of the catalogue."""
        column = tables.posts.c.id
        found: set[int] = set()
        async with self._database.reading() as connection:
            for some in portions(ids):
                found.update(await connection.scalars(sa.select(column).where(column.in_(some))))
        return found

    async def authors(self, guild_id: int) -> set[int]:
        """Everybody with a post in a guild."""
        table = tables.posts
        return await self._distinct(table.c.author_id, table.c.guild_id == guild_id)

    async def guilds(self) -> set[int]:
        """Every guild with a post."""
        return await self._distinct(tables.posts.c.guild_id, sa.true())

    async def places(self, guild_id: int) -> list[Place]:
        """Where in a guild posts stand, each place once; not those that stand nowhere."""
        async with self._database.reading() as connection:
            return [place_of(row) for row in await connection.execute(_places(guild_id))]

    async def channels(self, guild_id: int) -> list[Place]:
        """Where in a guild posts with an illustration stand, each place once."""
        table, attachments = tables.posts, tables.attachments
        places = _places(guild_id).subquery()
        illustrated = sa.exists().where(
            table.c.channel_id == places.c.channel_id,
            attachments.c.post_id == table.c.id,
            attachments.c.illustration_id.is_not(None),
        )
        async with self._database.reading() as connection:
            rows = await connection.execute(sa.select(places).where(illustrated))
            return [place_of(row) for row in rows]

    async def totals(self, guild_id: int) -> GuildTotals:
        """How much a guild has in the library; what was handed in with a command is none of it."""
        table, attachments = tables.posts, tables.attachments
        statement = (
            sa.select(
                sa.func.count(table.c.id.distinct()),
                sa.func.count(attachments.c.illustration_id),
                sa.func.count(table.c.channel_id.distinct()),
            )
            .join(attachments, attachments.c.post_id == table.c.id)
            .where(
                table.c.guild_id == guild_id,
                table.c.channel_id != NOWHERE,
                attachments.c.illustration_id.is_not(None),
            )
        )
        async with self._database.reading() as connection:
            return GuildTotals(*(await connection.execute(statement)).one())

    async def _distinct(
        self, column: sa.ColumnElement[int], chosen: sa.ColumnElement[bool]
    ) -> set[int]:
        async with self._database.reading() as connection:
            return set(await connection.scalars(sa.select(column).where(chosen).distinct()))


def _places(guild_id: int) -> sa.Select[Any]:
    table = tables.posts
    columns = (table.c.guild_id, table.c.channel_id, table.c.parent_id, table.c.private)
    chosen = (table.c.guild_id == guild_id) & (table.c.channel_id != NOWHERE)
    return sa.select(*columns).where(chosen).distinct()
