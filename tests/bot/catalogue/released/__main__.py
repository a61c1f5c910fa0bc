"""Writes the next stored catalogue: the newest one there is, brought to the newest revision.

After a new migration, from the directory of the repository:

    python -m tests.bot.catalogue.released

Then add a row to every table that is new, in the file that it names. It is never changed again.
"""

import asyncio
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from bot.catalogue import Catalogue

HERE = Path(__file__).parent


async def _upgraded(file: Path) -> None:
    await (await Catalogue.open(f"sqlite+aiosqlite:///{file}")).close()


def main() -> None:
    newest = max(HERE.glob("*.sql"))
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "catalogue.sqlite"
        with closing(sqlite3.connect(file)) as database:
            database.executescript(newest.read_text(encoding="utf-8"))
        asyncio.run(_upgraded(file))
        with closing(sqlite3.connect(file)) as database:
            ((revision,),) = database.execute("SELECT version_num FROM alembic_version")
            target = HERE / f"{revision}.sql"
            with target.open("x", encoding="utf-8") as dump:
                dump.writelines(f"{line}\n" for line in database.iterdump())
    print(f"{target}: now add a row to every table that is new.")


if __name__ == "__main__":
    main()
