"""Being there: this process's shards are its own for as long as it says so.

Why it ends when it has lost them, and does not wait: it was not heard of for a whole lease (its
machine slept, the database was out of reach), and another process answers its guilds now.
"""

import asyncio
import logging
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import sqlalchemy as sa

from bot.catalogue import Catalogue, claiming
from bot.catalogue.processes import Process, Processes
from bot.errors import StartError
from bot.settings import Settings
from bot.shards import Shards

log = logging.getLogger(__name__)

LOST = (
    "Another process has the shards of this one now, or the same data directory: this one was not "
    f"heard of for {claiming.LEASE.total_seconds():.0f} seconds, or its directory was copied. "
    "Expected: one process for each shard and each bot.data_dir. Start it again if it is the one "
    "that is to go on."
)


@asynccontextmanager
async def present(
    catalogue: Catalogue, settings: Settings, worker: str
) -> AsyncIterator[asyncio.Task[None] | None]:
    """Have this process's shards to itself.

    Args:
        catalogue: What other processes may have open too.
        settings: Which shards.
        worker: What this process is called.

    Yields:
        What ends only with the reason why it cannot go on; None: there are no other processes.

    Raises:
        StartError: If the shards are another process's, or there may be no other one, or what all
            of them need is this one's alone.
    """
    if not catalogue.is_shared:
        _check_alone(settings.shards)
        yield None
        return
    _check_places(settings)
    place = _place(Path(settings.bot.data_dir))
    process = Process(worker, secrets.token_hex(8), place, settings.leads)
    await catalogue.processes.enter(process)
    keeping = asyncio.create_task(_keep(catalogue.processes, process))
    try:
        yield keeping
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        try:
            await catalogue.processes.leave(process)
        except sa.exc.SQLAlchemyError as error:  # It runs out by itself.
            log.warning("the end of this process could not be noted (%s)", error)


async def _keep(processes: Processes, process: Process) -> None:
    """Renew the lease until cancelled.

    Raises:
        StartError: If it is lost.
    """
    while True:
        await asyncio.sleep(claiming.KEEP_SECONDS)
        try:
            is_there = await processes.keep(process)
        except sa.exc.SQLAlchemyError as error:
            log.warning("the catalogue does not hear of this process (%s); trying again", error)
        else:
            if not is_there:
                raise StartError(LOST)


def _place(data_dir: Path) -> str:
    return f"{socket.gethostname()}:{data_dir.resolve()}"


def _check_alone(shards: Shards | None) -> None:
    if shards is not None and not shards.is_all:
        raise StartError(
            f"--shards {shards} leaves guilds to other processes, which need this catalogue too: "
            "what a member deletes must go everywhere. But a SQLite catalogue is for one process. "
            "Set bot.catalogue to a PostgreSQL database (docs/operations.md says how), or give "
            f"this process all shards: --shards 0-{shards.count - 1}/{shards.count}."
        )


def _check_places(settings: Settings) -> None:
    """Refuse to keep for oneself what every process of the bot needs."""
    shards, bot = settings.shards, settings.bot
    places = {"bundles_dir": bot.bundles_dir, "thumbnails_dir": bot.thumbnails_dir}
    missing = " and ".join(f"bot.{name}" for name, place in places.items() if not place)
    if shards is not None and not shards.is_all and missing:
        raise StartError(
            f"--shards {shards} leaves guilds to other processes, which need the same bundles and "
            f"thumbnails. Set {missing} to a bucket (s3://…) or a directory that all of them see; "
            "what is empty lies in this process's own bot.data_dir."
        )
