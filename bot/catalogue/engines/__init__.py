"""The kinds of databases that the catalogue may be in, a file each.

Whatever one of them needs beside SQL stands there; nothing else asks which one it is.
"""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.catalogue.engines.engine import ANYTHING, Engine
from bot.catalogue.engines.postgresql import PostgresqlEngine
from bot.catalogue.engines.sqlite import SqliteEngine
from bot.errors import StartError

__all__ = ["ANYTHING", "Engine", "engine_of", "insert"]

_ENGINES: Mapping[str, type[PostgresqlEngine | SqliteEngine]] = {
    "postgresql": PostgresqlEngine,
    "sqlite": SqliteEngine,
}
_EXPECTED = (
    "Expected postgresql://USER@HOST/DATABASE, or sqlite:///FILE; empty for SQLite in bot.data_dir."
)


def engine_of(url: str) -> Engine:
    """The engine of a URL; no connection is made yet.

    Raises:
        StartError: If there is none for such a URL, its driver is not installed, or the URL holds
            a password.
    """
    try:
        parsed = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        raise StartError(f"The catalogue's URL cannot be read. {_EXPECTED}") from None
    if parsed.password is not None or "password" in parsed.query:
        raise StartError(
            "The catalogue's URL holds a password, which would stand in files and in the list of "
            "processes. Put it into the environment variable PGPASSWORD, and leave it out of the "
            "URL."
        )
    name = parsed.get_backend_name()
    if name not in _ENGINES:
        raise StartError(f"The catalogue cannot be in a database of the kind {name}. {_EXPECTED}")
    try:
        return _ENGINES[name](parsed)
    except ImportError as error:
        raise StartError(
            f"The catalogue {parsed.render_as_string()} needs a driver that is not installed "
            f"({error}). Install it into the bot's environment: pip install 'hoshizora[{name}]'."
        ) from error


def insert(connection: AsyncConnection, table: sa.Table) -> "postgresql.Insert | sqlite.Insert":
    """An INSERT of the connection's own kind, which can say what happens to a row that is there."""
    return _ENGINES[connection.dialect.name].insert(table)
