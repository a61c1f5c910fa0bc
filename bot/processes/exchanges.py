"""Requests to a child process that outlive whoever asked.

A child that is not heard out must be killed (``Child.exchange``). So nobody who loses interest, or
is cancelled, may break an exchange off: it goes on by itself, and its answer is thrown away.
"""

import asyncio
import contextlib
from typing import Any

from bot.processes.children import Child, ChildDiedError
from bot.processes.frames import Frame


class RequestFailedError(Exception):
    """The process could not do what it was asked; its log says why. It goes on."""


class LostError(Exception):
    """The process ended before its answer, or was ended since it took too long."""


class Exchanges:
    """Asks one child, one request after another."""

    def __init__(self, child: Child, timeout_seconds: float, max_answer_bytes: int) -> None:
        self._child = child
        self._timeout_seconds = timeout_seconds
        self._max_answer_bytes = max_answer_bytes
        self._tasks: set[asyncio.Task[Any]] = set()

    @property
    def busy(self) -> bool:
        """Whether requests are being answered, or wait for their turn."""
        return bool(self._tasks)

    async def finish(self) -> None:
        """Wait until every request that was begun is over, however it ends."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def ask(self, frame: Frame) -> Frame:
        """Send a request and wait for its answer.

        Raises:
            LostError: If the process is not there, any more.
            RequestFailedError: If it says that it cannot.
        """
        work = self._child.exchange(frame, self._timeout_seconds, self._max_answer_bytes)
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._let_go)
        try:
            answer = await asyncio.shield(task)
        except (ChildDiedError, TimeoutError) as error:
            raise LostError(str(error) or "it took too long") from error
        if "failed" in answer.header:
            raise RequestFailedError(answer.header["failed"])
        return answer

    def _let_go(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        # Somebody who was cancelled meanwhile will not ask for the error.
        with contextlib.suppress(asyncio.CancelledError):
            task.exception()
