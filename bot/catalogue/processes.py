"""The processes that share a catalogue: each has shards of its own, for a lease at a time.

Why the shards are claimed before anything is read of Discord: two processes with one shard would
each answer its members' commands. Posts are claimed one by one in any case.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.catalogue import claiming, tables
from bot.catalogue.database import Part, put
from bot.errors import StartError
from bot.shards import Shards

_TABLE = tables.processes


@dataclass(frozen=True)
class Process:
    """A process of the bot.

    Attributes:
        worker: What it is called; the same after a restart.
        run: What this start of it is called.
        place: Its machine and directory, for people.
        shards: Its own; None: it is not connected to Discord.
    """

    worker: str
    run: str
    place: str
    shards: Shards | None


class Processes(Part):
    """Who works on the catalogue."""

    async def enter(self, process: Process) -> None:
        """Note that a process begins; the one of its name before it is taken for gone.

        Raises:
            StartError: If a shard is another process's, or others count other shards.
        """
        shards = process.shards
        first, last, count = (shards.first, shards.last, shards.count) if shards else (0, -1, 0)
        row = {
            "worker": process.worker,
            "run": process.run,
            "place": process.place,
            "first_shard": first,
            "last_shard": last,
            "shard_count": count,
            "encoder_id": "",
            "claimed_until": claiming.lease_end(),
        }
        async with self._database.writing() as connection:
            await connection.execute(sa.delete(_TABLE).where(claiming.left_behind(_TABLE)))
            if shards is not None:
                await _check(connection, process, shards)
            await put(connection, _TABLE, [row])

    async def keep(self, process: Process) -> bool:
        """Say that a process is there still; it must several times in each lease.

        Returns:
            False: it was not heard of for too long and another has its shards now, or it was
            started a second time.
        """
        kept = (
            sa.update(_TABLE)
            .where(_is(process))
            .values(claimed_until=claiming.lease_end())
            .returning(_TABLE.c.worker)
        )
        async with self._database.claiming() as connection:
            return (await connection.execute(kept)).first() is not None

    async def leave(self, process: Process) -> None:
        """Note that a process has ended: others may have its shards at once."""
        async with self._database.claiming() as connection:
            await connection.execute(sa.delete(_TABLE).where(_is(process)))

    async def serve(self, encoder_id: str) -> None:
        """Note of which encoder this process needs embeddings, in place of the one before."""
        own = _TABLE.c.worker == self._database.worker
        async with self._database.claiming() as connection:
            await connection.execute(sa.update(_TABLE).where(own).values(encoder_id=encoder_id))

    async def encoders(self) -> set[str] | None:
        """Encoders of which other processes need embeddings; None: one has still to say."""
        others = ~claiming.left_behind(_TABLE) & (_TABLE.c.worker != self._database.worker)
        async with self._database.reading() as connection:
            found = set(await connection.scalars(sa.select(_TABLE.c.encoder_id).where(others)))
        return None if "" in found else found


def _is(process: Process) -> sa.ColumnElement[bool]:
    return (_TABLE.c.worker == process.worker) & (_TABLE.c.run == process.run)


async def _check(connection: AsyncConnection, process: Process, shards: Shards) -> None:
    """Raises StartError if another process, which is heard of, is in the way."""
    others = _TABLE.c.shard_count > 0, _TABLE.c.worker != process.worker
    for row in await connection.execute(sa.select(_TABLE).where(*others)):
        theirs = Shards(row.first_shard, row.last_shard, row.shard_count)
        if theirs.count == shards.count and not set(theirs.ids) & set(shards.ids):
            continue
        left = max(0.0, (row.claimed_until - datetime.now(UTC)).total_seconds())
        raise StartError(
            f"This process is to have the shards {shards} of the catalogue's guilds, but another "
            f"one has {theirs} ({row.place}). Expected: each shard in one process, and all "
            "processes with the same number of shards. Choose others with --shards A-B/N, or stop "
            f"that process; one that was killed is forgotten in {left:.0f} seconds."
        )
