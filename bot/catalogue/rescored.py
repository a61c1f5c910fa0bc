"""What taught tags say now of illustrations that came before them.

Kept apart from ``scored_tags``: those are a record of what was said when an illustration came.
"""

from collections.abc import Mapping

import sqlalchemy as sa

from bot.catalogue import tables
from bot.catalogue.database import Part, portions
from bot.catalogue.writing import existing_ids


class Rescored(Part):
    """What is stored of later scores."""

    async def write(self, name: str, threshold: float, scores: Mapping[int, float]) -> None:
        """Store what a tag says of some illustrations, in place of what it said before.

        Why not all of it: most tags are not on most illustrations. A low score is kept only where
        the tag was said when the illustration came, and so would be found there otherwise.

        Args:
            name: The tag's.
            threshold: From which score on it counts.
            scores: By illustration; what was forgotten meanwhile is left out.
        """
        table, scored = tables.rescored_tags, tables.scored_tags
        async with self._database.writing() as connection:
            for some in portions(scores):
                said = set(
                    await connection.scalars(
                        sa.select(scored.c.illustration_id).where(
                            scored.c.name == name, scored.c.illustration_id.in_(some)
                        )
                    )
                )
                await connection.execute(
                    sa.delete(table).where(table.c.name == name, table.c.illustration_id.in_(some))
                )
                rows = [
                    {
                        "illustration_id": id_,
                        "name": name,
                        "score": scores[id_],
                        "threshold": threshold,
                    }
                    for id_ in await existing_ids(connection, some)
                    if scores[id_] >= threshold or id_ in said
                ]
                if rows:
                    await connection.execute(sa.insert(table), rows)

    async def clear(self, guild_id: int, name: str) -> None:
        """Delete what a tag says now of a guild's illustrations: what it said at first holds."""
        table, own = tables.rescored_tags, tables.illustrations
        of_guild = sa.select(own.c.id).where(own.c.guild_id == guild_id)
        async with self._database.writing() as connection:
            await connection.execute(
                sa.delete(table).where(table.c.name == name, table.c.illustration_id.in_(of_guild))
            )
