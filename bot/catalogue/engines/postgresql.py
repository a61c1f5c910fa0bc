"""PostgreSQL: a server, on this machine or another, for one bot or for several processes of it.

Why one process writes at a time, by a lock that the server keeps: the catalogue's transactions
read, decide and write, as SQLite lets them do one after the other; each of them is some
milliseconds. Whoever reads, or claims work, does not wait for it. Ids rise in the order of the
commits, so who asks for what is newer than an id misses nothing.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from bot.catalogue import tables
from bot.catalogue.engines.engine import ANYTHING, ERASURES, Engine

CONNECT_TIMEOUT_SECONDS = 10
# Who reads a table for longer keeps it from being written anew for now. All that ask for the table
# after that wait behind it, so it must be short.
LOCK_TIMEOUT_SECONDS = 5
LISTEN_AGAIN_SECONDS = 5.0
# Among the server's advisory locks of this database: any two numbers, always the same.
_WRITING, _ERASING = 0x486F_7368, 0x486F_7369
_ERASURES_DUE = "erasures_due"
_CHANNEL = "hoshizora"

log = logging.getLogger(__name__)


class PostgresqlEngine(Engine):
    """A PostgreSQL database, version 13 or newer."""

    hint = (
        "Expected a database of this version of the bot or an older one, or an empty one. Check "
        "that the server runs and lets this user in, and bot.catalogue; a password is read from "
        "the environment variable PGPASSWORD."
    )
    locks_rows = True
    is_shared = True

    def __init__(self, url: sa.URL) -> None:
        super().__init__(
            create_async_engine(
                url.set(drivername="postgresql+psycopg"),
                isolation_level="READ COMMITTED",
                # The server may have been started again since a connection was used.
                pool_pre_ping=True,
                connect_args={
                    "connect_timeout": CONNECT_TIMEOUT_SECONDS,
                    "application_name": "hoshizora",
                },
            )
        )
        self.readers = self.writers.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        self._name = secrets.token_hex(8)
        self._between_transactions = self.writers.execution_options(isolation_level="AUTOCOMMIT")

    @staticmethod
    def insert(table: sa.Table) -> postgresql.Insert:
        """PostgreSQL's own."""
        return postgresql.insert(table)

    async def wait_for_turn(self, connection: AsyncConnection) -> None:
        """Take the lock; the server gives it back when the transaction ends, or its connection."""
        await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_WRITING)))

    async def changes(self, connection: AsyncConnection) -> int:
        """The number that a transaction has as soon as it changes something; 0: it has not."""
        number = sa.cast(sa.cast(sa.func.pg_current_xact_id_if_assigned(), sa.Text), sa.BigInteger)
        return await connection.scalar(sa.select(number)) or 0

    async def note_forgetting(self, connection: AsyncConnection) -> None:
        """Note it in the database: any process may be the one that erases, also after a kill."""
        await _note_due(connection, ERASURES)

    async def forgotten(self) -> None:
        """Nobody can read it from then on; its bytes leave with ``erase``."""

    async def erase(self) -> bool:
        """Write every table anew if anything was forgotten (VACUUM FULL), one after the other.

        Why FULL: a plain VACUUM lets go of rows, but leaves their bytes in the pages until others
        take their place. Each table can neither be read nor written meanwhile. What the server
        keeps beside the tables (its log, its backups) is the operator's.
        """
        try:
            return await self._erase()
        except sa.exc.OperationalError as error:
            log.warning("the catalogue could not be written anew (%s)", error.orig)
            return False

    async def _erase(self) -> bool:
        async with self._between_transactions.connect() as connection:
            noted = await _noted(connection)
            if not noted or not _due(noted):
                return True
            if not await connection.scalar(sa.select(sa.func.pg_try_advisory_lock(_ERASING))):
                return False  # Another process is at it, and may have begun too early.
            try:
                await connection.execute(sa.text(f"SET lock_timeout = '{LOCK_TIMEOUT_SECONDS}s'"))
                for table in tables.metadata.sorted_tables:
                    await connection.execute(sa.text(f'VACUUM (FULL, ANALYZE) "{table.name}"'))
            finally:
                # Its settings and its lock go with it.
                await connection.invalidate()
        await self._note_erased(noted)
        return True

    async def announce(self, connection: AsyncConnection, news: str) -> None:
        """By NOTIFY, which the server passes on when the transaction is through."""
        told = sa.func.pg_notify(_CHANNEL, f"{self._name} {news}")
        await connection.execute(sa.select(told))

    async def listen(self, heard: Callable[[str], None], listening: asyncio.Event) -> None:
        """By LISTEN, on a connection of its own."""
        lost = (sa.exc.SQLAlchemyError, self.writers.dialect.loaded_dbapi.Error)
        while True:
            try:
                async with self._between_transactions.connect() as connection:
                    await self._relay(connection, heard, listening)
            except lost as error:
                log.warning("the catalogue's news are not heard (%s); trying again", error)
                await asyncio.sleep(LISTEN_AGAIN_SECONDS)

    async def _relay(
        self, connection: AsyncConnection, heard: Callable[[str], None], listening: asyncio.Event
    ) -> None:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        try:
            await driver.execute(f"LISTEN {_CHANNEL}")
            if listening.is_set():
                heard(ANYTHING)
            listening.set()
            async for notice in driver.notifies():
                name, _, news = notice.payload.partition(" ")
                if name != self._name:
                    heard(news)
        finally:
            await connection.invalidate()  # Nobody else may get a connection that listens.

    async def highest_ids(self, connection: AsyncConnection) -> dict[str, int]:
        """Of each sequence what it gave last."""
        highest = {}
        given = sa.literal_column("last_value", sa.BigInteger)
        is_given = sa.literal_column("is_called", sa.Boolean)
        for name in _counting():
            sequence = sa.select(given).where(is_given).select_from(sa.table(f"{name}_id_seq"))
            last = await connection.scalar(sequence)
            if last is not None:
                highest[name] = last
        return highest

    async def set_highest_ids(
        self, connection: AsyncConnection, highest: Mapping[str, int]
    ) -> None:
        """Rows that were inserted with their ids have not moved the sequences."""
        for name, id_ in highest.items():
            await connection.execute(sa.select(sa.func.setval(f"{name}_id_seq", id_)))

    async def _note_erased(self, noted: str) -> None:
        async with self.writers.begin() as connection:
            await self.wait_for_turn(connection)
            # What was forgotten meanwhile asks for all of it again.
            if await _noted(connection) == noted:
                await _note_due(connection, _due(noted) - 1)


def _counting() -> list[str]:
    """The tables whose ids a sequence of theirs counts up."""
    found = []
    for table in tables.metadata.sorted_tables:
        key = table.c.get("id")
        if key is not None and key.autoincrement is True:
            found.append(table.name)
    return found


async def _noted(connection: AsyncConnection) -> str | None:
    """How often everything is still to be written anew, and since when; None: never asked for."""
    value = tables.states.c.value
    noted: str | None = await connection.scalar(
        sa.select(value).where(tables.states.c.key == _ERASURES_DUE)
    )
    return noted


def _due(noted: str) -> int:
    return int(noted.split()[0])


async def _note_due(connection: AsyncConnection, due: int) -> None:
    row = {"key": _ERASURES_DUE, "value": f"{due} {datetime.now(UTC).isoformat()}"}
    statement = PostgresqlEngine.insert(tables.states)
    over = {"value": statement.excluded.value}
    await connection.execute(
        statement.on_conflict_do_update(index_elements=["key"], set_=over), [row]
    )
