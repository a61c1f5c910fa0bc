"""New illustrations → rows, within one transaction."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.catalogue import tables
from bot.illustrations import NewIllustration


async def insert_illustrations(
    connection: AsyncConnection, new: Sequence[NewIllustration]
) -> list[int]:
    """Insert illustrations with everything that belongs to them.

    Neighbours that were forgotten since they were found are left out.

    Returns:
        Their ids, in order.
    """
    ids = await _insert_rows(connection, new)
    await _insert_tags(connection, ids, new)
    await _insert_neighbours(connection, ids, new)
    keys = [{"fingerprint": one.import_key} for one in new if one.import_key]
    if keys:
        await connection.execute(sa.insert(tables.imported), keys)
    return ids


async def _insert_rows(connection: AsyncConnection, new: Sequence[NewIllustration]) -> list[int]:
    table, now = tables.illustrations, datetime.now(UTC)
    rows = [
        {
            "guild_id": one.guild_id,
            "origin": one.origin,
            "title": one.title,
            "title_ja": one.title_ja,
            "width_px": one.width_px,
            "height_px": one.height_px,
            "thumbnail": one.thumbnail,
            "created_at": now,
        }
        for one in new
    ]
    statement = sa.insert(table).returning(table.c.id, sort_by_parameter_order=True)
    ids = [int(id_) for id_ in (await connection.execute(statement, rows)).scalars()]
    vectors = [
        {
            "illustration_id": id_,
            "encoder_id": one.encoder_id,
            "vector": np.asarray(one.impression.embedding, np.float32).tobytes(),
        }
        for id_, one in zip(ids, new, strict=True)
    ]
    await connection.execute(sa.insert(tables.embeddings), vectors)
    return ids


async def _insert_tags(
    connection: AsyncConnection, ids: Sequence[int], new: Sequence[NewIllustration]
) -> None:
    scored: list[dict[str, Any]] = []
    given: list[dict[str, Any]] = []
    for id_, one in zip(ids, new, strict=True):
        place = {"illustration_id": id_}
        scored += [
            place | {"rank": rank, **vars(tag)} for rank, tag in enumerate(one.impression.tags)
        ]
        given += [place | {"rank": rank, **vars(tag)} for rank, tag in enumerate(one.given_tags)]
    if scored:
        await connection.execute(sa.insert(tables.scored_tags), scored)
    if given:
        await connection.execute(sa.insert(tables.given_tags), given)


async def _insert_neighbours(
    connection: AsyncConnection, ids: Sequence[int], new: Sequence[NewIllustration]
) -> None:
    found = {one.id for illustration in new for one in illustration.impression.similar}
    existing = set(
        await connection.scalars(
            sa.select(tables.illustrations.c.id).where(tables.illustrations.c.id.in_(found))
        )
    )
    rows = [
        {"illustration_id": id_, "rank": rank, "neighbour_id": one.id, "distance": one.distance}
        for id_, illustration in zip(ids, new, strict=True)
        for rank, one in enumerate(illustration.impression.similar)
        if one.id in existing
    ]
    if rows:
        await connection.execute(sa.insert(tables.neighbours), rows)
