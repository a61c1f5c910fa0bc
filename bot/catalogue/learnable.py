"""What may be learnt from, and what people said about it.

Nothing is learnt without consent: an illustration may be learnt from if an admin handed it in, if
its author consents now, or if it is of the local channel, where the person at the keyboard is
everyone.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from bot.catalogue import tables
from bot.catalogue.database import Part, among, joined_ids, parted_ids
from bot.catalogue.tag_queries import TaughtTag, known_tag
from bot.illustrations import LOCAL_GUILD


@dataclass(frozen=True)
class Examples:
    """Illustrations that a tag is fitted on, by their ids, rising.

    Attributes:
        positives: Those that have the tag.
        negatives: Those that have not, although one could think so.
    """

    positives: tuple[int, ...]
    negatives: tuple[int, ...]

    @classmethod
    def of(cls, verdicts: Iterable[tuple[int, bool]]) -> "Examples":
        """Made of pairs of an id and whether that illustration has the tag."""
        sides: dict[bool, list[int]] = {True: [], False: []}
        for id_, right in verdicts:
            sides[right].append(id_)
        return cls(tuple(sorted(sides[True])), tuple(sorted(sides[False])))


def learnable(id_: sa.Column[int]) -> sa.ColumnElement[bool]:
    """Whether the illustration that a column names may be learnt from now."""
    local = tables.illustrations.alias()
    attachments, posts, consents = tables.attachments, tables.posts, tables.consents
    given = tables.handed_in
    reasons = (
        sa.select(local.c.id).where(local.c.id == id_, local.c.guild_id == LOCAL_GUILD),
        sa.select(given.c.illustration_id).where(given.c.illustration_id == id_),
        sa.select(attachments.c.illustration_id)
        .join(posts, posts.c.id == attachments.c.post_id)
        .join(consents, consents.c.user_id == posts.c.author_id)
        .where(attachments.c.illustration_id == id_),
    )
    return sa.or_(*(sa.exists(one.correlate(id_.table)) for one in reasons))


class LearningExamples(Part):
    """What tags are fitted on."""

    async def examples(self, tag_id: int, *, teachers_only: bool = False) -> Examples:
        """What a tag is to be fitted on now: what people said of what may be learnt from.

        Where somebody spoke while teaching the tag, only those who did so count. The majority
        decides; a tie counts for nothing.

        Args:
            tag_id: The tag.
            teachers_only: Whether what was said outside of teaching counts for nothing.

        Raises:
            UnknownTagError: If the tag was removed.
        """
        marks = tables.marks
        async with self._database.reading() as connection:
            tag = await known_tag(connection, tag_id)
            statement = _marks_on(tag).where(learnable(marks.c.illustration_id))
            if teachers_only:
                statement = statement.where(marks.c.by_teacher)
            rows = (await connection.execute(statement)).all()
        return Examples.of(_weighed(rows).items())

    async def marked_ids(
        self, tag_id: int, user_id: int | None = None, *, teachers_only: bool = False
    ) -> set[int]:
        """Illustrations of which it was said whether they have a tag.

        Args:
            tag_id: The tag.
            user_id: By this person; None: by anybody.
            teachers_only: Only while teaching the tag.

        Raises:
            UnknownTagError: If the tag was removed.
        """
        marks = tables.marks
        async with self._database.reading() as connection:
            statement = _marks_on(await known_tag(connection, tag_id))
            if user_id is not None:
                statement = statement.where(marks.c.user_id == user_id)
            if teachers_only:
                statement = statement.where(marks.c.by_teacher)
            return {row.illustration_id for row in await connection.execute(statement)}

    async def trainable_ids(
        self, guild_id: int, channels: Collection[int] | None = None
    ) -> NDArray[np.int64]:
        """A guild's illustrations that may be learnt from.

        Args:
            guild_id: The guild.
            channels: Only those whose post stands in one of these; None: all of the guild's.

        Returns:
            Their ids, (N,) int64, rising.
        """
        own = tables.illustrations
        statement = sa.select(own.c.id).where(own.c.guild_id == guild_id)
        if guild_id != LOCAL_GUILD:
            statement = statement.where(own.c.id.in_(_free_to_learn(guild_id)))
        if channels is not None:
            attachments, posts = tables.attachments, tables.posts
            there = (
                sa.select(attachments.c.illustration_id)
                .join(posts, posts.c.id == attachments.c.post_id)
                .where(posts.c.guild_id == guild_id, among(posts.c.channel_id, channels))
            )
            statement = statement.where(own.c.id.in_(there))
        async with self._database.reading() as connection:
            joined = await connection.scalar(sa.select(joined_ids(statement.subquery().c.id)))
        return np.sort(parted_ids(joined))


def _free_to_learn(guild_id: int) -> sa.CompoundSelect[Any]:
    """As ``learnable``, for all of a guild at once: few consent, so begin with those who do."""
    attachments, posts, consents = tables.attachments, tables.posts, tables.consents
    agreed = (
        sa.select(attachments.c.illustration_id)
        .join(posts, posts.c.id == attachments.c.post_id)
        .join(consents, consents.c.user_id == posts.c.author_id)
        .where(posts.c.guild_id == guild_id, attachments.c.illustration_id.is_not(None))
    )
    return sa.union(agreed, sa.select(tables.handed_in.c.illustration_id))


def _marks_on(tag: TaughtTag) -> sa.Select[Any]:
    marks, own = tables.marks, tables.illustrations
    return (
        sa.select(marks.c.illustration_id, marks.c.right, marks.c.by_teacher)
        .join(own, own.c.id == marks.c.illustration_id)
        .where(marks.c.name == tag.name, own.c.guild_id == tag.guild_id)
    )


def _weighed(rows: Iterable[sa.Row[Any]]) -> dict[int, bool]:
    """What holds of each illustration that people do not disagree on evenly."""
    said: defaultdict[int, dict[bool, int]] = defaultdict(dict)
    for row in rows:
        balances = said[row.illustration_id]
        balances[row.by_teacher] = balances.get(row.by_teacher, 0) + (1 if row.right else -1)
    decided = {id_: balances.get(True, balances.get(False)) for id_, balances in said.items()}
    return {id_: balance > 0 for id_, balance in decided.items() if balance}
