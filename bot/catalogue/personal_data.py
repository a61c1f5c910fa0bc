"""Everything that is kept about a person, table by table, in words that explain themselves."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.catalogue import tables
from bot.catalogue.database import portions
from bot.catalogue.reading import place_of
from bot.places import NOWHERE

SCORE_DIGITS = 3

# How many posts are written at once: in between, the event loop gets its turn.
POSTS_AT_ONCE = 200

Entry = dict[str, Any]


async def personal_data(connection: AsyncConnection, user_id: int) -> Entry:
    """What a person posted, said, handed in, taught and asked for, in plain types."""
    return {
        "posts": await _posts(connection, user_id),
        "marks": await _marks(connection, user_id),
        "answers_to_your_commands": await _answers(connection, user_id),
        "channel_modes_you_chose": await _modes(connection, user_id),
        "jobs_you_started": await _jobs(connection, user_id),
        "files_you_handed_in_as_examples": await _posts(connection, user_id, handed_in=True),
        "illustrations_you_handed_in_as_examples": await _handed_in(connection, user_id),
        "tags_you_taught": await _tags_taught(connection, user_id),
        "versions_of_tags_that_you_asked_for": await _versions(connection, user_id),
    }


async def _posts(
    connection: AsyncConnection, user_id: int, *, handed_in: bool = False
) -> list[Entry]:
    """Posts that are messages, or those that are what somebody handed in with a command."""
    table = tables.posts
    chosen = (table.c.author_id == user_id) & ((table.c.channel_id == NOWHERE) == handed_in)
    statement = sa.select(table.c.id).where(chosen).order_by(table.c.id)
    ids = (await connection.scalars(statement)).all()
    entries: list[Entry] = []
    for some in portions(ids, POSTS_AT_ONCE):
        entries += await _some_posts(connection, some)
    return entries


async def _some_posts(connection: AsyncConnection, ids: Sequence[int]) -> list[Entry]:
    posts, attachments, table = tables.posts, tables.attachments, tables.illustrations
    scored = await _tags(connection, ids, tables.scored_tags)
    given = await _tags(connection, ids, tables.given_tags)
    rows = await connection.execute(
        sa.select(
            posts,
            attachments.c.attachment_id,
            attachments.c.title,
            attachments.c.error,
            attachments.c.illustration_id,
            table.c.width_px,
            table.c.height_px,
        )
        .outerjoin(attachments, attachments.c.post_id == posts.c.id)
        .outerjoin(table, table.c.id == attachments.c.illustration_id)
        .where(posts.c.id.in_(ids))
        .order_by(posts.c.id, attachments.c.place)
    )
    entries: dict[int, Entry] = {}
    for row in rows:
        entry = entries.setdefault(row.id, _origin(row) | {"images": []})
        if row.illustration_id is not None:
            entry["images"].append(
                {
                    "title": row.title,
                    "width_px": row.width_px,
                    "height_px": row.height_px,
                    "tags": [
                        {"name": tag.name, "score": round(tag.score, SCORE_DIGITS)}
                        for tag in scored[row.illustration_id]
                    ],
                    "given_tags": [tag.name for tag in given[row.illustration_id]],
                }
            )
        elif row.attachment_id is not None:
            entry["images"].append({"title": row.title, "error": row.error})
    return list(entries.values())


async def _tags(
    connection: AsyncConnection, post_ids: Sequence[int], table: sa.Table
) -> defaultdict[int, list[sa.Row[Any]]]:
    """Tags of the illustrations of some posts, by the illustration."""
    attachments = tables.attachments
    rows = await connection.execute(
        sa.select(table)
        .join(attachments, attachments.c.illustration_id == table.c.illustration_id)
        .where(attachments.c.post_id.in_(post_ids))
        .order_by(table.c.illustration_id, table.c.rank)
    )
    by_illustration: defaultdict[int, list[sa.Row[Any]]] = defaultdict(list)
    for row in rows:
        by_illustration[row.illustration_id].append(row)
    return by_illustration


async def _marks(connection: AsyncConnection, user_id: int) -> list[Entry]:
    table, attachments, posts = tables.marks, tables.attachments, tables.posts
    rows = await connection.execute(
        sa.select(table.c.name, table.c.right, table.c.created_at.label("marked_at"), posts)
        .outerjoin(attachments, attachments.c.illustration_id == table.c.illustration_id)
        .outerjoin(posts, posts.c.id == attachments.c.post_id)
        .where(table.c.user_id == user_id)
        .order_by(table.c.illustration_id, table.c.name)
    )
    return [
        {
            "message": _link(row),
            "tag": row.name,
            "right": row.right,
            "marked_at": row.marked_at,
        }
        for row in rows
    ]


async def _answers(connection: AsyncConnection, user_id: int) -> list[Entry]:
    table = tables.answers
    rows = await connection.execute(
        sa.select(table).where(table.c.asker_id == user_id).order_by(table.c.id)
    )
    return [{"message": place_of(row).link(row.id), "answered_at": row.created_at} for row in rows]


async def _modes(connection: AsyncConnection, user_id: int) -> list[Entry]:
    table = tables.channels
    rows = await connection.execute(
        sa.select(table).where(table.c.changed_by == user_id).order_by(table.c.channel_id)
    )
    return [
        {
            "guild": row.guild_id,
            "channel": row.channel_id,
            "mode": row.mode,
            "chosen_at": row.changed_at,
        }
        for row in rows
    ]


async def _jobs(connection: AsyncConnection, user_id: int) -> list[Entry]:
    table = tables.jobs
    rows = await connection.execute(
        sa.select(table).where(table.c.asker_id == user_id).order_by(table.c.id)
    )
    return [
        {
            "guild": row.guild_id,
            "channel": row.channel_id,
            "kind": row.kind,
            "state": row.state,
            "started_at": row.created_at,
        }
        for row in rows
    ]


async def _handed_in(connection: AsyncConnection, user_id: int) -> list[Entry]:
    """Illustrations of messages; files that came with a command are posts of this person."""
    table, attachments, posts = tables.handed_in, tables.attachments, tables.posts
    rows = await connection.execute(
        sa.select(table.c.created_at.label("handed_in_at"), posts)
        .outerjoin(attachments, attachments.c.illustration_id == table.c.illustration_id)
        .outerjoin(posts, posts.c.id == attachments.c.post_id)
        .where(table.c.user_id == user_id, posts.c.channel_id.is_distinct_from(NOWHERE))
        .order_by(table.c.illustration_id)
    )
    return [{"message": _link(row), "handed_in_at": row.handed_in_at} for row in rows]


async def _tags_taught(connection: AsyncConnection, user_id: int) -> list[Entry]:
    table = tables.taught_tags
    rows = await connection.execute(
        sa.select(table).where(table.c.created_by == user_id).order_by(table.c.id)
    )
    return [{"guild": row.guild_id, "tag": row.name, "begun_at": row.created_at} for row in rows]


async def _versions(connection: AsyncConnection, user_id: int) -> list[Entry]:
    table, tags = tables.tag_versions, tables.taught_tags
    rows = await connection.execute(
        sa.select(tags.c.guild_id, tags.c.name, table.c.number, table.c.reason, table.c.created_at)
        .join(tags, tags.c.id == table.c.tag_id)
        .where(table.c.created_by == user_id)
        .order_by(table.c.id)
    )
    return [
        {
            "guild": row.guild_id,
            "tag": row.name,
            "version": row.number,
            "reason": row.reason,
            "made_at": row.created_at,
        }
        for row in rows
    ]


def _origin(row: sa.Row[Any]) -> Entry:
    """Where a post comes from, and when."""
    if row.channel_id == NOWHERE:
        return {"guild": row.guild_id, "handed_in_at": row.created_at}
    return {"message": _link(row), "posted_at": row.created_at}


def _link(row: sa.Row[Any]) -> str | None:
    """The address of a post's message, None where there is none."""
    if row.id is None or row.channel_id == NOWHERE:
        return None
    return place_of(row).link(row.id)
