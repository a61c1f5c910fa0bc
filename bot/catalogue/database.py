"""The database itself: connections, the one writer, and what SQLite needs beside SQL.

Why one lock: SQLite has one writer; waiting here is fairer than waiting in its busy handler.
"""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.catalogue.opening import WRITES, open_engine

# Every database takes so many values in one statement.
MOST_VALUES = 10_000

_ASKED = "refits asked"
# How often the file is written anew after something was forgotten. What follows from that, such as
# taking a reply back, may be over only after the first time.
ERASURES = 2

log = logging.getLogger(__name__)

T = TypeVar("T")

DatabaseTroubleError = sa.exc.OperationalError
"""What a full disk, a locked database or a lost one makes of a statement: it may pass."""

_INSERT: Mapping[str, Callable[[sa.Table], postgresql.Insert | sqlite.Insert]] = {
    "postgresql": postgresql.insert,
    "sqlite": sqlite.insert,
}


class Database:
    """Connections to the catalogue's database: many that read, one that writes.

    Attributes:
        refits_asked: Set when a transaction ends that called ``ask_for_refits``, whatever it was
            about; who waits for it clears it.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._writer = engine.execution_options(**{WRITES: True})
        self._one_writer = asyncio.Lock()
        self.refits_asked = asyncio.Event()
        self._erasures_due = ERASURES  # Nobody knows what went before.

    @classmethod
    async def open(cls, url: str) -> "Database":
        """Open the database of ``url``, migrated to the newest version.

        Raises:
            StartError: If it is damaged, not a database, or of a newer version of the bot.
        """
        return cls(await open_engine(url))

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection that reads; whatever happens meanwhile, it sees one moment."""
        async with self._engine.connect() as connection:
            yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """The one connection that writes, in a transaction: everything or nothing."""
        async with self._one_writer, self._transaction() as connection:
            yield connection

    @asynccontextmanager
    async def forgetting(self) -> AsyncIterator[AsyncConnection]:
        """As ``writing``, for what people want gone: what it deletes is overwritten at once.

        What that leaves in places, ``erase`` takes away.
        """
        async with self._one_writer:
            async with self._transaction() as connection:
                before = await self._changes(connection)
                yield connection
                changed = await self._changes(connection) != before
            if changed and self._engine.dialect.name == "sqlite":
                self._erasures_due = ERASURES
                await self._empty_log()

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[AsyncConnection]:
        async with self._writer.begin() as connection:
            connection.info.pop(_ASKED, None)  # of one that failed
            yield connection
            asked = connection.info.pop(_ASKED, False)
        if asked:
            self.refits_asked.set()

    async def _changes(self, connection: AsyncConnection) -> int | None:
        """How many rows a connection has changed so far, where it matters."""
        if self._engine.dialect.name != "sqlite":
            return None
        changes: int | None = await connection.scalar(sa.select(sa.func.total_changes()))
        return changes

    async def erase(self) -> bool:
        """Write the whole file anew if anything was forgotten, so that none of it is in the file.

        Why, although SQLite overwrites what it deletes: rows that moved when pages were split or
        joined leave copies behind, a table's inner pages keep ids that part them, and not all that
        goes is deleted by ``forgetting``. It takes some seconds for 100,000 illustrations;
        meanwhile everything can be read, but whoever writes waits.

        Returns:
            Whether it is done; False: something was in the way, and it is to be tried again.
        """
        if self._engine.dialect.name != "sqlite":
            return True  # The files are another server's, and so is their VACUUM.
        try:
            async with self._one_writer:
                if not self._erasures_due:
                    return True
                async with self._driver() as driver:
                    await driver.execute("VACUUM")
                    done = await self._empty_log()
                self._erasures_due -= done
                return done
        except sqlite3.Error as error:
            log.warning("the catalogue could not be written anew (%s)", error)
            return False

    async def _empty_log(self) -> bool:
        """SQLite: without this the forgotten content would stay in the write-ahead log.

        Returns:
            Whether it is empty: not while somebody reads what was there before.
        """
        async with (
            self._driver() as driver,
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)") as answer,
        ):
            (busy, _, _) = await answer.fetchone()
        return not busy

    @asynccontextmanager
    async def _driver(self) -> AsyncIterator[Any]:
        """SQLite's own connection, for what no transaction may be open for."""
        async with self._engine.connect() as connection:
            yield (await connection.get_raw_connection()).driver_connection


class Part:
    """A part of the catalogue: the statements that one concern needs."""

    def __init__(self, database: Database) -> None:
        self._database = database


def ask_for_refits(connection: AsyncConnection) -> None:
    """Have ``Database.refits_asked`` set once this transaction is through, and not before."""
    connection.info[_ASKED] = True


async def insert_new(
    connection: AsyncConnection, table: sa.Table, rows: Sequence[Mapping[str, Any]]
) -> int:
    """Insert those rows whose key is not there yet.

    Returns:
        How many were.
    """
    statement = _INSERT[connection.dialect.name](table).on_conflict_do_nothing()
    return (await connection.execute(statement, rows)).rowcount


async def put(
    connection: AsyncConnection, table: sa.Table, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Insert rows; where the primary key is there, the row's other columns are written over."""
    keys = [column.name for column in table.primary_key]
    statement = _INSERT[connection.dialect.name](table)
    over = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    await connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=over), rows)


def portions(values: Collection[T], size: int = MOST_VALUES) -> Iterator[list[T]]:
    """Values in lists that are short enough for one statement."""
    ordered = list(values)
    for first in range(0, len(ordered), size):
        yield ordered[first : first + size]


def among(column: sa.ColumnElement[int], values: Collection[int]) -> sa.ColumnElement[bool]:
    """Whether a column has one of the values, however many they are.

    Why they stand in the statement itself: databases limit how many parameters one may have, and
    a community's threads are more than that.
    """
    literal: sa.BindParameter[Any] = sa.bindparam(
        "among", list(values), unique=True, expanding=True, literal_execute=True
    )
    return column.in_(literal)


def joined_ids(ids: sa.ColumnElement[int]) -> sa.ColumnElement[str]:
    """All ids in one text: a hundred thousand rows would each be an object of Python's."""
    return sa.func.aggregate_strings(sa.cast(ids, sa.Text), ",")


def parted_ids(joined: str | None) -> NDArray[np.int64]:
    """What ``joined_ids`` gave: (N,) int64; None, of no rows, gives no ids."""
    return np.fromstring(joined or "", np.int64, sep=",")
