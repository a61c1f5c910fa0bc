"""Runs ``python -m train`` beside the bot: at the lowest priority, never longer than the bot."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from bot.secrets import environment_of_children

TRAINING = (sys.executable, "-m", "train")
LOOK_SECONDS = 1.0
# A log is read by people, hours later: a line every half minute is enough.
QUIET = {"TQDM_MININTERVAL": "30", "TF_CPP_MIN_LOG_LEVEL": "3"}


class RunningCommand:
    """A command that has been started."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def ended(self) -> int | None:
        """Wait a moment for its end.

        Returns:
            Its exit status; None: it goes on.
        """
        # Not wait_for: before Python 3.12 it loses a cancellation that comes with the end.
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                return await self._process.wait()
        except TimeoutError:
            return None

    async def kill(self) -> None:
        """End it and everything that it has started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        await self._process.wait()


class Commands:
    """Starts training commands."""

    def __init__(
        self,
        program: Sequence[str] = TRAINING,
        secrets: Sequence[str] = (),
    ) -> None:
        """Choose what is run.

        Args:
            program: Another one only in tests.
            secrets: Those that it needs, by the names of their variables.
        """
        self._program, self._secrets = tuple(program), tuple(secrets)

    @asynccontextmanager
    async def running(self, arguments: Sequence[str], log: Path) -> AsyncIterator[RunningCommand]:
        """Run a command within the ``with``; leaving that ends it.

        Args:
            arguments: Its command line.
            log: What it prints goes to the end of this file.
        """
        guarded = (sys.executable, "-m", "bot.processes.guardian", *self._program, *arguments)
        with log.open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                *guarded,
                stdin=asyncio.subprocess.PIPE,
                stdout=output,
                stderr=output,
                env=environment_of_children(*self._secrets) | QUIET,
                start_new_session=True,
            )
        command = RunningCommand(process)
        try:
            yield command
        finally:
            await command.kill()
