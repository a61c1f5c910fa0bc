"""Reading the bot's catalogue, in one moment and without changing anything in it.

Why the tables are reflected: training and the service never import each other. What is read is
named here, and a catalogue that lacks it is refused.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from model.errors import DatasetError

READ = (
    "illustrations",
    "attachments",
    "posts",
    "consents",
    "handed_in",
    "given_tags",
    "scored_tags",
    "marks",
    "taught_tags",
    "embeddings",
)
T = TypeVar("T")
Tables = Mapping[str, sa.Table]


def read_catalogue(catalogue: str, read: Callable[[sa.Connection, Tables], T]) -> T:
    """Read something within one transaction; others may go on writing meanwhile.

    Args:
        catalogue: Its URL, or the file of a SQLite database.
        read: What is to be read.

    Raises:
        DatasetError: If there is none, or it is none of this version.
    """
    try:
        return asyncio.run(_connected(catalogue, read))
    except (sa.exc.SQLAlchemyError, sqlite3.Error, ImportError, OSError, KeyError) as error:
        reason = error.orig if isinstance(error, sa.exc.DBAPIError) else error
        raise DatasetError(
            f"The catalogue {_shown(catalogue)} cannot be read: {' '.join(str(reason).split())}. "
            "Expected the URL or the file of a catalogue of this version of the bot: start the bot "
            "once to bring it there."
        ) from error


def sqlite_file(catalogue: str) -> Path | None:
    """The file of a catalogue; None: it is in another kind of database."""
    if "://" not in catalogue:
        return Path(catalogue)
    url = sa.make_url(catalogue)
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


async def _connected(catalogue: str, read: Callable[[sa.Connection, Tables], T]) -> T:
    file = sqlite_file(catalogue)
    if file is not None and not file.is_file():
        raise FileNotFoundError(f"there is no file {file}")
    url = sa.URL.create("sqlite+aiosqlite", database=str(file))
    options: dict[str, Any] = {}
    if file is None:
        url, options = _with_driver(catalogue), {"isolation_level": "REPEATABLE READ"}
    engine = create_async_engine(url, **options)
    try:
        async with engine.connect() as connection:
            if file is not None:
                await connection.exec_driver_sql("PRAGMA query_only=ON")
                await connection.exec_driver_sql("BEGIN")  # Python's driver would not by itself.
            return await connection.run_sync(lambda one: read(one, _tables(one)))
    finally:
        await engine.dispose()


def _with_driver(catalogue: str) -> sa.URL:
    """The URL of a server's database, with the driver that the bot comes with."""
    url = sa.make_url(catalogue)
    known = url.get_backend_name() == "postgresql"
    return url.set(drivername="postgresql+psycopg") if known else url


def _tables(connection: sa.Connection) -> Tables:
    metadata = sa.MetaData()
    metadata.reflect(connection, only=READ, resolve_fks=False)
    return metadata.tables


def _shown(catalogue: str) -> str:
    """Without a password."""
    if "://" not in catalogue:
        return catalogue
    try:
        return sa.make_url(catalogue).render_as_string()
    except sa.exc.ArgumentError:
        return "given"
