"""People: their consent, and everything that is kept about one of them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.catalogue import tables
from bot.catalogue.database import Part, insert_new, portions
from bot.catalogue.reading import place_of

SCORE_DIGITS = 3

# How many posts are written at once: in between, the event loop gets its turn.
POSTS_AT_ONCE = 200

Entry = dict[str, Any]


@dataclass(frozen=True)
class PersonTotals:
    """How much is kept about a person.

    Attributes:
        consent: Since when their illustrations may be learnt from; None: they may not.
    """

    consent: datetime | None
    posts: int
    illustrations: int
    marks: int


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
        """Take a person's consent back."""
        table = tables.consents
        async with self._database.forgetting() as connection:
            await connection.execute(sa.delete(table).where(table.c.user_id == user_id))

    async def forget_marks(self, user_id: int) -> int:
        """Forget a person's marks.

        Returns:
            How many there were.
        """
        table = tables.marks
        async with self._database.forgetting() as connection:
            removed = await connection.execute(sa.delete(table).where(table.c.user_id == user_id))
            return removed.rowcount

    async def totals(self, user_id: int) -> PersonTotals:
        """How much is kept about a person."""
        posts, attachments, marks = tables.posts, tables.attachments, tables.marks
        counted = (
            sa.select(
                sa.func.count(posts.c.id.distinct()), sa.func.count(attachments.c.illustration_id)
            )
            .outerjoin(attachments, attachments.c.post_id == posts.c.id)
            .where(posts.c.author_id == user_id)
        )
        marked = sa.select(sa.func.count()).where(marks.c.user_id == user_id)
        async with self._database.reading() as connection:
            return PersonTotals(
                await _consent(connection, user_id),
                *(await connection.execute(counted)).one(),
                await connection.scalar(marked) or 0,
            )

    async def export(self, user_id: int) -> Entry:
        """Everything that is kept about a person, in plain types and in words that explain them.

        Pictures themselves are not part of it: what is kept of them are thumbnails and embeddings.
        """
        async with self._database.reading() as connection:
            return {
                "about": {"user": user_id, "as_of": datetime.now(UTC).replace(microsecond=0)},
                "consent_to_learning_since": await _consent(connection, user_id),
                "posts": await _posts(connection, user_id),
                "marks": await _marks(connection, user_id),
                "answers_to_your_commands": await _answers(connection, user_id),
                "channel_modes_you_chose": await _modes(connection, user_id),
                "jobs_you_started": await _jobs(connection, user_id),
            }


async def _consent(connection: AsyncConnection, user_id: int) -> datetime | None:
    table = tables.consents
    moment: datetime | None = await connection.scalar(
        sa.select(table.c.created_at).where(table.c.user_id == user_id)
    )
    return moment


async def _posts(connection: AsyncConnection, user_id: int) -> list[Entry]:
    table = tables.posts
    statement = sa.select(table.c.id).where(table.c.author_id == user_id).order_by(table.c.id)
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
        message = {"message": place_of(row).link(row.id), "posted_at": row.created_at}
        entry = entries.setdefault(row.id, message | {"images": []})
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
            "message": None if row.id is None else place_of(row).link(row.id),
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
