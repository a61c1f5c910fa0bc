"""Forgetting illustrations, and what is to be done about the answers that showed them.

Everything here runs within one transaction: the errands are written with the forgetting, so that
no kill between the two leaves an answer that shows what is gone. What was fitted on them is taken
away in it too (``bot.catalogue.unlearning``).
"""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.catalogue import tables
from bot.catalogue.database import portions
from bot.catalogue.errands import insert_errands, of_answer, of_post
from bot.catalogue.news import announce_rows
from bot.catalogue.unlearning import unlearn_illustrations


async def forget_illustrations(connection: AsyncConnection, ids: Collection[int]) -> dict[int, str]:
    """Delete illustrations; every answer that shows or describes one of them is to be rendered.

    Every tag that was fitted on one of them is to be fitted again.

    Args:
        connection: Within a transaction.
        ids: Unknown ones are ignored.

    Returns:
        The thumbnails' keys of those that there were, by id.
    """
    posts: dict[int, sa.Row[Any]] = {}
    answers: dict[int, sa.Row[Any]] = {}
    for some in portions(ids):
        for statement in (_posts_that_show(some), _posts_of(some)):
            posts.update({row.id: row for row in await connection.execute(statement)})
        answers.update({row.id: row for row in await connection.execute(_answers_that_show(some))})
    await render_posts_again(connection, list(posts.values()))
    await insert_errands(connection, "render", list(map(of_answer, answers.values())))
    await unlearn_illustrations(connection, ids)
    return await _delete(connection, ids)


async def forget_posts(connection: AsyncConnection, post_ids: Collection[int]) -> dict[int, str]:
    """Delete posts with their illustrations; the bot's own replies to them are to be deleted.

    Returns:
        The thumbnails' keys of the illustrations, by id.
    """
    table, attachments = tables.posts, tables.attachments
    posts: list[sa.Row[Any]] = []
    illustrations: list[int] = []
    for some in portions(post_ids):
        posts += await connection.execute(sa.select(table).where(table.c.id.in_(some)))
        illustrations += await connection.scalars(
            sa.select(attachments.c.illustration_id).where(
                attachments.c.post_id.in_(some), attachments.c.illustration_id.is_not(None)
            )
        )
    known = [row.id for row in posts]
    gone = await forget_illustrations(connection, illustrations)
    for some in portions(known):
        await connection.execute(sa.delete(table).where(table.c.id.in_(some)))
    # In place of what was to be rendered because they showed each other.
    # Without the post's own id: to take the reply back nobody needs it.
    replies = [replace(of_post(row), post_id=None) for row in posts if row.reply_id is not None]
    await insert_errands(connection, "delete", replies)
    return gone


async def render_posts_again(connection: AsyncConnection, posts: Collection[sa.Row[Any]]) -> None:
    """Note that the answers to posts show what is gone.

    An answer whose message is not known yet may be on its way: settling its post writes the errand.
    """
    replies = [of_post(row) for row in posts if row.reply_id is not None]
    await insert_errands(connection, "render", replies)
    table = tables.posts
    for some in portions([row.id for row in posts if row.reply_id is None]):
        await connection.execute(sa.update(table).where(table.c.id.in_(some)).values(outdated=True))


def _posts_that_show(ids: Collection[int]) -> sa.Select[Any]:
    table, attachments, near = tables.posts, tables.attachments, tables.neighbours
    return (
        sa.select(table)
        .join(attachments, attachments.c.post_id == table.c.id)
        .join(near, near.c.illustration_id == attachments.c.illustration_id)
        .where(near.c.neighbour_id.in_(ids))
    )


def _posts_of(ids: Collection[int]) -> sa.Select[Any]:
    table, attachments = tables.posts, tables.attachments
    return (
        sa.select(table)
        .join(attachments, attachments.c.post_id == table.c.id)
        .where(attachments.c.illustration_id.in_(ids))
    )


def _answers_that_show(ids: Collection[int]) -> sa.Select[Any]:
    table, near = tables.answers, tables.answer_neighbours
    return (
        sa.select(table)
        .join(near, near.c.answer_id == table.c.id)
        .where(near.c.neighbour_id.in_(ids))
    )


async def _delete(connection: AsyncConnection, ids: Collection[int]) -> dict[int, str]:
    table = tables.illustrations
    gone: dict[int, str] = {}
    for some in portions(ids):
        removed = await connection.execute(
            sa.delete(table).where(table.c.id.in_(some)).returning(table.c.id, table.c.thumbnail)
        )
        gone.update({row.id: row.thumbnail for row in removed})
    announce_rows(connection, "illustrations", gone)
    return gone
