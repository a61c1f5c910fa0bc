"""New illustrations → rows, within one transaction."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.catalogue import tables
from bot.catalogue.database import portions
from bot.errors import UnknownPostError
from bot.illustrations import Neighbour, NewIllustration


async def insert_illustrations(
    connection: AsyncConnection, new: Sequence[NewIllustration]
) -> list[int]:
    """Insert illustrations with everything that belongs to them.

    Neighbours that were forgotten since they were found are left out.

    Returns:
        Their ids, in order.

    Raises:
        UnknownPostError: If the post of one of them was forgotten.
    """
    ids = await _insert_rows(connection, new)
    await _insert_attachments(connection, ids, new)
    await _insert_tags(connection, ids, new)
    similar = {id_: one.impression.similar for id_, one in zip(ids, new, strict=True)}
    await insert_neighbours(connection, tables.neighbours, similar)
    keys = [{"fingerprint": one.import_key} for one in new if one.import_key]
    if keys:
        await connection.execute(sa.insert(tables.imported), keys)
    return ids


async def insert_neighbours(
    connection: AsyncConnection, table: sa.Table, shown: Mapping[int, Sequence[Neighbour]]
) -> bool:
    """Insert what is shown as similar, as far as it still exists.

    Args:
        connection: Within a transaction.
        table: ``neighbours`` or ``answer_neighbours``.
        shown: By the key of the table's first column.

    Returns:
        Whether everything still exists.
    """
    wanted = {one.id for row in shown.values() for one in row}
    existing = await existing_ids(connection, wanted)
    owner = table.columns[0].name
    rows = [
        {owner: id_, "rank": rank, "neighbour_id": one.id, "distance": one.distance}
        for id_, row in shown.items()
        for rank, one in enumerate(row)
        if one.id in existing
    ]
    if rows:
        await connection.execute(sa.insert(table), rows)
    return wanted == existing


async def existing_ids(connection: AsyncConnection, ids: Collection[int]) -> set[int]:
    """Those of the ids that illustrations have."""
    column = tables.illustrations.c.id
    existing: set[int] = set()
    for some in portions(ids):
        existing.update(await connection.scalars(sa.select(column).where(column.in_(some))))
    return existing


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


async def _insert_attachments(
    connection: AsyncConnection, ids: Sequence[int], new: Sequence[NewIllustration]
) -> None:
    table, post = tables.attachments, tables.posts.c.id
    rows = [
        vars(one.attachment) | {"illustration_id": id_, "error": ""}
        for id_, one in zip(ids, new, strict=True)
        if one.attachment is not None
    ]
    if not rows:
        return
    wanted = {row["post_id"] for row in rows}
    existing = set(await connection.scalars(sa.select(post).where(post.in_(wanted))))
    if wanted != existing:
        missing = ", ".join(map(str, sorted(wanted - existing)))
        raise UnknownPostError(f"There is no post {missing}; it may have been deleted.")
    # What failed before and has now worked is no error any more.
    overcome = sa.delete(table).where(
        table.c.post_id == sa.bindparam("of_post"),
        table.c.attachment_id == sa.bindparam("of_attachment"),
        table.c.illustration_id.is_(None),
    )
    keys = [{"of_post": row["post_id"], "of_attachment": row["attachment_id"]} for row in rows]
    await connection.execute(overcome, keys)
    await connection.execute(sa.insert(table), rows)


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
