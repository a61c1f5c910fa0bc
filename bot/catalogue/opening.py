"""Opening the catalogue: its engine, and the migrations."""

import logging
from pathlib import Path

import alembic.command
import alembic.config
import alembic.util
import sqlalchemy as sa

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


def _migrate(connection: sa.Connection) -> None:
    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = alembic.config.Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    alembic.command.upgrade(config, "head")
