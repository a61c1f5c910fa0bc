"""Rows → illustrations: four statements for any number of them."""

from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.catalogue import tables
from bot.illustrations import Illustration, ScoredTag, SimilarIllustration, TagName


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
    near = sa.select(tables.neighbours, table.c.title, table.c.title_ja).join(
        table, table.c.id == tables.neighbours.c.neighbour_id
    )
    similar = await _ranked(connection, near, tables.neighbours, ids)
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
            created_at=_in_utc(row.created_at),
            tags=tuple(
                ScoredTag(tag.name, tag.name_ja, tag.score, tag.threshold) for tag in scored[row.id]
            ),
            given_tags=tuple(TagName(tag.name, tag.name_ja) for tag in given[row.id]),
            similar=tuple(
                SimilarIllustration(one.neighbour_id, one.distance, one.title, one.title_ja)
                for one in similar[row.id]
            ),
        )
        for row in rows
    ]


async def _ranked(
    connection: AsyncConnection, statement: sa.Select[Any], table: sa.Table, ids: list[int]
) -> defaultdict[int, list[sa.Row[Any]]]:
    rows = await connection.execute(
        statement.where(table.c.illustration_id.in_(ids)).order_by(table.c.rank)
    )
    by_illustration: defaultdict[int, list[sa.Row[Any]]] = defaultdict(list)
    for row in rows:
        by_illustration[row.illustration_id].append(row)
    return by_illustration


def _in_utc(moment: datetime) -> datetime:
    """SQLite keeps no time zone; what was written was UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
