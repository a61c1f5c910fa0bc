"""Embeddings, each with the id of its encoder: those of different encoders are never mixed."""

from collections.abc import Sequence

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from bot.catalogue import tables
from bot.catalogue.database import Part
from bot.catalogue.writing import existing_ids


class Embeddings(Part):
    """What is stored of embeddings."""

    async def embedded_ids(self, encoder_id: str) -> set[int]:
        """Ids of the illustrations that have an embedding of this encoder."""
        table = tables.embeddings
        async with self._database.reading() as connection:
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
        async with self._database.reading() as connection:
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
        async with self._database.reading() as connection:
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
        async with self._database.writing() as connection:
            existing = await existing_ids(connection, ids)
            rows = [
                {"illustration_id": id_, "encoder_id": encoder_id, "vector": vector.tobytes()}
                for id_, vector in zip(ids, vectors, strict=True)
                if id_ in existing
            ]
            if rows:
                await connection.execute(sa.insert(tables.embeddings), rows)
        return [id_ in existing for id_ in ids]
