"""Teaching, as far as it is stored: what an admin is told was noted is noted, with its refit."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.catalogue import tables
from bot.catalogue.database import insert_new, portions
from bot.catalogue.guilds import announce_choice
from bot.catalogue.jobs import NewJob
from bot.catalogue.learnable import LearningExamples
from bot.catalogue.marks import mark_as_teacher
from bot.catalogue.news import announce_rows
from bot.catalogue.refits import NewRefit, Refits, insert_refits
from bot.catalogue.removing import remove_tag, unused_examples, withdraw
from bot.catalogue.rolling_back import restore_marks
from bot.catalogue.tag_queries import NewTag, TagQueries, TaughtTag, known_tag
from bot.catalogue.versions import Versions
from bot.errors import TagExistsError, UnknownPostError


class TaughtTags(TagQueries, LearningExamples, Versions, Refits):
    """What is stored of taught tags."""

    async def register(
        self, new: NewTag, examples: Collection[int], job: NewJob | None = None
    ) -> tuple[int, int | None]:
        """Begin to teach a tag.

        All in one transaction: the tag, its first examples and that it is to be fitted.

        Args:
            new: The tag.
            examples: Illustrations of the guild that have it; they may be learnt from then.
            job: What shows how far it is.

        Returns:
            The tag's id and the job's.

        Raises:
            TagExistsError: If the guild has taught a tag of this name already.
            UnknownPostError: If an example is no illustration of the guild (any more).
        """
        table = tables.taught_tags
        row = vars(new) | {"promoted": False, "created_at": datetime.now(UTC)}
        same = (table.c.guild_id == new.guild_id) & (table.c.name == new.name)
        async with self._database.writing() as connection:
            if (await connection.execute(sa.select(table.c.id).where(same))).first() is not None:
                raise TagExistsError(f"Guild {new.guild_id} has taught a tag {new.name!r} already.")
            inserted = await connection.execute(sa.insert(table).returning(table), [row])
            tag = TaughtTag(**inserted.one()._mapping)
            await _hand_in(connection, tag, examples, new.created_by)
            wish = NewRefit(tag.id, "taught", new.created_by)
            return tag.id, await insert_refits(connection, [wish], job)

    async def hand_in(
        self, tag_id: int, ids: Collection[int], user_id: int, job: NewJob | None = None
    ) -> int | None:
        """Add examples of a tag: illustrations that have it, and may be learnt from then.

        Args:
            tag_id: The tag.
            ids: Illustrations of its guild.
            user_id: Who hands them in.
            job: What shows how far it is.

        Returns:
            The job's id.

        Raises:
            UnknownTagError: If the tag was removed.
            UnknownPostError: If an example is no illustration of the guild (any more).
        """
        async with self._database.writing() as connection:
            tag = await known_tag(connection, tag_id)
            await _hand_in(connection, tag, ids, user_id)
            return await insert_refits(connection, [NewRefit(tag_id, "taught", user_id)], job)

    async def teach_marks(
        self, tag_id: int, user_id: int, verdicts: Mapping[int, bool | None]
    ) -> set[int]:
        """Store what a person says while teaching a tag, in place of what they said before.

        Args:
            tag_id: The tag.
            user_id: Who says so.
            verdicts: By illustration whether it has the tag; None takes back what they said of it.

        Returns:
            What was stored: not what was forgotten meanwhile, nor what is not the guild's.

        Raises:
            UnknownTagError: If the tag was removed.
        """
        async with self._database.writing() as connection:
            tag = await known_tag(connection, tag_id)
            known = await _own(connection, tag.guild_id, verdicts)
            stored = {id_: right for id_, right in verdicts.items() if id_ in known}
            if stored:
                await mark_as_teacher(connection, tag.name, user_id, stored)
                await insert_refits(connection, [NewRefit(tag_id, "taught", user_id)])
        return known

    async def roll_back(self, tag_id: int, version_id: int, user_id: int) -> None:
        """Let a tag's examples be again what one of its versions was fitted on.

        What teachers said since is taken back; of the version, what may still be learnt from.

        Args:
            tag_id: The tag.
            version_id: One of its versions.
            user_id: Who goes back.

        Raises:
            UnknownTagError: If the tag was removed.
        """
        async with self._database.writing() as connection:
            tag = await known_tag(connection, tag_id)
            await restore_marks(connection, tag, version_id, user_id)
            await insert_refits(connection, [NewRefit(tag_id, "rolled_back", user_id)])

    async def set_promoted(self, tag_id: int, *, promoted: bool) -> None:
        """Let every guild have a tag, or its own alone.

        Raises:
            UnknownTagError: If the tag was removed.
        """
        table = tables.taught_tags
        async with self._database.writing() as connection:
            tag = await known_tag(connection, tag_id)
            await connection.execute(
                sa.update(table).where(table.c.id == tag_id).values(promoted=promoted)
            )
            if not promoted:
                await withdraw(connection, tag)
            announce_rows(connection, "tags", [tag_id])

    async def remove(self, tag_id: int) -> list[int]:
        """Forget a tag with its versions, and what was said of it in its guild.

        Returns:
            Ids of what was handed in for it with a command and that no other tag needs: posts that
            are to be forgotten.

        Raises:
            UnknownTagError: If the tag was removed already.
        """
        async with self._database.forgetting() as connection:
            tag = await known_tag(connection, tag_id)
            announce_choice(connection, tag.guild_id)
            return await remove_tag(connection, tag)

    async def unused_examples(self) -> dict[int, int]:
        """Posts that were to become examples and never did, because of a kill.

        For the start, before anybody teaches in their guilds.

        Returns:
            Their guilds, by the posts' ids.
        """
        async with self._database.reading() as connection:
            return await unused_examples(connection)


async def _own(connection: AsyncConnection, guild_id: int, ids: Collection[int]) -> set[int]:
    table = tables.illustrations
    found: set[int] = set()
    for some in portions(ids):
        own = sa.select(table.c.id).where(table.c.guild_id == guild_id, table.c.id.in_(some))
        found.update(await connection.scalars(own))
    return found


async def _hand_in(
    connection: AsyncConnection, tag: TaughtTag, ids: Collection[int], user_id: int
) -> None:
    missing = set(ids) - await _own(connection, tag.guild_id, ids)
    if missing:
        named = ", ".join(map(str, sorted(missing)))
        raise UnknownPostError(f"There is no illustration {named}; it may have been deleted.")
    if not ids:
        return
    now = datetime.now(UTC)
    rows = [{"illustration_id": id_, "user_id": user_id, "created_at": now} for id_ in set(ids)]
    await insert_new(connection, tables.handed_in, rows)
    await mark_as_teacher(connection, tag.name, user_id, dict.fromkeys(ids, True))
