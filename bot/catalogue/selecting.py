"""Which of a guild's illustrations may be shown, and which have a tag."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from bot.catalogue import tables
from bot.catalogue.database import Part, among, joined_ids, parted_ids, portions
from bot.places import NOWHERE


@dataclass(frozen=True)
class Verdicts:
    """What people said about a tag, on all illustrations together.

    Attributes:
        right: How often they called it right.
        wrong: How often wrong.
    """

    right: int
    wrong: int


class Selections(Part):
    """Chooses among the illustrations of a guild."""

    async def allowed_ids(
        self, guild_id: int, channels: Collection[int] | None = None
    ) -> NDArray[np.int64] | None:
        """The illustrations that an answer may show.

        Args:
            guild_id: Where the answer is given.
            channels: Only those whose post stands in one of these; None: all of the guild's.

        Returns:
            Their ids, int64; None: there are no others, nothing needs to be filtered out.
        """
        table = tables.illustrations
        everything = sa.select(sa.func.count()).select_from(table).scalar_subquery()
        if channels is None:
            own = sa.select(table.c.id).where(
                table.c.guild_id == guild_id, table.c.id.not_in(_standing_nowhere(guild_id))
            )
        else:
            own = _standing_in(guild_id, channels)
        allowed = own.subquery()
        async with self._database.reading() as connection:
            found = await connection.execute(
                sa.select(joined_ids(allowed.c[0]), sa.func.count(allowed.c[0]), everything)
            )
            joined, count, total = found.one()
        return None if count == total else parted_ids(joined)

    async def tagged(
        self,
        guild_id: int,
        channels: Collection[int] | None,
        names: Sequence[str],
        limit: int,
        offset: int = 0,
    ) -> tuple[list[int], int]:
        """The illustrations that have all of some tags.

        One has a tag if the bot was sure of it at that time (or, of a taught tag, when it last
        looked), if it was given, or if more people called it right than wrong; never if more
        called it wrong than right.

        Args:
            guild_id: Whose illustrations.
            channels: Only those whose post stands in one of these; None: all of the guild's.
            names: The tags.
            limit: At most so many.
            offset: So many of the newest are passed over.

        Returns:
            Their ids, newest first, and how many there are without limit and offset.
        """
        column = tables.illustrations.c.id
        chosen = _chosen(guild_id, channels)
        for name in names:
            having = _having([name]).subquery()
            chosen &= column.in_(sa.select(having.c.illustration_id))
        async with self._database.reading() as connection:
            total = await connection.scalar(sa.select(sa.func.count(column)).where(chosen))
            ids = await connection.scalars(
                sa.select(column).where(chosen).order_by(column.desc()).limit(limit).offset(offset)
            )
            return list(ids), total or 0

    async def tag_counts(
        self, guild_id: int, names: Collection[str], channels: Collection[int] | None = None
    ) -> dict[str, int]:
        """How many of a guild's illustrations have each of some tags, as ``tagged`` has it.

        Args:
            guild_id: Whose illustrations.
            names: The tags.
            channels: Only those whose post stands in one of these; None: all of the guild's.
        """
        column, counts = tables.illustrations.c.id, dict.fromkeys(names, 0)
        chosen = _chosen(guild_id, channels)
        async with self._database.reading() as connection:
            for some in portions(counts):
                having = _having(some).subquery()
                statement = (
                    sa.select(having.c.name, sa.func.count().label("images"))
                    .join(tables.illustrations, column == having.c.illustration_id)
                    .where(chosen)
                    .group_by(having.c.name)
                )
                counts |= {row.name: row.images for row in await connection.execute(statement)}
        return counts

    async def verdicts(
        self, guild_id: int, name: str, channels: Collection[int] | None = None
    ) -> Verdicts:
        """What people said about a tag on a guild's illustrations.

        Args:
            guild_id: Whose illustrations.
            name: The tag.
            channels: Only those whose post stands in one of these; None: all of the guild's.
        """
        marks = tables.marks
        statement = (
            sa.select(marks.c.right, sa.func.count().label("times"))
            .join(tables.illustrations, tables.illustrations.c.id == marks.c.illustration_id)
            .where(marks.c.name == name, _chosen(guild_id, channels))
            .group_by(marks.c.right)
        )
        async with self._database.reading() as connection:
            times = {bool(row.right): row.times for row in await connection.execute(statement)}
        return Verdicts(times.get(True, 0), times.get(False, 0))


def _standing_in(guild_id: int, channels: Collection[int]) -> sa.Select[Any]:
    """Ids of the illustrations whose post stands in one of these channels of a guild."""
    posts, attachments = tables.posts, tables.attachments
    return (
        sa.select(attachments.c.illustration_id)
        .join(posts, posts.c.id == attachments.c.post_id)
        .where(
            posts.c.guild_id == guild_id,
            among(posts.c.channel_id, channels),
            attachments.c.illustration_id.is_not(None),
        )
    )


def _standing_nowhere(guild_id: int) -> sa.Select[Any]:
    """Ids of what was handed in with a command: shown to nobody."""
    posts, attachments = tables.posts, tables.attachments
    return (
        sa.select(attachments.c.illustration_id)
        .join(posts, posts.c.id == attachments.c.post_id)
        .where(
            posts.c.guild_id == guild_id,
            posts.c.channel_id == NOWHERE,
            attachments.c.illustration_id.is_not(None),
        )
    )


def _chosen(guild_id: int, channels: Collection[int] | None) -> sa.ColumnElement[bool]:
    """Whether an illustration is the guild's and its post stands in one of these channels."""
    table = tables.illustrations
    chosen = table.c.guild_id == guild_id
    if channels is None:
        return chosen & table.c.id.not_in(_standing_nowhere(guild_id))
    itself = tables.attachments.c.illustration_id == table.c.id
    return chosen & sa.exists(_standing_in(guild_id, channels).where(itself).correlate(table))


def _having(names: Collection[str]) -> sa.Select[Any]:
    """Pairs of an illustration's id and one of the names, as a tag that it has."""
    scored, given, marks = tables.scored_tags, tables.given_tags, tables.marks
    rescored = tables.rescored_tags
    more_right = sa.func.sum(sa.case((marks.c.right, 1), else_=-1)).label("more_right")
    opinion = (
        sa.select(marks.c.illustration_id, marks.c.name, more_right)
        .where(marks.c.name.in_(names))
        .group_by(marks.c.illustration_id, marks.c.name)
        .subquery()
    )
    later = sa.exists().where(
        rescored.c.illustration_id == scored.c.illustration_id, rescored.c.name == scored.c.name
    )
    said = sa.select(scored.c.illustration_id, scored.c.name).where(
        scored.c.name.in_(names), scored.c.score >= scored.c.threshold, ~later
    )
    said_later = sa.select(rescored.c.illustration_id, rescored.c.name).where(
        rescored.c.name.in_(names), rescored.c.score >= rescored.c.threshold
    )
    told = sa.select(given.c.illustration_id, given.c.name).where(given.c.name.in_(names))
    agreed = sa.select(opinion.c.illustration_id, opinion.c.name).where(opinion.c.more_right > 0)
    claimed = sa.union(said, said_later, told, agreed).subquery()
    same = (opinion.c.illustration_id == claimed.c.illustration_id) & (
        opinion.c.name == claimed.c.name
    )
    return (
        sa.select(claimed.c.illustration_id, claimed.c.name)
        .outerjoin(opinion, same)
        .where(opinion.c.more_right.is_(None) | (opinion.c.more_right >= 0))
    )
