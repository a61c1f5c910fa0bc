"""Reading and writing the catalogue.

The catalogue is the truth about what exists; thumbnails and the vector index follow it
(``bot.library``).
"""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.catalogue import tables
from bot.catalogue.opening import open_engine
from bot.catalogue.reading import read_illustrations
from bot.illustrations import (
    Illustration,
    Neighbour,
    NewIllustration,
    Origin,
    SimilarIllustration,
)


@dataclass(frozen=True)
class Page:
    """Which illustrations to list, newest first.

    Attributes:
        limit: At most so many.
        before: Only those with a smaller id; None: from the newest on.
        origin: Only those of this origin; None: of any.
    """

    limit: int
    before: int | None = None
    origin: Origin | None = None


class Catalogue:
    """The database of illustrations, their tags and embeddings."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        # SQLite has one writer; waiting here is fairer than waiting in its busy handler.
        self._writing = asyncio.Lock()

    @classmethod
    async def open(cls, url: str) -> "Catalogue":
        """Open the database of ``url``, migrated to the newest version."""
        return cls(await open_engine(url))

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()

    async def add(self, new: Sequence[NewIllustration]) -> list[int]:
        """Store illustrations, all or none.

        Neighbours that were forgotten since they were found are left out.

        Returns:
            Their ids, in order.
        """
        async with self._writing, self._engine.begin() as connection:
            ids = await _insert_illustrations(connection, new)
            await _insert_tags(connection, ids, new)
            await _insert_neighbours(connection, ids, new)
            keys = [{"fingerprint": one.import_key} for one in new if one.import_key]
            if keys:
                await connection.execute(sa.insert(tables.imported), keys)
        return ids

    async def remove(self, ids: Collection[int]) -> list[str]:
        """Forget illustrations; unknown ids are ignored.

        Returns:
            Keys of the thumbnails that nothing refers to any more.
        """
        table = tables.illustrations
        async with self._writing:
            async with self._engine.begin() as connection:
                removed = await connection.execute(
                    sa.delete(table).where(table.c.id.in_(ids)).returning(table.c.thumbnail)
                )
                keys = [str(key) for key in removed.scalars()]
            if keys and self._engine.dialect.name == "sqlite":
                # Without this the forgotten content would stay in the write-ahead log.
                async with self._engine.connect() as connection:
                    # Through the driver: no transaction may be open.
                    driver: Any = (await connection.get_raw_connection()).driver_connection
                    await driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return keys

    async def illustration(self, id_: int) -> Illustration | None:
        """One illustration, None when there is none."""
        found = await self.illustrations([id_])
        return found[0] if found else None

    async def illustrations(self, ids: Collection[int]) -> list[Illustration]:
        """Those of the illustrations that exist, newest first."""
        async with self._engine.connect() as connection:
            return await read_illustrations(connection, tables.illustrations.c.id.in_(ids))

    async def similar(self, found: Sequence[Neighbour]) -> tuple[SimilarIllustration, ...]:
        """Those of the neighbours that still exist, with what a face shows of them."""
        table = tables.illustrations
        statement = sa.select(table.c.id, table.c.title, table.c.title_ja).where(
            table.c.id.in_([one.id for one in found])
        )
        async with self._engine.connect() as connection:
            rows = {row.id: row for row in await connection.execute(statement)}
        return tuple(
            SimilarIllustration(one.id, one.distance, rows[one.id].title, rows[one.id].title_ja)
            for one in found
            if one.id in rows
        )

    async def page(self, guild_id: int, page: Page) -> tuple[list[Illustration], int]:
        """One page of a guild's illustrations, and how many there are without the paging."""
        table = tables.illustrations
        chosen = table.c.guild_id == guild_id
        if page.origin is not None:
            chosen &= table.c.origin == page.origin
        async with self._engine.connect() as connection:
            total = await connection.scalar(sa.select(sa.func.count()).where(chosen))
            if page.before is not None:
                chosen &= table.c.id < page.before
            found = await read_illustrations(connection, chosen, page.limit)
        return found, total or 0

    async def count(self) -> int:
        """How many illustrations there are."""
        async with self._engine.connect() as connection:
            return (
                await connection.scalar(
                    sa.select(sa.func.count()).select_from(tables.illustrations)
                )
                or 0
            )

    async def allowed_ids(self, guild_id: int) -> NDArray[np.int64] | None:
        """The illustrations that an answer in this guild may show; None: there are no others."""
        table = tables.illustrations
        async with self._engine.connect() as connection:
            others = sa.select(sa.literal(1)).where(table.c.guild_id != guild_id).limit(1)
            if await connection.scalar(others) is None:
                return None
            own = await connection.execute(
                sa.select(table.c.id).where(table.c.guild_id == guild_id)
            )
            return np.array(own.scalars().all(), np.int64)

    async def thumbnails(self) -> set[str]:
        """Keys of all thumbnails that something refers to."""
        async with self._engine.connect() as connection:
            return set(await connection.scalars(sa.select(tables.illustrations.c.thumbnail)))

    async def embedded_ids(self, encoder_id: str) -> set[int]:
        """Ids of the illustrations that have an embedding of this encoder."""
        table = tables.embeddings
        async with self._engine.connect() as connection:
            return set(
                await connection.scalars(
                    sa.select(table.c.illustration_id).where(table.c.encoder_id == encoder_id)
                )
            )

    async def embeddings(
        self, encoder_id: str, ids: Sequence[int]
    ) -> tuple[list[int], NDArray[np.float32]]:
        """Embeddings of one encoder.

        Returns:
            Those n of the ids that have one, rising, and the embeddings, (n, D) float32.
        """
        table = tables.embeddings
        async with self._engine.connect() as connection:
            rows = (
                await connection.execute(
                    sa.select(table.c.illustration_id, table.c.vector)
                    .where(table.c.encoder_id == encoder_id, table.c.illustration_id.in_(ids))
                    .order_by(table.c.illustration_id)
                )
            ).all()
        width = len(rows[0].vector) // 4 if rows else 0
        vectors = np.frombuffer(b"".join(row.vector for row in rows), np.float32)
        return [row.illustration_id for row in rows], vectors.reshape(len(rows), width)

    async def imported(self) -> set[str]:
        """Fingerprints of everything that was imported once."""
        async with self._engine.connect() as connection:
            return set(await connection.scalars(sa.select(tables.imported.c.fingerprint)))

    async def mark_imported(self, fingerprint: str) -> None:
        """Note a fingerprint; noting it again changes nothing."""
        async with self._writing, self._engine.begin() as connection:
            known = sa.select(tables.imported).where(tables.imported.c.fingerprint == fingerprint)
            if (await connection.execute(known)).first() is None:
                await connection.execute(sa.insert(tables.imported), {"fingerprint": fingerprint})


async def _insert_illustrations(
    connection: AsyncConnection, new: Sequence[NewIllustration]
) -> list[int]:
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
