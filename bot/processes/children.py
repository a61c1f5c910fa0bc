"""The parent's side of a child process: start it, exchange frames with it, end it."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence

from bot.processes.frames import Frame, FrameError, frame_parts, receive_frame
from bot.secrets import environment_of_children

# Large requests are written in pieces, so that the event loop gets its turn in between.
PIECE_BYTES = 256 * 1024


class ChildDiedError(Exception):
    """The child ended, or answered with something that is no frame, before its answer."""


class Child:
    """A child process that answers one frame with one frame, in their order."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._turn = asyncio.Lock()
        self._relaying: asyncio.Task[None] | None = None

    @classmethod
    async def start(
        cls,
        module: str,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        on_line: Callable[[str], None] | None = None,
    ) -> "Child":
        """Start ``python -m module arguments`` with ``environment`` added to ours.

        The child gets a session of its own: an interrupt of the terminal is for the parent alone.

        Args:
            module: What to run.
            arguments: Its command line.
            environment: Variables besides our own, of which no secret is passed on.
            on_line: Gets each line that the child prints; None: they go where ours go.
        """
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            module,
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=None if on_line is None else asyncio.subprocess.PIPE,
            env={**environment_of_children(), **environment},
            start_new_session=True,
        )
        child = cls(process)
        if on_line is not None:
            child._relaying = asyncio.create_task(child._relay(on_line))
        return child

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process has not ended yet."""
        return self._process.returncode is None

    async def receive(self, timeout_seconds: float, max_bytes: int) -> Frame:
        """Wait for a frame that was not asked for: a child's first words.

        Raises:
            ChildDiedError: If it ends instead.
            TimeoutError: If it stays silent.
        """
        async with asyncio.timeout(timeout_seconds):
            return await self._receive(max_bytes)

    async def exchange(self, frame: Frame, timeout_seconds: float, max_bytes: int) -> Frame:
        """Send a frame and wait for its answer of at most ``max_bytes``.

        After any error, cancellation included, the child is killed: its next frame could be the
        answer to a question that nobody waits for any more.

        Raises:
            ChildDiedError: If the child ends before it has answered.
            TimeoutError: If the answer takes longer, not counting the wait for one's turn.
        """
        async with self._turn:
            try:
                async with asyncio.timeout(timeout_seconds):
                    await self._send(frame)
                    return await self._receive(max_bytes)
            except BaseException:
                self.kill()
                raise

    async def ended(self) -> int:
        """Wait until the process has ended.

        Returns:
            Its exit status; negative: the signal that ended it.
        """
        return await self._process.wait()

    def kill(self) -> None:
        """End the process at once.

        Not by the process object: that looks first whether the process has ended, and whoever
        waits for the exit status of one that has would never hear it.
        """
        if self.alive:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    async def close(self, grace_seconds: float) -> None:
        """Let the process finish what it does and end; kill it after ``grace_seconds``."""
        assert self._process.stdin is not None  # noqa: S101 - for the type checker
        self._process.stdin.close()
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(grace_seconds):
                    await self._process.wait()
        finally:  # Whoever is cancelled while waiting leaves no process behind.
            self.kill()
            await self._process.wait()
            if self._relaying is not None:
                await self._relaying

    async def _relay(self, on_line: Callable[[str], None]) -> None:
        assert self._process.stderr is not None  # noqa: S101 - for the type checker
        rest = b""
        while piece := await self._process.stderr.read(PIECE_BYTES):
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                on_line(line.decode(errors="replace"))
        if rest:
            on_line(rest.decode(errors="replace"))

    async def _send(self, frame: Frame) -> None:
        assert self._process.stdin is not None  # noqa: S101 - for the type checker
        try:
            for part in frame_parts(frame):
                view = memoryview(part)
                for start in range(0, len(view), PIECE_BYTES):
                    self._process.stdin.write(view[start : start + PIECE_BYTES])
                    await self._process.stdin.drain()
        except (ConnectionError, RuntimeError) as error:
            raise ChildDiedError(str(error)) from error

    async def _receive(self, max_bytes: int) -> Frame:
        assert self._process.stdout is not None  # noqa: S101 - for the type checker
        try:
            return await receive_frame(self._process.stdout, max_bytes)
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise ChildDiedError("the process ended") from error
        except FrameError as error:
            raise ChildDiedError(f"the process answered with {error}") from error
