"""Removing a taught tag: it goes with everything that was said of it and fitted for it."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.catalogue import tables
from bot.catalogue.database import portions
from bot.catalogue.news import announce_rows
from bot.catalogue.refits import strike_off
from bot.catalogue.tag_queries import TaughtTag
from bot.catalogue.unlearning import unlearn_unwanted

_TAGS, _GIVEN, _POSTS = tables.taught_tags, tables.handed_in, tables.posts
_ATTACHMENTS = tables.attachments


async def remove_tag(connection: AsyncConnection, tag: TaughtTag) -> list[int]:
    """Delete a tag.

    Returns:
        Ids of posts of examples that nothing needs any more.
    """
    await _delete_tags(connection, _TAGS.c.id == tag.id)
    await withdraw(connection, tag)
    for table in (tables.marks, tables.scored_tags, tables.rescored_tags):
        of_tag = table.c.name == tag.name
        await connection.execute(
            sa.delete(table).where(of_tag, table.c.illustration_id.in_(_own(tag.guild_id)))
        )
    rules = tables.guild_tags
    await connection.execute(
        sa.delete(rules).where(rules.c.guild_id == tag.guild_id, rules.c.name == tag.name)
    )
    return await _let_go_of_examples(connection, tag.guild_id)


async def remove_tags_of(connection: AsyncConnection, guild_id: int) -> None:
    """Delete all tags of a guild that is forgotten; its illustrations are, elsewhere."""
    found = await connection.execute(sa.select(_TAGS).where(_TAGS.c.guild_id == guild_id))
    for tag in [TaughtTag(**row._mapping) for row in found]:
        await withdraw(connection, tag)
    await _delete_tags(connection, _TAGS.c.guild_id == guild_id)


async def withdraw(connection: AsyncConnection, tag: TaughtTag) -> None:
    """Delete what a tag that was promoted says now in other guilds that have none of this name."""
    table, own = tables.rescored_tags, tables.illustrations
    having = sa.select(_TAGS.c.guild_id).where(_TAGS.c.name == tag.name)
    elsewhere = sa.select(own.c.id).where(
        own.c.guild_id != tag.guild_id, own.c.guild_id.not_in(having)
    )
    if tag.promoted:
        await connection.execute(
            sa.delete(table).where(table.c.name == tag.name, table.c.illustration_id.in_(elsewhere))
        )


async def unused_examples(connection: AsyncConnection) -> dict[int, int]:
    """Posts of examples of which nothing was handed in: their guilds by their ids."""
    unused = _POSTS.c.state == "example", ~_needed()
    statement = sa.select(_POSTS.c.id, _POSTS.c.guild_id).where(*unused).order_by(_POSTS.c.id)
    return {row.id: row.guild_id for row in await connection.execute(statement)}


async def _delete_tags(connection: AsyncConnection, chosen: sa.ColumnElement[bool]) -> None:
    """Their refits are struck off, so that no job waits for them; the rest goes with them."""
    table = tables.refits
    of_tags = sa.select(table.c.id).join(_TAGS, _TAGS.c.id == table.c.tag_id).where(chosen)
    await strike_off(connection, (await connection.scalars(of_tags)).all())
    gone = await connection.scalars(sa.delete(_TAGS).where(chosen).returning(_TAGS.c.id))
    announce_rows(connection, "tags", gone.all())


async def _let_go_of_examples(connection: AsyncConnection, guild_id: int) -> list[int]:
    """Illustrations that no tag of the guild has as an example were handed in for nothing.

    Other tags may have learnt that they are not on them; they unlearn it.
    """
    marks = tables.marks
    wanted = (
        sa.select(marks.c.illustration_id)
        .join(_TAGS, (_TAGS.c.name == marks.c.name) & (_TAGS.c.guild_id == guild_id))
        .where(
            marks.c.illustration_id == _GIVEN.c.illustration_id, marks.c.by_teacher, marks.c.right
        )
        .correlate(_GIVEN)
    )
    freed = sa.delete(_GIVEN).where(
        _GIVEN.c.illustration_id.in_(_own(guild_id)), ~sa.exists(wanted)
    )
    ids = (await connection.scalars(freed.returning(_GIVEN.c.illustration_id))).all()
    await unlearn_unwanted(connection, ids)
    return sorted(await _posts_without_need(connection, ids))


async def _posts_without_need(connection: AsyncConnection, ids: Collection[int]) -> set[int]:
    found: set[int] = set()
    for some in portions(ids):
        statement = (
            sa.select(_POSTS.c.id)
            .join(_ATTACHMENTS, _ATTACHMENTS.c.post_id == _POSTS.c.id)
            .where(
                _ATTACHMENTS.c.illustration_id.in_(some), _POSTS.c.state == "example", ~_needed()
            )
        )
        found.update(await connection.scalars(statement))
    return found


def _needed() -> sa.ColumnElement[bool]:
    """Whether something of a post is handed in still."""
    of_post = _ATTACHMENTS.alias()
    return sa.exists(
        sa.select(of_post.c.post_id)
        .join(_GIVEN, _GIVEN.c.illustration_id == of_post.c.illustration_id)
        .where(of_post.c.post_id == _POSTS.c.id)
        .correlate(_POSTS)
    )


def _own(guild_id: int) -> sa.Select[Any]:
    table = tables.illustrations
    return sa.select(table.c.id).where(table.c.guild_id == guild_id)
