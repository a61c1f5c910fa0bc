"""SQLite: a file in the data directory, one process, many that read beside one that writes."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from bot.catalogue.engines.engine import ERASURES, Engine

BUSY_TIMEOUT_MS = 10_000
_READS = "reads"
_SEQUENCES = sa.table("sqlite_sequence", sa.column("name", sa.Text), sa.column("seq", sa.Integer))

log = logging.getLogger(__name__)


class SqliteEngine(Engine):
    """A SQLite database."""

    hint = (
        "Expected one that this version of the bot or an older one wrote; move it away to begin "
        "anew."
    )
    locks_rows = False
    is_shared = False

    def __init__(self, url: sa.URL) -> None:
        super().__init__(create_async_engine(url.set(drivername="sqlite+aiosqlite")))
        self.readers = self.writers.execution_options(**{_READS: True})
        sa.event.listen(self.writers.sync_engine, "connect", _set_up)
        sa.event.listen(self.writers.sync_engine, "begin", _begin)
        self._erasures_due = ERASURES  # Nobody knows what went before.

    def is_there(self) -> bool:
        """Whether there is the file."""
        return Path(self.writers.url.database or "").is_file()

    @staticmethod
    def insert(table: sa.Table) -> sqlite.Insert:
        """SQLite's own."""
        return sqlite.insert(table)

    async def wait_for_turn(self, connection: AsyncConnection) -> None:
        """Beginning the transaction has waited."""

    async def changes(self, connection: AsyncConnection) -> int:
        """How many rows the connection has changed so far."""
        return await connection.scalar(sa.select(sa.func.total_changes())) or 0

    async def note_forgetting(self, connection: AsyncConnection) -> None:
        """After a kill the next start erases in any case."""

    async def forgotten(self) -> None:
        """Empty the log: what was forgotten would stay in it. It was overwritten in the file."""
        self._erasures_due = ERASURES
        await self._empty_log()

    async def erase(self) -> bool:
        """Write the whole file anew if anything was forgotten.

        Why, although SQLite overwrites what it deletes: rows that moved when pages were split or
        joined leave copies behind, a table's inner pages keep ids that part them, and not all that
        goes is deleted by ``Database.forgetting``. It takes some seconds for 100,000 illustrations;
        meanwhile everything can be read, but whoever writes waits.
        """
        if not self._erasures_due:
            return True
        try:
            async with self._driver() as driver:
                await driver.execute("VACUUM")
            done = await self._empty_log()
        except sqlite3.Error as error:
            log.warning("the catalogue could not be written anew (%s)", error)
            return False
        self._erasures_due -= done
        return done

    async def announce(self, connection: AsyncConnection, news: str) -> None:
        """There is no other process."""

    async def listen(self, heard: Callable[[str], None], listening: asyncio.Event) -> None:  # noqa: ARG002 - there is no other process
        """Nothing is missed."""
        listening.set()

    async def highest_ids(self, connection: AsyncConnection) -> dict[str, int]:
        """As SQLite keeps them for tables with AUTOINCREMENT."""
        rows = await connection.execute(sa.select(_SEQUENCES.c.name, _SEQUENCES.c.seq))
        return {row.name: row.seq for row in rows}

    async def set_highest_ids(
        self, connection: AsyncConnection, highest: Mapping[str, int]
    ) -> None:
        """What SQLite noted itself, while rows were inserted, may be less."""
        await connection.execute(sa.delete(_SEQUENCES))
        rows = [{"name": name, "seq": id_} for name, id_ in highest.items()]
        if rows:
            await connection.execute(sa.insert(_SEQUENCES), rows)

    async def _empty_log(self) -> bool:
        """Whether the write-ahead log is empty now: not while somebody reads what was before."""
        async with (
            self._driver() as driver,
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)") as answer,
        ):
            (busy, _, _) = await answer.fetchone()
        return not busy

    @asynccontextmanager
    async def _driver(self) -> AsyncIterator[Any]:
        """SQLite's own connection, for what no transaction may be open for."""
        async with self.writers.connect() as connection:
            yield (await connection.get_raw_connection()).driver_connection


def _set_up(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    """A connection's settings.

    WAL: readers do not wait for a writer. FULL: an acknowledged post survives a power cut.
    secure_delete: what is forgotten is overwritten, not merely unlinked.
    """
    # Python's driver would begin transactions by itself, and only some time after ours.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: sa.Connection) -> None:
    """Begin for real, so that a migration that is cut off leaves no half of itself.

    Who is going to write says so at once: a transaction that has read could not begin to write
    any more once another process has written.
    """
    reads = connection.get_execution_options().get(_READS)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
