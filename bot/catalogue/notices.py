"""Notices: what admins are told once, and not with every post."""

import sqlalchemy as sa

from bot.catalogue import tables
from bot.catalogue.database import Part, insert_new


class Notices(Part):
    """What was told already."""

    async def told(self, guild_id: int, channel_id: int, kind: str) -> bool:
        """Note that something is told about a channel.

        Returns:
            Whether this is the first time: then it is to be told.
        """
        row = {"guild_id": guild_id, "channel_id": channel_id, "kind": kind}
        async with self._database.writing() as connection:
            return await insert_new(connection, tables.notices, [row]) > 0

    async def forget(self, guild_id: int, channel_id: int) -> None:
        """Let everything about a channel be told once more."""
        table = tables.notices
        async with self._database.writing() as connection:
            await connection.execute(
                sa.delete(table).where(
                    table.c.guild_id == guild_id, table.c.channel_id == channel_id
                )
            )
