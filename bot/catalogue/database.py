"""The database itself: connections to read by, the one that writes, and statements of any kind.

Why one lock within a process, beside the engine's own between processes: waiting here is fairer
than in SQLite's busy handler, and holds no connection that others could read by.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.catalogue.engines import ANYTHING, Engine, insert
from bot.catalogue.opening import open_engine

# Every database takes so many values in one statement.
MOST_VALUES = 10_000

# News of a transaction: what other parts and other processes are to know once it is through.
REFITS_ASKED = "refits asked"
# So long other processes let the one fit first that was asked.
LET_FIRST_SECONDS = 2.0
_NEWS = "news"

T = TypeVar("T")

DatabaseTroubleError = sa.exc.OperationalError
"""What a full disk, a locked database or a lost one makes of a statement: it may pass."""


class Database:
    """Connections to the catalogue's database: many that read, one that writes.

    Attributes:
        worker: What this process is called among those that work on the catalogue.
        refits_asked: Set when a transaction ends that announced ``REFITS_ASKED``, in whatever
            process, though somewhat later if in another: that one is ready to fit them. Who waits
            for it clears it.
    """

    def __init__(self, engine: Engine, worker: str = "") -> None:
        self._engine = engine
        self.worker = worker
        self._one_writer = asyncio.Lock()
        self.refits_asked = asyncio.Event()
        self._hearers: list[Callable[[str], None]] = []
        self._hearers_of_others: list[Callable[[str], None]] = []
        self._listening: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, url: str, worker: str = "") -> "Database":
        """Open the database of ``url``, migrated to the newest version.

        Raises:
            StartError: If it cannot be reached, is damaged, no database, or of a newer version of
                the bot.
        """
        database, listening = cls(await open_engine(url), worker), asyncio.Event()
        database._listening = asyncio.create_task(
            database._engine.listen(database._hear_of_others, listening)
        )
        await listening.wait()
        return database

    async def close(self) -> None:
        """Close every connection."""
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)
        await self._engine.dispose()

    def on_news(self, hear: Callable[[str], None]) -> None:
        """Let somebody hear what transactions announce, in this process and in others.

        Args:
            hear: Hears it when it can be read; ``ANYTHING``: something may have been missed.
        """
        self._hearers.append(hear)

    def on_news_of_others(self, hear: Callable[[str], None]) -> None:
        """As ``on_news``, for who knows already what this process does."""
        self._hearers_of_others.append(hear)

    def _hear(self, news: str) -> None:
        """A transaction of this process is through."""
        if news == REFITS_ASKED:
            self.refits_asked.set()
        for hear in self._hearers:
            hear(news)

    def _hear_of_others(self, news: str) -> None:
        if news in (REFITS_ASKED, ANYTHING):
            asyncio.get_running_loop().call_later(LET_FIRST_SECONDS, self.refits_asked.set)
        for hear in (*self._hearers, *self._hearers_of_others):
            hear(news)

    @property
    def is_shared(self) -> bool:
        """Whether other processes may have it open too."""
        return self._engine.is_shared

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection that reads; whatever happens meanwhile, it sees one moment."""
        async with self._engine.readers.connect() as connection:
            yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """The one connection that writes, in a transaction: everything or nothing."""
        async with self._one_writer, self._transaction() as connection:
            yield connection

    @asynccontextmanager
    async def forgetting(self) -> AsyncIterator[AsyncConnection]:
        """As ``writing``, for what people want gone: what it deletes is nowhere to be read.

        What that leaves in the files, ``erase`` takes away.
        """
        async with self._one_writer:
            async with self._transaction() as connection:
                before = await self._engine.changes(connection)
                yield connection
                changed = await self._engine.changes(connection) != before
                if changed:
                    await self._engine.note_forgetting(connection)
            if changed:
                await self._engine.forgotten()

    @asynccontextmanager
    async def claiming(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that takes work on (``bot.catalogue.claiming``) and does nothing else."""
        if self._engine.locks_rows:
            async with self._engine.writers.begin() as connection:
                yield connection
        else:
            async with self.writing() as connection:
                yield connection

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[AsyncConnection]:
        async with self._engine.writers.begin() as connection:
            connection.info.pop(_NEWS, None)  # of one that failed
            await self._engine.wait_for_turn(connection)
            yield connection
            news = connection.info.pop(_NEWS, [])
            for one in news:
                await self._engine.announce(connection, one)
        for one in news:
            self._hear(one)

    async def erase(self) -> bool:
        """Have no file of the database hold what was forgotten; see ``Engine.erase``."""
        async with self._one_writer:
            return await self._engine.erase()


class Part:
    """A part of the catalogue: the statements that one concern needs."""

    def __init__(self, database: Database) -> None:
        self._database = database


def announce(connection: AsyncConnection, news: str) -> None:
    """Have everybody hear of something once this transaction is through, and not before."""
    connection.info.setdefault(_NEWS, []).append(news)


async def insert_new(
    connection: AsyncConnection, table: sa.Table, rows: Sequence[Mapping[str, Any]]
) -> int:
    """Insert those rows whose key is not there yet.

    Returns:
        How many were.
    """
    statement = insert(connection, table).on_conflict_do_nothing()
    kept = {"preserve_rowcount": True}
    return (await connection.execute(statement, rows, execution_options=kept)).rowcount


async def put(
    connection: AsyncConnection, table: sa.Table, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Insert rows; where the primary key is there, the row's other columns are written over."""
    keys = [column.name for column in table.primary_key]
    statement = insert(connection, table)
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
