"""Opening the catalogue: its engine, and the migrations."""

import logging
from pathlib import Path

import alembic.command
import alembic.config
import alembic.util
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from bot.catalogue.engines import Engine, engine_of
from bot.errors import StartError

MIGRATIONS = Path(__file__).parent / "migrations"


async def open_engine(url: str) -> Engine:
    """Bring the database of ``url`` to the newest version.

    Of processes that begin at once one does it, and the others wait for it.

    Args:
        url: For example ``sqlite:///data/catalogue.sqlite`` or ``postgresql://mira@db/hoshizora``.

    Raises:
        StartError: If it cannot be reached, is damaged, no database, or of a newer version of the
            bot.
    """
    engine = engine_of(url)
    try:
        async with engine.readers.connect() as connection:
            newest = await connection.run_sync(_is_newest)
        if not newest:
            async with engine.writers.begin() as connection:
                await engine.wait_for_turn(connection)
                await connection.run_sync(_migrate)
    except BaseException as error:
        await engine.dispose()
        if not isinstance(error, sa.exc.DBAPIError | alembic.util.CommandError):
            raise
        reason = error.orig if isinstance(error, sa.exc.DBAPIError) else error
        raise StartError(
            f"The catalogue {engine.shown} cannot be opened: "
            f"{' '.join(str(reason).split())}. {engine.hint}"
        ) from error
    return engine


def _is_newest(connection: sa.Connection) -> bool:
    """Whether there is nothing to migrate: then nobody who writes is waited for."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    there = MigrationContext.configure(connection).get_current_heads()
    return set(there) == set(ScriptDirectory.from_config(_configuration()).get_heads())


def _migrate(connection: sa.Connection) -> None:
    config = _configuration()
    config.attributes["connection"] = connection
    alembic.command.upgrade(config, "head")


def _configuration() -> alembic.config.Config:
    config = alembic.config.Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config
