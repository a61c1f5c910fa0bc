"""Reading and writing the catalogue.

The catalogue is the truth about what exists; thumbnails and the vector index follow it
(``bot.library``).
"""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.catalogue import tables
from bot.catalogue.opening import open_engine
from bot.catalogue.reading import read_illustrations
from bot.catalogue.writing import insert_illustrations
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
            return await insert_illustrations(connection, new)

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

    async def resolve(
        self, rows: Sequence[Sequence[Neighbour]]
    ) -> list[tuple[SimilarIllustration, ...]]:
        """In each row those neighbours that still exist, with what a face shows of them."""
        table = tables.illustrations
        statement = sa.select(table.c.id, table.c.title, table.c.title_ja).where(
            table.c.id.in_({one.id for row in rows for one in row})
        )
        async with self._engine.connect() as connection:
            known = {row.id: row for row in await connection.execute(statement)}
        return [
            tuple(
                SimilarIllustration(
                    one.id, one.distance, known[one.id].title, known[one.id].title_ja
                )
                for one in row
                if one.id in known
            )
            for row in rows
        ]

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
            # Two ranges and not one inequality: each is a look into the index.
            others = (table.c.guild_id < guild_id) | (table.c.guild_id > guild_id)
            if await connection.scalar(sa.select(table.c.id).where(others).limit(1)) is None:
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

    async def unembedded(self, encoder_id: str) -> list[tuple[int, str]]:
        """Ids and thumbnails of the illustrations without an embedding of this encoder."""
        table, embedded = tables.illustrations, tables.embeddings
        known = sa.select(embedded.c.illustration_id).where(embedded.c.encoder_id == encoder_id)
        async with self._engine.connect() as connection:
            rows = await connection.execute(
                sa.select(table.c.id, table.c.thumbnail)
                .where(table.c.id.not_in(known))
                .order_by(table.c.id)
            )
            return [(row.id, row.thumbnail) for row in rows]

    async def add_embeddings(
        self, encoder_id: str, ids: Sequence[int], vectors: NDArray[np.float32]
    ) -> list[bool]:
        """Store (N, D) float32 embeddings of illustrations.

        Returns:
            For each whether it was stored: not if the illustration was forgotten meanwhile.
        """
        table = tables.illustrations
        async with self._writing, self._engine.begin() as connection:
            existing = set(
                await connection.scalars(sa.select(table.c.id).where(table.c.id.in_(ids)))
            )
            rows = [
                {"illustration_id": id_, "encoder_id": encoder_id, "vector": vector.tobytes()}
                for id_, vector in zip(ids, vectors, strict=True)
                if id_ in existing
            ]
            if rows:
                await connection.execute(sa.insert(tables.embeddings), rows)
        return [id_ in existing for id_ in ids]

    async def imported(self) -> set[str]:
        """Fingerprints of everything that was imported once."""
        async with self._engine.connect() as connection:
            return set(await connection.scalars(sa.select(tables.imported.c.fingerprint)))
