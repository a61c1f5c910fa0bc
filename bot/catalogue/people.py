"""People: their consent, and everything that is kept about one of them."""

from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.catalogue import tables
from bot.catalogue.database import Part, insert_new
from bot.catalogue.guilds import announce_choice
from bot.catalogue.personal_data import Entry, personal_data
from bot.catalogue.refits import THE_BOT
from bot.catalogue.unlearning import unlearn_unsaid, unlearn_unwanted
from bot.places import NOWHERE


@dataclass(frozen=True)
class PersonTotals:
    """How much is kept about a person.

    Attributes:
        consent: Since when their illustrations may be learnt from; None: they may not.
        posts: Messages; what they handed in with a command is none.
        illustrations: Of their posts.
        handed_in: Illustrations that they handed in as examples, anybody's.
        taught_tags: That they began to teach.
    """

    consent: datetime | None
    posts: int
    illustrations: int
    marks: int
    handed_in: int
    taught_tags: int


# Whose doing something is that stays: settings, taught tags, long work.
_DONE_BY = (
    tables.channels.c.changed_by,
    tables.jobs.c.asker_id,
    tables.taught_tags.c.created_by,
    tables.tag_versions.c.created_by,
    tables.refits.c.asked_by,
)


class People(Part):
    """What is stored of people."""

    async def consent(self, user_id: int) -> datetime | None:
        """Since when a person lets their illustrations be learnt from; None: they do not."""
        async with self._database.reading() as connection:
            return await _consent(connection, user_id)

    async def opt_in(self, user_id: int) -> None:
        """Note a person's consent; one who consents already goes on as before."""
        row = {"user_id": user_id, "created_at": datetime.now(UTC)}
        async with self._database.writing() as connection:
            await insert_new(connection, tables.consents, [row])

    async def opt_out(self, user_id: int) -> None:
        """Take a person's consent back: what was fitted on their illustrations goes.

        Not on those that an admin handed in: they are learnt from without it.
        """
        table, posts, attachments = tables.consents, tables.posts, tables.attachments
        own = (
            sa.select(attachments.c.illustration_id)
            .join(posts, posts.c.id == attachments.c.post_id)
            .where(posts.c.author_id == user_id, attachments.c.illustration_id.is_not(None))
        )
        async with self._database.forgetting() as connection:
            removed = await connection.execute(sa.delete(table).where(table.c.user_id == user_id))
            if removed.rowcount:
                await unlearn_unwanted(connection, (await connection.scalars(own)).all())

    async def forget_marks(self, user_id: int) -> int:
        """Forget a person's marks and what they handed in, and what was fitted on their word.

        Returns:
            How many marks there were.
        """
        marks, given = tables.marks, tables.handed_in
        async with self._database.forgetting() as connection:
            marked, handed_in = [
                (
                    await connection.scalars(
                        sa.delete(table)
                        .where(table.c.user_id == user_id)
                        .returning(table.c.illustration_id)
                    )
                ).all()
                for table in (marks, given)
            ]
            await unlearn_unsaid(connection, set(marked))
            await unlearn_unwanted(connection, handed_in)
        return len(marked)

    async def forget_name(self, user_id: int) -> None:
        """Forget that it was this person who did what stays: it is nobody's from then on."""
        channels = tables.channels
        async with self._database.forgetting() as connection:
            chosen = sa.select(channels.c.guild_id).where(channels.c.changed_by == user_id)
            for guild_id in set(await connection.scalars(chosen)):
                announce_choice(connection, guild_id)
            for column in _DONE_BY:
                await connection.execute(
                    sa.update(column.table).where(column == user_id).values({column.name: THE_BOT})
                )

    async def totals(self, user_id: int) -> PersonTotals:
        """How much is kept about a person."""
        posts, attachments = tables.posts, tables.attachments
        counted = (
            sa.select(
                sa.func.count(posts.c.id.distinct()), sa.func.count(attachments.c.illustration_id)
            )
            .outerjoin(attachments, attachments.c.post_id == posts.c.id)
            .where(posts.c.author_id == user_id, posts.c.channel_id != NOWHERE)
        )
        columns = (
            tables.marks.c.user_id,
            tables.handed_in.c.user_id,
            tables.taught_tags.c.created_by,
        )
        async with self._database.reading() as connection:
            return PersonTotals(
                await _consent(connection, user_id),
                *(await connection.execute(counted)).one(),
                *[
                    await connection.scalar(sa.select(sa.func.count()).where(column == user_id))
                    or 0
                    for column in columns
                ],
            )

    async def export(self, user_id: int) -> Entry:
        """Everything that is kept about a person, in plain types and in words that explain them.

        Pictures themselves are not part of it: what is kept of them are thumbnails and embeddings.
        """
        async with self._database.reading() as connection:
            return {
                "about": {"user": user_id, "as_of": datetime.now(UTC).replace(microsecond=0)},
                "consent_to_learning_since": await _consent(connection, user_id),
            } | await personal_data(connection, user_id)


async def _consent(connection: AsyncConnection, user_id: int) -> datetime | None:
    table = tables.consents
    moment: datetime | None = await connection.scalar(
        sa.select(table.c.created_at).where(table.c.user_id == user_id)
    )
    return moment
