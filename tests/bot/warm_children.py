"""Starts the bot's child processes by forking one that has imported what they import.

A test's bot has up to three children, whose imports cost more than all that the test does with
them. So each kind is imported once, in a process that waits (``tests.bot.warm_start``) and forks a
child whenever one is asked for. The fork is a child of the asking process like any other: with its
pipes, its environment, its exit status, its end by signals. What differs is the way to its first
line, and the command line that the system shows. Tests of the processes themselves have their
children start as the bot starts them: they take ``children_from_nothing``.

Only Linux hands such a fork over; elsewhere all children start as the bot starts them.
"""

import asyncio.unix_events
import ctypes
import inspect
import json
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

PYTHON, ROOT = sys.executable, Path(__file__).parents[2]
# What each kind imports in nearly every test, beside its own module's imports.
IMPORTED = {
    "bot.decoding.process": (),
    "bot.inference.process": ("bot.fakes", "model.index.scanning"),
    "bot.teaching.process": ("bot.fakes", "xgboost"),
}
# Libraries read these when they are imported: whoever sets them otherwise waits for another import.
READ_AT_IMPORT = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")
PR_SET_CHILD_SUBREAPER = 36


class WarmProcess:
    """The waiting process of one kind of child."""

    def __init__(self, module: str, environment: Mapping[str, str]) -> None:
        self._ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            number = theirs.fileno()
            command = [PYTHON, "-m", "tests.bot.warm_start", str(number), module]
            self._process = subprocess.Popen(
                [*command, *IMPORTED[module]], pass_fds=[number], env=environment, cwd=ROOT
            )

    def fork(
        self, arguments: Sequence[str], environment: Mapping[str, str], files: Sequence[int]
    ) -> int:
        """Have a child made that is ours, with three files as its standard ones; its process id."""
        request = json.dumps([arguments, dict(environment), str(Path.cwd())])
        with _adopting_orphans():
            socket.send_fds(self._ours, [request.encode()], files)
            process_id = int(self._ours.recv(64))
            self._ours.recv(64)  # The one between it and us has ended.
        return process_id

    def end(self) -> None:
        """End it; children that it has forked go on."""
        self._ours.close()
        self._process.wait()


@contextmanager
def _adopting_orphans() -> Iterator[None]:
    """Let our children's children be ours when those end."""
    prctl = ctypes.CDLL(None).prctl
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    try:
        yield
    finally:
        prctl(PR_SET_CHILD_SUBREAPER, 0)


class _Popen(subprocess.Popen[bytes]):
    """Forks what is kept warm; starts anything else as ever."""

    warm: ClassVar[dict[tuple[str, ...], WarmProcess]] = {}

    def _execute_child(self, *given: Any) -> None:
        call = inspect.signature(subprocess.Popen._execute_child).bind(self, *given).arguments
        program, *rest = call["args"]
        if program != PYTHON or rest[0] != "-m" or rest[1] not in IMPORTED:
            super()._execute_child(*given)
            return
        _, module, *arguments = rest
        errors = 2 if call["errwrite"] == -1 else call["errwrite"]
        files = (call["p2cread"], call["c2pwrite"], errors)
        self.pid = self._warm_for(module, call["env"]).fork(arguments, call["env"], files)
        self._child_created = True
        ends = ("p2cread", "p2cwrite", "c2pread", "c2pwrite", "errread", "errwrite")
        self._close_pipe_fds(*(call[end] for end in ends))

    def _warm_for(self, module: str, environment: Mapping[str, str]) -> WarmProcess:
        key = (module, *(environment.get(name, "") for name in READ_AT_IMPORT))
        if key not in self.warm:
            self.warm[key] = WarmProcess(module, environment)
        return self.warm[key]


@contextmanager
def warm_children() -> Iterator[None]:
    """Within it asyncio's processes are forked, if they are of a kind that is kept warm."""
    if sys.platform != "linux":
        yield
        return
    forking = SimpleNamespace(**(vars(subprocess) | {"Popen": _Popen}))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncio.unix_events, "subprocess", forking)
        yield
    while _Popen.warm:
        _Popen.warm.popitem()[1].end()
