"""Moving a catalogue into another database, of the same kind or another: everything or nothing.

Why one transaction: whatever cuts it off, the target is empty then and the command begins again.
Within it, what was written is read back and compared: of each table the number of its rows, and the
sum of a checksum of each, whatever order they come in. Ids go on behind the highest that was ever
given, for an id is never used twice.
"""

import hashlib
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.catalogue import tables
from bot.catalogue.engines import Engine, engine_of
from bot.catalogue.opening import open_engine
from bot.errors import MoveError

BATCH = 1000
# Of processes that run now; they go on elsewhere.
_NOT_MOVED = (tables.processes, tables.turns)
_SUM_LIMIT = 1 << 64

# Hears how many rows were moved, of how many.
Told = Callable[[int, int], None]


@dataclass(frozen=True)
class Moved:
    """What was moved.

    Attributes:
        rows: Of all tables.
        illustrations: Those among them that are illustrations.
    """

    rows: int
    illustrations: int


@dataclass
class _Tally:
    """How many rows of a table there are, and the sum of their checksums."""

    count: int = 0
    total: int = 0

    def add(self, rows: Iterable[sa.Row[Any]]) -> None:
        for row in rows:
            digest = hashlib.blake2b(repr(tuple(row)).encode(), digest_size=8).digest()
            self.count += 1
            self.total = (self.total + int.from_bytes(digest)) % _SUM_LIMIT


async def move(source: str, target: str, told: Told) -> Moved:
    """Copy a catalogue as it is at one moment; the source stays as it is.

    Args:
        source: The URL of its database, which is brought to this version first.
        target: The URL of one without content.
        told: Hears of the progress.

    Raises:
        MoveError: If there is nothing to move, something in the target, or what was written is not
            what was read; the target holds nothing new then.
        StartError: If one of them cannot be opened.
    """
    if not engine_of(source).is_there():
        raise MoveError(f"There is no catalogue {source} to move. Check --from.")
    read = await open_engine(source)
    try:
        write = await open_engine(target)
        try:
            return await _move(read, write, told)
        except sa.exc.DBAPIError as error:
            raise MoveError(
                f"The catalogue could not be moved to {write.shown}: {error.orig}. Nothing of it "
                "is there; the same command begins again."
            ) from error
        finally:
            await write.dispose()
    finally:
        await read.dispose()


async def _move(source: Engine, target: Engine, told: Told) -> Moved:
    ordered = [one for one in tables.metadata.sorted_tables if one not in _NOT_MOVED]
    async with source.readers.connect() as reader, target.writers.begin() as writer:
        await target.wait_for_turn(writer)
        if sum([await _count(writer, table) for table in ordered]):
            raise MoveError(
                f"{target.shown} holds a catalogue already. Choose an empty database; nothing was "
                "changed."
            )
        counts = {table.name: await _count(reader, table) for table in ordered}
        whole, done = sum(counts.values()), 0
        if not whole:
            raise MoveError(f"{source.shown} is empty: there is nothing to move. Check --from.")
        for table in ordered:
            async for moved in _copied(reader, writer, table):
                done += moved
                told(done, whole)
        await target.set_highest_ids(writer, await source.highest_ids(reader))
        return Moved(done, counts[tables.illustrations.name])


async def _count(connection: AsyncConnection, table: sa.Table) -> int:
    return await connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0


async def _copied(
    reader: AsyncConnection, writer: AsyncConnection, table: sa.Table
) -> AsyncIterator[int]:
    """Copy a table and compare the copy; yields how many rows were written each time."""
    was, is_ = _Tally(), _Tally()
    found = await reader.stream(sa.select(table))
    async for rows in found.partitions(BATCH):
        was.add(rows)
        await writer.execute(sa.insert(table), [dict(row._mapping) for row in rows])
        yield len(rows)
    written = await writer.stream(sa.select(table))
    async for rows in written.partitions(BATCH):
        is_.add(rows)
    if was != is_:
        raise MoveError(
            f"The table {table.name} is not the same in its new place: {was.count} rows became "
            f"{is_.count}, or some differ. Nothing was moved; please report it."
        )
