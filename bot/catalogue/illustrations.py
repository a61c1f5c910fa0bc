"""Illustrations: stored, read, forgotten."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from bot.catalogue import tables
from bot.catalogue.database import MOST_VALUES, Part, portions
from bot.catalogue.forgetting import forget_illustrations
from bot.catalogue.news import announce_rows
from bot.catalogue.reading import read_illustrations, read_similar
from bot.catalogue.writing import insert_illustrations
from bot.illustrations import (
    Illustration,
    Neighbour,
    NewIllustration,
    Origin,
    SimilarIllustration,
)
from bot.places import Scope


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


class Illustrations(Part):
    """What is stored of illustrations."""

    async def add(self, new: Sequence[NewIllustration]) -> list[int]:
        """Store illustrations, all or none.

        Neighbours that were forgotten since they were found are left out.

        Returns:
            Their ids, in order.

        Raises:
            UnknownPostError: If the post of one of them was forgotten.
            sqlalchemy.exc.IntegrityError: If an attachment or an import is there already.
        """
        async with self._database.writing() as connection:
            ids = await insert_illustrations(connection, new)
            announce_rows(connection, "illustrations", ids)
            return ids

    async def remove(self, ids: Collection[int]) -> list[str]:
        """Forget illustrations; unknown ids are ignored.

        Every answer that shows or describes one of them gets an errand to be rendered again.

        Returns:
            Keys of the thumbnails that nothing refers to any more.
        """
        async with self._database.forgetting() as connection:
            return list((await forget_illustrations(connection, ids)).values())

    async def illustration(self, id_: int) -> Illustration | None:
        """One illustration, None when there is none."""
        found = await self.illustrations([id_])
        return found[0] if found else None

    async def illustrations(self, ids: Collection[int]) -> list[Illustration]:
        """Those of the illustrations that exist, newest first."""
        column = tables.illustrations.c.id
        found: list[Illustration] = []
        async with self._database.reading() as connection:
            for some in portions(sorted(set(ids), reverse=True)):
                found += await read_illustrations(connection, column.in_(some))
        return found

    async def resolve(
        self, rows: Sequence[Sequence[Neighbour]], scope: Scope | None = None
    ) -> list[tuple[SimilarIllustration, ...]]:
        """In each row those neighbours that still exist, with what a face shows of them.

        Args:
            rows: What a search has found.
            scope: What may be shown; None: all of it. Looked at again after a search, since that
                filters nothing where there was nothing to filter out: another guild's illustration
                may have come between.
        """
        async with self._database.reading() as connection:
            found = await read_similar(connection, rows)
        if scope is None:
            return found
        return [tuple(one for one in row if scope.includes(one.place)) for row in found]

    async def page(self, guild_id: int, page: Page) -> tuple[list[Illustration], int]:
        """One page of a guild's illustrations, and how many there are without the paging."""
        table = tables.illustrations
        chosen = table.c.guild_id == guild_id
        if page.origin is not None:
            chosen &= table.c.origin == page.origin
        async with self._database.reading() as connection:
            total = await connection.scalar(sa.select(sa.func.count()).where(chosen))
            if page.before is not None:
                chosen &= table.c.id < page.before
            found = await read_illustrations(connection, chosen, page.limit)
        return found, total or 0

    async def count(self) -> int:
        """How many illustrations there are."""
        statement = sa.select(sa.func.count()).select_from(tables.illustrations)
        async with self._database.reading() as connection:
            return await connection.scalar(statement) or 0

    async def standings(self, ids: Collection[int]) -> dict[int, tuple[int, int | None]]:
        """Guild and channel of those of the illustrations that exist; None: it has no post."""
        own, attachments, posts = tables.illustrations, tables.attachments, tables.posts
        with_posts = own.outerjoin(attachments, attachments.c.illustration_id == own.c.id)
        statement = sa.select(own.c.id, own.c.guild_id, posts.c.channel_id).select_from(
            with_posts.outerjoin(posts, posts.c.id == attachments.c.post_id)
        )
        found: dict[int, tuple[int, int | None]] = {}
        async with self._database.reading() as connection:
            for some in portions(ids):
                rows = await connection.execute(statement.where(own.c.id.in_(some)))
                found |= {row.id: (row.guild_id, row.channel_id) for row in rows}
        return found

    async def thumbnails(self) -> NDArray[np.bytes_]:
        """Keys of all thumbnails that something refers to, rising."""
        async with self._database.reading() as connection:
            found = await connection.stream_scalars(sa.select(tables.illustrations.c.thumbnail))
            parts = [np.array(some, np.bytes_) async for some in found.partitions(MOST_VALUES)]
        return np.unique(np.concatenate([np.empty(0, np.bytes_), *parts]))

    async def imported(self) -> set[str]:
        """Fingerprints of everything that was imported once."""
        async with self._database.reading() as connection:
            return set(await connection.scalars(sa.select(tables.imported.c.fingerprint)))
