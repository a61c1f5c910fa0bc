"""Claims: which of several processes works on what, for a while at a time.

Why a name and a moment in the row, and not a lock that is held: work outlasts a connection, and a
process that is gone must not keep it. Whoever works renews its claim long before the moment comes;
after it, anybody may take the work over. A process knows its own claims by its name, also after a
restart, and goes on with them at once. The clocks of the machines must agree within some seconds.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
KEEP_SECONDS = LEASE.total_seconds() / 4


@asynccontextmanager
async def kept(what: str, renew: Callable[[], Awaitable[bool]]) -> AsyncIterator[None]:
    """Keep a claim for as long as the ``with`` takes.

    Args:
        what: What is claimed, for the log.
        renew: Lets it hold for a lease from now on; False: there is nothing to keep any more.
    """
    keeping = asyncio.create_task(_keep(what, renew))
    try:
        yield
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


async def _keep(what: str, renew: Callable[[], Awaitable[bool]]) -> None:
    is_held = True
    while is_held:
        await asyncio.sleep(KEEP_SECONDS)
        try:
            is_held = await renew()
        except sa.exc.SQLAlchemyError as error:
            log.warning("%s: the claim could not be renewed (%s); trying again", what, error)


def lease_end() -> datetime:
    """Until when a claim of this moment holds."""
    return datetime.now(UTC) + LEASE


def left_behind(table: sa.Table) -> sa.ColumnElement[bool]:
    """Whether who claimed a row is gone."""
    return table.c.claimed_until < datetime.now(UTC)


def free_for(table: sa.Table, worker: str) -> sa.ColumnElement[bool]:
    """Whether nobody else works on what a row says."""
    return table.c.worker.is_(None) | left_behind(table) | (table.c.worker == worker)


async def lock(
    connection: AsyncConnection, table: sa.Table, chosen: sa.ColumnElement[bool]
) -> list[int]:
    """Keep the chosen rows from everybody else until the transaction ends.

    Args:
        connection: Of ``Database.claiming``.
        table: One with the columns of a claim.
        chosen: Which of its rows.

    Returns:
        The ids of those that nobody else holds at the moment, rising; it waits for none.
    """
    found = sa.select(table.c.id).where(chosen).order_by(table.c.id)
    return list(await connection.scalars(found.with_for_update(skip_locked=True)))


def holding(table: sa.Table, chosen: sa.ColumnElement[bool], worker: str) -> sa.Update:
    """Lets the chosen rows be a worker's for a lease from now on."""
    return sa.update(table).where(chosen).values(worker=worker, claimed_until=lease_end())
