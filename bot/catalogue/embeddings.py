"""Embeddings, each with the id of its encoder: those of different encoders are never mixed."""

from array import array
from collections.abc import Sequence

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from bot.catalogue import tables
from bot.catalogue.database import Part, insert_new
from bot.catalogue.news import announce_rows
from bot.catalogue.writing import existing_ids

# Rows are read so many at a time: making them into objects keeps everything else waiting.
PAGE = 5000


class Embeddings(Part):
    """What is stored of embeddings."""

    async def embedded_ids(self, encoder_id: str) -> NDArray[np.int64]:
        """Rising ids of the illustrations that have an embedding of this encoder."""
        column, found = tables.embeddings.c.illustration_id, array("q")
        chosen = sa.select(column).where(tables.embeddings.c.encoder_id == encoder_id)
        async with self._database.reading() as connection:
            last = 0
            while page := (
                await connection.scalars(chosen.where(column > last).order_by(column).limit(PAGE))
            ).all():
                found.extend(page)
                last = page[-1]
        return np.frombuffer(found, np.int64)

    async def embeddings(
        self, encoder_id: str, ids: Sequence[int]
    ) -> tuple[list[int], NDArray[np.float32]]:
        """Embeddings of one encoder.

        Returns:
            Those n of the ids that have one, rising, and the embeddings, (n, D) float32.
        """
        return await self._vectors(encoder_id, tables.embeddings.c.illustration_id.in_(ids))

    async def guild_embeddings(
        self, encoder_id: str, guild_id: int, after: int, limit: int
    ) -> tuple[list[int], NDArray[np.float32]]:
        """The next embeddings of a guild's illustrations, as ``embeddings`` has them.

        Args:
            encoder_id: Of this encoder.
            guild_id: Whose illustrations.
            after: Only those with a larger id; 0: from the first on.
            limit: At most so many.
        """
        own, embedded = tables.illustrations, tables.embeddings.c.illustration_id
        # One by one in their order: so the first few are found without looking at all.
        of_guild = sa.exists().where(own.c.id == embedded, own.c.guild_id == guild_id)
        return await self._vectors(encoder_id, of_guild & (embedded > after), limit)

    async def _vectors(
        self, encoder_id: str, chosen: sa.ColumnElement[bool], limit: int | None = None
    ) -> tuple[list[int], NDArray[np.float32]]:
        table = tables.embeddings
        statement = (
            sa.select(table.c.illustration_id, table.c.vector)
            .where(table.c.encoder_id == encoder_id, chosen)
            .order_by(table.c.illustration_id)
            .limit(limit)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(statement)).all()
        width = len(rows[0].vector) // 4 if rows else 0
        vectors = np.frombuffer(b"".join(row.vector for row in rows), np.float32)
        return [row.illustration_id for row in rows], vectors.reshape(len(rows), width)

    async def unembedded(self, encoder_id: str, after: int = 0) -> list[tuple[int, str]]:
        """Ids and thumbnails of illustrations without an embedding of this encoder, rising.

        Args:
            encoder_id: Which.
            after: Only those with a larger id.

        Returns:
            A page of them; empty: there are none.
        """
        table = tables.illustrations
        chosen = _lacks(encoder_id) & (table.c.id > after)
        async with self._database.reading() as connection:
            rows = await connection.execute(
                sa.select(table.c.id, table.c.thumbnail)
                .where(chosen)
                .order_by(table.c.id)
                .limit(PAGE)
            )
            return [(row.id, row.thumbnail) for row in rows]

    async def count_unembedded(self, encoder_id: str) -> int:
        """How many illustrations have no embedding of this encoder."""
        statement = sa.select(sa.func.count()).select_from(tables.illustrations)
        async with self._database.reading() as connection:
            return await connection.scalar(statement.where(_lacks(encoder_id))) or 0

    async def encoders(self) -> set[str]:
        """Ids of the encoders of which there are embeddings."""
        async with self._database.reading() as connection:
            return set(
                await connection.scalars(sa.select(tables.embeddings.c.encoder_id).distinct())
            )

    async def forget_embeddings(self, encoder_id: str, limit: int = 2000) -> int:
        """Delete embeddings of an encoder that is not used any more.

        Why not all at once: whoever writes meanwhile would wait for it.

        Returns:
            How many were deleted; none: there are none any more.
        """
        table = tables.embeddings
        some = sa.select(table.c.illustration_id).where(table.c.encoder_id == encoder_id)
        async with self._database.writing() as connection:
            ids = (await connection.scalars(some.limit(limit))).all()
            await connection.execute(
                sa.delete(table).where(
                    table.c.encoder_id == encoder_id, table.c.illustration_id.in_(ids)
                )
            )
        return len(ids)

    async def add_embeddings(
        self, encoder_id: str, ids: Sequence[int], vectors: NDArray[np.float32]
    ) -> list[bool]:
        """Store (N, D) float32 embeddings of illustrations.

        Returns:
            For each whether it was stored: not if the illustration was forgotten meanwhile.
        """
        async with self._database.writing() as connection:
            existing = await existing_ids(connection, ids)
            rows = [
                {"illustration_id": id_, "encoder_id": encoder_id, "vector": vector.tobytes()}
                for id_, vector in zip(ids, vectors, strict=True)
                if id_ in existing
            ]
            if rows:
                # Another process may have embedded some of them in the same moment.
                await insert_new(connection, tables.embeddings, rows)
                announce_rows(connection, "illustrations", existing)
        return [id_ in existing for id_ in ids]


def _lacks(encoder_id: str) -> sa.ColumnElement[bool]:
    embedded = tables.embeddings.c
    return ~(
        sa.select(embedded.encoder_id)
        .where(
            embedded.illustration_id == tables.illustrations.c.id,
            embedded.encoder_id == encoder_id,
        )
        .correlate(tables.illustrations)
        .exists()
    )
