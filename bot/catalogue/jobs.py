"""Jobs: long work that is watched, can be cancelled and goes on after a restart.

Of several processes one leads a job: the one that has claimed it.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.catalogue import tables
from bot.catalogue.claiming import free_for, holding, left_behind, lock
from bot.catalogue.database import Part
from bot.catalogue.news import announce_rows, rows_in

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


OPEN: tuple[JobState, ...] = ("queued", "running")
_TABLE = tables.jobs
_JOBS = sa.select(*(_TABLE.c[field.name] for field in fields(Job)))


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

    def on_over_elsewhere(self, hear: Callable[[int], None]) -> None:
        """Let somebody hear the ids of jobs that another process has ended."""

        def heard(news: str) -> None:
            for id_ in rows_in(news, "jobs"):
                hear(id_)

        self._database.on_news_of_others(heard)

    async def add(self, new: NewJob) -> int:
        """Queue a job.

        Returns:
            Its id.
        """
        async with self._database.writing() as connection:
            return await insert_job(connection, new)

    async def start(self, new: NewJob, *, in_guild: bool = False) -> tuple[Job, bool]:
        """Queue a job that this process leads, unless one of its kind is under way anywhere.

        Args:
            new: The job.
            in_guild: Whether each guild may have one.

        Returns:
            The job of its kind that is under way now, and whether it is the new one.
        """
        of_kind = _JOBS.where(_TABLE.c.kind == new.kind, _TABLE.c.state.in_(OPEN))
        if in_guild:
            of_kind = of_kind.where(_TABLE.c.guild_id == new.guild_id)
        async with self._database.writing() as connection:
            found = (await connection.execute(of_kind.order_by(_TABLE.c.id))).first()
            if found is not None:
                return Job(**found._mapping), False
            id_ = await insert_job(connection, new)
            await connection.execute(holding(_TABLE, _TABLE.c.id == id_, self._database.worker))
            row = (await connection.execute(_JOBS.where(_TABLE.c.id == id_))).one()
        return Job(**row._mapping), True

    async def claim(self, kind: str) -> list[Job]:
        """Claim the jobs of a kind that are not finished and that no other process leads.

        Returns:
            Those that this process leads now, oldest first; what it led already among them.
        """
        return await self._claim(kind, free_for(_TABLE, self._database.worker))

    async def take_over(self, kind: str) -> list[Job]:
        """Claim the jobs of a kind that are not finished and whose process is gone.

        Returns:
            Those, oldest first.
        """
        return await self._claim(kind, left_behind(_TABLE))

    async def _claim(self, kind: str, free: sa.ColumnElement[bool]) -> list[Job]:
        chosen = free & (_TABLE.c.kind == kind) & _TABLE.c.state.in_(OPEN)
        async with self._database.claiming() as connection:
            itself = _TABLE.c.id.in_(await lock(connection, _TABLE, chosen))
            await connection.execute(holding(_TABLE, itself, self._database.worker))
            rows = await connection.execute(_JOBS.where(itself).order_by(_TABLE.c.id))
            return [Job(**row._mapping) for row in rows]

    async def keep(self, ids: Collection[int]) -> set[int]:
        """Go on leading jobs; a process must say so several times in each ``LEASE``.

        Returns:
            Those that it still leads: not what is over, gone, or led by another process since.
        """
        worker = self._database.worker
        own = _TABLE.c.state.in_(OPEN) & (_TABLE.c.worker == worker) & _TABLE.c.id.in_(ids)
        async with self._database.claiming() as connection:
            return set(
                await connection.scalars(holding(_TABLE, own, worker).returning(_TABLE.c.id))
            )

    async def get(self, id_: int) -> Job | None:
        """One job, None when there is none."""
        found = await self._read(_JOBS.where(_TABLE.c.id == id_))
        return found[0] if found else None

    async def open_(self, kind: str) -> list[Job]:
        """The jobs of a kind that are not finished, oldest first."""
        return await self._read(
            _JOBS.where(_TABLE.c.kind == kind, _TABLE.c.state.in_(OPEN)).order_by(_TABLE.c.id)
        )

    async def of_guild(self, guild_id: int, limit: int) -> list[Job]:
        """The newest jobs of a guild, newest first."""
        return await self._read(
            _JOBS.where(_TABLE.c.guild_id == guild_id).order_by(_TABLE.c.id.desc()).limit(limit)
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
        """Note how far a job is; what is left out stays as it is.

        A job that is over stays in the state that it ended in, with what was said of it then.
        """
        given = {
            "state": state,
            "progress": progress,
            "message": message,
            "cursor": cursor,
            "notice": notice,
        }
        changes = {name: value for name, value in given.items() if value is not None}
        chosen = _TABLE.c.id == id_
        if state is not None:
            chosen &= _TABLE.c.state.in_(OPEN)
        async with self._database.writing() as connection:
            await connection.execute(
                sa.update(_TABLE).where(chosen).values(**changes, updated_at=datetime.now(UTC))
            )
            if state is not None and state not in OPEN:
                announce_rows(connection, "jobs", [id_])

    async def _read(self, statement: sa.Select[Any]) -> list[Job]:
        async with self._database.reading() as connection:
            return [Job(**row._mapping) for row in await connection.execute(statement)]
