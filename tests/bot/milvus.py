"""A Milvus server for tests: Milvus Lite in a process of its own, spoken to over loopback.

The same client, and the same protocol, as a real one has. Unlike that it forgets which collections
were loaded when it starts again, writes nothing anew when it is told to, and calls every
consistency strong.
"""

import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.index.milvus.collection import MilvusCollection
from bot.index.milvus.server import MilvusServer, check_driver

on_both_indexes = pytest.mark.parametrize("index_server", ["embedded", "milvus"], indirect=True)
"""Marks a test, or a file, of what holds whatever the index of ``settings`` is."""
START_SECONDS = 120
# Ends with the tests, however they end: its standard input is theirs.
_PROGRAM = (
    "import os, sys, threading\n"
    "threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()\n"
    "from milvus_lite.adapter.grpc.server import run_server\n"
    "run_server(sys.argv[1], '127.0.0.1', int(sys.argv[2]))\n"
)


@dataclass
class Lite:
    """A server that can be taken away and brought back."""

    place: Path
    port: int
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def url(self) -> str:
        """As ``bot.index.milvus`` has it."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, and wait until it can be reached."""
        with (self.place / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", _PROGRAM, str(self.place / "data"), str(self.port)],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
            )
        ends = time.monotonic() + START_SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                assert self.process.poll() is None, (self.place / "log").read_text()
                assert time.monotonic() < ends
                time.sleep(0.05)
            else:
                return

    def kill(self) -> None:
        """Take it away; what it has stays on the disk."""
        if self.process is not None:
            self.process.kill()
            self.process.communicate()

    def collection(self, owner: str, width: int, encoder_id: str = "encoder") -> MilvusCollection:
        """A collection there, through a connection of its own."""
        return MilvusCollection(MilvusServer(self.url), owner, encoder_id, width)


def fresh_owner() -> str:
    """The name of a catalogue that has nothing there yet."""
    return secrets.token_hex(4)


@contextmanager
def running_milvus(*, start: bool = True) -> Iterator[Lite]:
    """A server without any collection, already there or yet to be started."""
    check_driver()
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="hoshizora-") as place:
        server = Lite(Path(place), port)
        try:
            if start:
                server.start()
            yield server
        finally:
            server.kill()
