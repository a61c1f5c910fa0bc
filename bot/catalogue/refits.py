"""Refits: which taught tags are to be fitted again, and why.

They are written in the transaction that gives the reason and deleted in the one that publishes what
was fitted, so a kill between the two loses nothing. A job that asked for some of them is as far as
its refits are.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.catalogue import tables
from bot.catalogue.claiming import free_for, holding, lock
from bot.catalogue.database import REFITS_ASKED, Part, announce, portions
from bot.catalogue.jobs import OPEN, NewJob, insert_job
from bot.catalogue.tag_queries import known_tag

RefitReason = Literal["taught", "retrained", "rolled_back", "forgotten", "bundle"]

# Who asks when nobody does, or when who did had themselves forgotten.
THE_BOT = 0


@dataclass(frozen=True)
class NewRefit:
    """A tag that is to be fitted again.

    Attributes:
        asked_by: Who wants it; ``THE_BOT``: nobody in particular.
        job_id: The job that it is a part of.
    """

    tag_id: int
    reason: RefitReason
    asked_by: int = THE_BOT
    job_id: int | None = None


@dataclass(frozen=True)
class Refit:
    """A refit that waits, or is under way.

    Attributes:
        id: Another one for each reason: one that comes while the tag is being fitted is not lost.
    """

    id: int
    tag_id: int
    reason: RefitReason
    asked_by: int
    job_id: int | None
    created_at: datetime


_REFITS = sa.select(*(tables.refits.c[field.name] for field in fields(Refit)))


class Refits(Part):
    """What is to be fitted again."""

    async def asked(self) -> None:
        """Return as soon as refits were asked for, since the last time that it returned.

        Whatever asked for them: teaching, forgetting, a consent that was taken back.
        """
        await self._database.refits_asked.wait()
        self._database.refits_asked.clear()

    async def pending_refits(self) -> list[Refit]:
        """What is to be fitted again, oldest first."""
        statement = _REFITS.order_by(tables.refits.c.id)
        async with self._database.reading() as connection:
            return [Refit(**row._mapping) for row in await connection.execute(statement)]

    async def claim_refits(self, tag_id: int) -> bool:
        """Claim a tag's refits: one process fits a tag at a time, whatever else asks for it.

        Claimed again, they are kept, with what came since.

        Returns:
            Whether this process may fit it now; False: another one does.
        """
        table, worker = tables.refits, self._database.worker
        of_tag = table.c.tag_id == tag_id
        async with self._database.claiming() as connection:
            known = (await connection.scalars(sa.select(table.c.id).where(of_tag))).all()
            free = await lock(connection, table, of_tag & free_for(table, worker))
            # Of a tag that is being fitted none is free, but one that came since may be.
            if not known or set(known) - set(free):
                return False
            await connection.execute(holding(table, table.c.id.in_(free), worker))
        return True

    async def drop_refits(self, ids: Collection[int]) -> None:
        """Strike refits off without a new version; their jobs are so much further."""
        async with self._database.writing() as connection:
            await strike_off(connection, ids)

    async def request_refit(self, wish: NewRefit, job: NewJob | None = None) -> int | None:
        """Have a tag fitted again.

        Args:
            wish: Which and why.
            job: What shows how far it is.

        Returns:
            The job's id.

        Raises:
            UnknownTagError: If the tag was removed.
        """
        async with self._database.writing() as connection:
            await known_tag(connection, wish.tag_id)
            return await insert_refits(connection, [wish], job)

    async def request_refits(
        self,
        guild_id: int | None,
        reason: RefitReason,
        asked_by: int = THE_BOT,
        job: NewJob | None = None,
    ) -> tuple[int, int | None]:
        """Have all tags of a guild fitted again.

        Args:
            guild_id: The guild; None: of every guild.
            reason: Why.
            asked_by: Who wants it.
            job: What shows how far it is; with nothing to do it is done at once.

        Returns:
            How many tags there are, and the job's id.
        """
        table = tables.taught_tags
        own = sa.true() if guild_id is None else table.c.guild_id == guild_id
        async with self._database.writing() as connection:
            ids = (await connection.scalars(sa.select(table.c.id).where(own))).all()
            wishes = [NewRefit(id_, reason, asked_by) for id_ in sorted(ids)]
            return len(wishes), await insert_refits(connection, wishes, job)

    async def cancel(self, job_id: int) -> bool:
        """Cancel a job whose refits wait; what was fitted for it already stays.

        Returns:
            Whether it was still open.
        """
        table, refits = tables.jobs, tables.refits
        async with self._database.writing() as connection:
            cancelled = await connection.execute(
                sa.update(table)
                .where(table.c.id == job_id, table.c.state.in_(OPEN))
                .values(state="cancelled", updated_at=datetime.now(UTC))
            )
            if not cancelled.rowcount:
                return False
            await connection.execute(sa.delete(refits).where(refits.c.job_id == job_id))
        return True


async def insert_refits(
    connection: AsyncConnection, wishes: Sequence[NewRefit], job: NewJob | None = None
) -> int | None:
    """Ask for refits, within the transaction that gives the reason.

    Returns:
        The id of the job, if there is one.
    """
    job_id = None
    if job is not None:
        job_id = await insert_job(connection, job, cursor=str(len(wishes)))
    if wishes:
        more = {"created_at": datetime.now(UTC)} | ({} if job_id is None else {"job_id": job_id})
        await connection.execute(sa.insert(tables.refits), [vars(one) | more for one in wishes])
        announce(connection, REFITS_ASKED)
    elif job_id is not None:
        await _progress(connection, job_id)
    return job_id


async def strike_off(connection: AsyncConnection, ids: Collection[int]) -> None:
    """Delete refits, within a transaction; their jobs are so much further."""
    table = tables.refits
    jobs: set[int | None] = set()
    for some in portions(ids):
        done = sa.delete(table).where(table.c.id.in_(some)).returning(table.c.job_id)
        jobs.update(await connection.scalars(done))
    for job_id in jobs - {None}:
        await _progress(connection, job_id)


async def _progress(connection: AsyncConnection, job_id: int | None) -> None:
    """Note how far a job is: its cursor says how many refits it has asked for."""
    table, refits = tables.jobs, tables.refits
    waiting = sa.select(sa.func.count()).select_from(refits).where(refits.c.job_id == job_id)
    left = await connection.scalar(waiting) or 0
    cursor = await connection.scalar(sa.select(table.c.cursor).where(table.c.id == job_id))
    total = max(int(cursor or 0), left, 1)
    await connection.execute(
        sa.update(table)
        .where(table.c.id == job_id, table.c.state.in_(OPEN))
        .values(
            state="running" if left else "done",
            progress=1 - left / total,
            updated_at=datetime.now(UTC),
        )
    )
