"""Opening the catalogue: the engine with its settings, and the migrations."""

import logging
from pathlib import Path

import alembic.command
import alembic.config
import alembic.util
import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from bot.errors import StartError

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_TIMEOUT_MS = 10_000
# An option of connections: the transaction is one that writes.
WRITES = "writes"


async def open_engine(url: str) -> AsyncEngine:
    """Bring the database of ``url`` to the newest version and connect to it.

    Args:
        url: For example ``sqlite+aiosqlite:///data/catalogue.sqlite``.

    Raises:
        StartError: If it is damaged, not a database, or of a newer version of the bot.
    """
    engine = create_async_engine(url)
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine.sync_engine, "connect", _set_up_sqlite)
        sa.event.listen(engine.sync_engine, "begin", _begin)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_migrate)
    except BaseException as error:
        await engine.dispose()
        if not isinstance(error, sa.exc.DBAPIError | alembic.util.CommandError):
            raise
        reason = error.orig if isinstance(error, sa.exc.DBAPIError) else error
        raise StartError(
            f"The catalogue {engine.url.render_as_string()} cannot be opened: {reason}. Expected "
            "one that this version of the bot or an older one wrote; move it away to begin anew."
        ) from error
    return engine


def _set_up_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
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

    Whoever is to write takes the lock at once: one that has read already is refused it without
    waiting ``BUSY_TIMEOUT_MS`` for whoever has it.
    """
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _migrate(connection: sa.Connection) -> None:
    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = alembic.config.Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    alembic.command.upgrade(config, "head")
