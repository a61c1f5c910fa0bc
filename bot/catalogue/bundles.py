"""Bundles that appeared in the bundles directory, and what became of them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.catalogue import tables
from bot.catalogue.database import Part
from bot.catalogue.news import announce_rows

BundleState = Literal["preparing", "served", "refused", "retired"]


@dataclass(frozen=True)
class NewBundle:
    """A bundle that has just appeared.

    Attributes:
        directory: Its directory.
        checksum: Of its manifest; the directory's content may be replaced.
        encoder_id: Empty where it could not be read.
    """

    directory: str
    checksum: str
    encoder_id: str


@dataclass(frozen=True)
class Bundle(NewBundle):
    """A bundle of the catalogue.

    Attributes:
        state: ``preparing``: it is being taken over; ``served``; ``refused``: it cannot be used;
            ``retired``: another one was taken over after it.
        message: What a person is told about it.
    """

    id: int
    state: BundleState
    message: str
    created_at: datetime
    updated_at: datetime


class Bundles(Part):
    """What is stored of bundles."""

    async def add(self, new: NewBundle, state: BundleState = "preparing", message: str = "") -> int:
        """Note a bundle that is not known yet.

        Returns:
            Its id.

        Raises:
            sqlalchemy.exc.IntegrityError: If it is known already.
        """
        table, now = tables.bundles, datetime.now(UTC)
        row = vars(new) | {
            "state": state,
            "message": message,
            "created_at": now,
            "updated_at": now,
        }
        async with self._database.writing() as connection:
            inserted = await connection.execute(sa.insert(table).returning(table.c.id), [row])
            id_ = int(inserted.scalar_one())
            if state == "served":
                await _serve(connection, id_)
        return id_

    async def find(self, directory: str, checksum: str) -> Bundle | None:
        """The bundle that a directory held with this manifest, None when it is not known."""
        table = tables.bundles
        chosen = (table.c.directory == directory) & (table.c.checksum == checksum)
        found = await self._read(sa.select(table).where(chosen))
        return found[0] if found else None

    async def all(self) -> list[Bundle]:
        """Every bundle that was ever seen, newest first."""
        table = tables.bundles
        return await self._read(sa.select(table).order_by(table.c.id.desc()))

    async def served(self) -> list[Bundle]:
        """The bundles that were ever served: the one that is, then those before it."""
        table = tables.bundles
        return await self._read(
            sa.select(table)
            .where(table.c.state.in_(("served", "retired")))
            .order_by(table.c.state == "retired", table.c.updated_at.desc(), table.c.id.desc())
        )

    async def update(self, id_: int, state: BundleState, message: str = "") -> None:
        """Note what became of a bundle; one that is served now retires the one before it."""
        table = tables.bundles
        async with self._database.writing() as connection:
            if state == "served":
                await _serve(connection, id_)
            await connection.execute(
                sa.update(table)
                .where(table.c.id == id_)
                .values(state=state, message=message, updated_at=datetime.now(UTC))
            )

    async def _read(self, statement: sa.Select[Any]) -> list[Bundle]:
        async with self._database.reading() as connection:
            return [Bundle(**row._mapping) for row in await connection.execute(statement)]


async def _serve(connection: AsyncConnection, id_: int) -> None:
    """Retire the bundle that was served before one, and have every process know of this one."""
    table = tables.bundles
    await connection.execute(
        sa.update(table)
        .where(table.c.id != id_, table.c.state == "served")
        .values(state="retired", updated_at=datetime.now(UTC))
    )
    announce_rows(connection, "bundles", [id_])
