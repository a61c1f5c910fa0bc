"""A PostgreSQL server for tests: a cluster of its own on a Unix socket, gone with the tests.

Its files are in no directory of pytest's: those are for their owner alone, and a server that root
starts must belong to somebody else. Its collation is English, so that whoever leans on the order
of bytes is found out.
"""

import asyncio
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from bot.catalogue import Catalogue
from bot.catalogue import tables as tables_of_catalogue

USER = "hoshizora"
on_sqlite = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
"""Marks a test of what SQLite alone has: its file, its limits."""
on_postgresql = pytest.mark.parametrize("url", ["postgresql"], indirect=True)
"""Marks a test of what SQLite has not: processes that do something at the same time."""
CATALOGUE, FRESH = "catalogue", "fresh"
START_SECONDS = 60
# Nothing of it outlives the tests: so nothing has to be safe on a disk.
HASTE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off")


@dataclass(frozen=True)
class Server:
    """A running server.

    Attributes:
        place: Where its socket and its files are.
    """

    place: Path

    @property
    def data(self) -> Path:
        """Its files."""
        return self.place / "data"

    def url(self, database: str) -> str:
        """As ``bot.catalogue`` has it."""
        return f"postgresql://{USER}@/{database}?host={self.place}"

    def emptied(self) -> str:
        """The URL of a catalogue without content: the same each time, which is faster by far."""
        tables = tables_of_catalogue.metadata.sorted_tables
        deleted = [f'DELETE FROM "{table.name}";' for table in reversed(tables)]
        begun_again = "PERFORM setval(oid, 1, false) FROM pg_class WHERE relkind = 'S';"
        self.execute(f"DO $$ BEGIN {' '.join(deleted)} {begun_again} END $$", CATALOGUE)
        return self.url(CATALOGUE)

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """The URL of a database without any table."""
        self.execute(f"CREATE DATABASE {FRESH}")
        try:
            yield self.url(FRESH)
        finally:
            self.execute(f"DROP DATABASE {FRESH} WITH (FORCE)")

    def execute(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """Run one statement by itself; its rows."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            answer = connection.execute(statement)
            return answer.fetchall() if answer.description else []


@contextmanager
def running_server() -> Iterator[Server]:
    """A server with a catalogue; where none is installed, the test is skipped."""
    binaries = _binaries()
    place = Path(tempfile.mkdtemp(prefix="hoshizora-"))
    server = Server(place)
    command = [*_as_somebody(place), str(binaries / "postgres"), "-D", str(server.data)]
    options = (*HASTE, "listen_addresses=", f"unix_socket_directories={place}")
    try:
        _initialise(binaries, server)
        with (place / "log").open("wb") as log:
            process = subprocess.Popen(
                [*command, *(part for one in options for part in ("-c", one))],
                stdout=log,
                stderr=log,
            )
        try:
            _wait_for(server)
            server.execute(f"CREATE DATABASE {CATALOGUE}")
            asyncio.run(_migrate(server.url(CATALOGUE)))
            yield server
        finally:
            process.send_signal(signal.SIGQUIT)
            process.wait()
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _binaries() -> Path:
    """Where the newest server's programs are."""
    debian = [int(one.parts[-3]) for one in Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    if debian:
        return Path(f"/usr/lib/postgresql/{max(debian)}/bin")
    on_path = shutil.which("postgres")
    if on_path is None:
        pytest.skip("PostgreSQL is missing: apt-get install postgresql")
    return Path(on_path).resolve().parent


def _as_somebody(place: Path) -> list[str]:
    """What a server's programs are started by: it must not be root, and ends with the tests."""
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        return []
    command = [setpriv, "--pdeathsig", "INT"]
    if os.geteuid() == 0:
        shutil.chown(place, "nobody")
        command += ["--reuid", "nobody", "--clear-groups"]
    return command


def _initialise(binaries: Path, server: Server) -> None:
    initdb = str(binaries / "initdb")
    named = subprocess.run([initdb, "--version"], check=True, capture_output=True, text=True)
    version = re.search(r"\d+", named.stdout)
    new = version is not None and int(version[0]) >= 15
    english = ("--locale-provider", "icu", "--icu-locale", "en") if new else ()
    subprocess.run(
        [
            *_as_somebody(server.place),
            initdb,
            *("--pgdata", str(server.data), "--username", USER, "--auth", "trust", "--no-sync"),
            *("--encoding", "UTF8", "--locale", "C", *english),
        ],
        check=True,
        capture_output=True,
        text=True,
        cwd=server.place,
    )


def _wait_for(server: Server) -> None:
    ends = time.monotonic() + START_SECONDS
    while True:
        try:
            server.execute("SELECT 1")
        except psycopg.OperationalError:
            if time.monotonic() > ends:
                raise
            time.sleep(0.05)
        else:
            return


async def _migrate(url: str) -> None:
    await (await Catalogue.open(url)).close()
