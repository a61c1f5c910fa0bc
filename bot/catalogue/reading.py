"""Rows → illustrations and posts: a fixed number of statements for any number of them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.catalogue import tables
from bot.catalogue.database import portions
from bot.illustrations import Illustration, Neighbour, ScoredTag, SimilarIllustration, TagName
from bot.places import Place
from bot.posts import Attachment, Post


async def read_illustrations(
    connection: AsyncConnection, chosen: sa.ColumnElement[bool], limit: int | None = None
) -> list[Illustration]:
    """The chosen illustrations, newest first, with tags and similar ones."""
    table = tables.illustrations
    statement = sa.select(table).where(chosen).order_by(table.c.id.desc()).limit(limit)
    rows = (await connection.execute(statement)).all()
    ids = [row.id for row in rows]
    scored = await _ranked(connection, sa.select(tables.scored_tags), tables.scored_tags, ids)
    given = await _ranked(connection, sa.select(tables.given_tags), tables.given_tags, ids)
    near = tables.neighbours
    shown = _what_is_shown(near.c.illustration_id, near.c.distance, to=near.c.neighbour_id)
    similar = await _ranked(connection, shown, near, ids)
    return [
        Illustration(
            id=row.id,
            guild_id=row.guild_id,
            origin=row.origin,
            title=row.title,
            title_ja=row.title_ja,
            width_px=row.width_px,
            height_px=row.height_px,
            thumbnail=row.thumbnail,
            created_at=row.created_at,
            tags=tuple(
                ScoredTag(tag.name, tag.name_ja, tag.score, tag.threshold) for tag in scored[row.id]
            ),
            given_tags=tuple(TagName(tag.name, tag.name_ja) for tag in given[row.id]),
            similar=tuple(_similar(one, one.distance) for one in similar[row.id]),
        )
        for row in rows
    ]


async def read_similar(
    connection: AsyncConnection, rows: Sequence[Sequence[Neighbour]]
) -> list[tuple[SimilarIllustration, ...]]:
    """In each row those neighbours that still exist, with what a face shows of them."""
    column = tables.illustrations.c.id
    known: dict[int, sa.Row[Any]] = {}
    for ids in portions({one.id for row in rows for one in row}):
        found = await connection.execute(_what_is_shown().where(column.in_(ids)))
        known.update({row.id: row for row in found})
    return [
        tuple(_similar(known[one.id], one.distance) for one in row if one.id in known)
        for row in rows
    ]


async def read_posts(connection: AsyncConnection, chosen: sa.ColumnElement[bool]) -> list[Post]:
    """The chosen posts, oldest first, with their attachments."""
    table, attachments = tables.posts, tables.attachments
    rows = await connection.execute(
        sa.select(table, *(column.label(f"of_{column.name}") for column in attachments.c))
        .outerjoin(attachments, attachments.c.post_id == table.c.id)
        .where(chosen)
        .order_by(table.c.id, attachments.c.place)
    )
    return [_post(list(of_one)) for _, of_one in groupby(rows, key=attrgetter("id"))]


def place_of(row: sa.Row[Any]) -> Place:
    """Where a row of a table with the columns of a place stands."""
    return Place(row.guild_id, row.channel_id, row.parent_id, row.private)


def _what_is_shown(
    *more: sa.ColumnElement[Any], to: sa.ColumnElement[int] | None = None
) -> sa.Select[Any]:
    """Selects what a face shows of illustrations, and from which post they are.

    Args:
        more: Columns of the table that refers to the illustrations.
        to: By which of its columns; None: no such table.
    """
    table, attachments, posts = tables.illustrations, tables.attachments, tables.posts
    source: sa.FromClause = table
    if to is not None:
        source = to.table.join(table, table.c.id == to)
    return sa.select(
        table.c.id,
        table.c.title,
        table.c.title_ja,
        table.c.thumbnail,
        attachments.c.spoiler,
        attachments.c.post_id,
        posts.c.guild_id,
        posts.c.channel_id,
        posts.c.parent_id,
        posts.c.private,
        *more,
    ).select_from(
        source.outerjoin(attachments, attachments.c.illustration_id == table.c.id).outerjoin(
            posts, posts.c.id == attachments.c.post_id
        )
    )


def _post(rows: Sequence[sa.Row[Any]]) -> Post:
    """A post of its rows, one for each attachment."""
    row = rows[0]
    attachments = tuple(
        Attachment(
            post_id=one.id,
            attachment_id=one.of_attachment_id,
            place=one.of_place,
            title=one.of_title,
            spoiler=one.of_spoiler,
            illustration_id=one.of_illustration_id,
            error=one.of_error,
        )
        for one in rows
        if one.of_attachment_id is not None
    )
    return Post(
        id=row.id,
        place=place_of(row),
        author_id=row.author_id,
        created_at=row.created_at,
        state=row.state,
        reply_id=row.reply_id,
        attachments=attachments,
    )


def _similar(row: sa.Row[Any], distance: float) -> SimilarIllustration:
    posted = row.post_id is not None
    return SimilarIllustration(
        id=row.id,
        distance=distance,
        title=row.title,
        title_ja=row.title_ja,
        thumbnail=row.thumbnail,
        spoiler=bool(row.spoiler),
        place=place_of(row) if posted else None,
        post_id=row.post_id,
    )


async def _ranked(
    connection: AsyncConnection, statement: sa.Select[Any], table: sa.Table, ids: Collection[int]
) -> defaultdict[int, list[sa.Row[Any]]]:
    by_illustration: defaultdict[int, list[sa.Row[Any]]] = defaultdict(list)
    for some in portions(ids):
        rows = await connection.execute(
            statement.where(table.c.illustration_id.in_(some)).order_by(table.c.rank)
        )
        for row in rows:
            by_illustration[row.illustration_id].append(row)
    return by_illustration
