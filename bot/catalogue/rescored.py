"""What taught tags say now of illustrations that came before them.

Kept apart from ``scored_tags``: those are a record of what was said when an illustration came.
"""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.catalogue import tables
from bot.catalogue.database import Part, portions
from bot.catalogue.tag_queries import TaughtTag, known_tag


class Rescored(Part):
    """What is stored of later scores."""

    async def write(self, tag_id: int, threshold: float, scores: Mapping[int, float]) -> None:
        """Store what a tag says of some illustrations, in place of what it said before.

        Why not all of it: most tags are not on most illustrations. A low score is kept only where
        the tag was said when the illustration came, and so would be found there otherwise.

        Args:
            tag_id: The tag.
            threshold: From which score on it counts.
            scores: By illustration; what was forgotten meanwhile is left out, and what is of
                other guilds unless the tag is promoted still.

        Raises:
            UnknownTagError: If the tag was removed meanwhile.
        """
        async with self._database.writing() as connection:
            tag = await known_tag(connection, tag_id)
            for some in portions(scores):
                part = {id_: scores[id_] for id_ in some}
                await _write(connection, tag, threshold, part)

    async def clear(self, guild_id: int, name: str) -> None:
        """Delete what a tag says now of a guild's illustrations: what it said at first holds."""
        table, own = tables.rescored_tags, tables.illustrations
        of_guild = sa.select(own.c.id).where(own.c.guild_id == guild_id)
        async with self._database.writing() as connection:
            await connection.execute(
                sa.delete(table).where(table.c.name == name, table.c.illustration_id.in_(of_guild))
            )


async def _write(
    connection: AsyncConnection, tag: TaughtTag, threshold: float, scores: Mapping[int, float]
) -> None:
    table, scored, own = tables.rescored_tags, tables.scored_tags, tables.illustrations
    counts = sa.true() if tag.promoted else own.c.guild_id == tag.guild_id
    there = set(
        await connection.scalars(sa.select(own.c.id).where(own.c.id.in_(list(scores)), counts))
    )
    said = set(
        await connection.scalars(
            sa.select(scored.c.illustration_id).where(
                scored.c.name == tag.name, scored.c.illustration_id.in_(there)
            )
        )
    )
    await connection.execute(
        sa.delete(table).where(table.c.name == tag.name, table.c.illustration_id.in_(there))
    )
    rows = [
        {"illustration_id": id_, "name": tag.name, "score": scores[id_], "threshold": threshold}
        for id_ in sorted(there)
        if scores[id_] >= threshold or id_ in said
    ]
    if rows:
        await connection.execute(sa.insert(table), rows)
