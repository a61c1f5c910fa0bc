"""Jobs: long work that is watched, can be cancelled and goes on after a restart."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.catalogue import tables
from bot.catalogue.database import Part

JobState = Literal["queued", "running", "done", "failed", "cancelled"]


@dataclass(frozen=True)
class NewJob:
    """Something that an admin asked for and that takes long.

    Attributes:
        kind: What is to be done, for example ``import``.
        channel_id: With which channel.
        asker_id: Who asked for it.
        notice_channel_id: Where its progress is shown.
    """

    kind: str
    guild_id: int
    channel_id: int
    asker_id: int
    notice_channel_id: int


@dataclass(frozen=True)
class Job(NewJob):
    """A job of the catalogue.

    Attributes:
        progress: From 0 to 1.
        message: What a person is told about it.
        cursor: How far it is, in a form of its own; empty at first.
        notice: The message that shows its progress, None before there is one.
    """

    id: int
    state: JobState
    progress: float
    message: str
    cursor: str
    notice: int | None
    created_at: datetime
    updated_at: datetime


async def insert_job(connection: AsyncConnection, new: NewJob, cursor: str = "") -> int:
    """Queue a job, within a transaction.

    Returns:
        Its id.
    """
    table, now = tables.jobs, datetime.now(UTC)
    row = vars(new) | {
        "state": "queued",
        "progress": 0.0,
        "message": "",
        "cursor": cursor,
        "notice": None,
        "created_at": now,
        "updated_at": now,
    }
    inserted = await connection.execute(sa.insert(table).returning(table.c.id), [row])
    return int(inserted.scalar_one())


class Jobs(Part):
    """What is stored of jobs."""

    async def add(self, new: NewJob) -> int:
        """Queue a job.

        Returns:
            Its id.
        """
        async with self._database.writing() as connection:
            return await insert_job(connection, new)

    async def get(self, id_: int) -> Job | None:
        """One job, None when there is none."""
        found = await self._read(sa.select(tables.jobs).where(tables.jobs.c.id == id_))
        return found[0] if found else None

    async def open_(self, kind: str) -> list[Job]:
        """The jobs of a kind that are not finished, oldest first."""
        table = tables.jobs
        return await self._read(
            sa.select(table)
            .where(table.c.kind == kind, table.c.state.in_(("queued", "running")))
            .order_by(table.c.id)
        )

    async def of_guild(self, guild_id: int, limit: int) -> list[Job]:
        """The newest jobs of a guild, newest first."""
        table = tables.jobs
        return await self._read(
            sa.select(table)
            .where(table.c.guild_id == guild_id)
            .order_by(table.c.id.desc())
            .limit(limit)
        )

    async def update(
        self,
        id_: int,
        *,
        state: JobState | None = None,
        progress: float | None = None,
        message: str | None = None,
        cursor: str | None = None,
        notice: int | None = None,
    ) -> None:
        """Note how far a job is; what is left out stays as it is."""
        given = {
            "state": state,
            "progress": progress,
            "message": message,
            "cursor": cursor,
            "notice": notice,
        }
        changes = {name: value for name, value in given.items() if value is not None}
        table = tables.jobs
        async with self._database.writing() as connection:
            await connection.execute(
                sa.update(table)
                .where(table.c.id == id_)
                .values(**changes, updated_at=datetime.now(UTC))
            )

    async def _read(self, statement: sa.Select[Any]) -> list[Job]:
        async with self._database.reading() as connection:
            return [Job(**row._mapping) for row in await connection.execute(statement)]
