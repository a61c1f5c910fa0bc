"""The teaching process from the bot's side: started when it is needed, asked, ended when idle.

A request starts the process if there is none, so nothing has to watch over it: one that was lost is
started again by the next request, and whoever waited for the lost one is told to try again.
"""

import asyncio
import logging
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.errors import TeachingLostError
from bot.processes.frames import Frame
from bot.teaching.child import CLOSE_SECONDS, TeacherOptions, TeachingChild, prior_for

__all__ = ["Choice", "Fitted", "Teacher", "TeacherOptions", "prior_for"]

log = logging.getLogger(__name__)

IDLE_SECONDS = 3600.0
# So many are scored while a fit waits for its turn.
SCORED_AT_ONCE = 2000

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Fitted:
    """A taught tag as it was fitted.

    Attributes:
        model: ``Taught.to_bytes()``.
        threshold: From which score on the tag counts.
        support: The examples that have it.
    """

    model: bytes
    threshold: float
    support: int


@dataclass(frozen=True)
class Choice:
    """What to ask next.

    Attributes:
        positions: Of the chosen ones among the candidates, the best question first.
        scores: (N,) float32 of all candidates.
    """

    positions: tuple[int, ...]
    scores: Floats


class Teacher:
    """Fits and scores taught tags in a process of its own."""

    def __init__(self, options: TeacherOptions, idle_seconds: float = IDLE_SECONDS) -> None:
        """Nothing is started yet.

        Args:
            options: Of the process.
            idle_seconds: After so long without a request it is ended.
        """
        self._options = options
        self._idle_seconds = idle_seconds
        self._running: TeachingChild | None = None
        self._start: asyncio.Task[TeachingChild] | None = None
        self._ending: set[asyncio.Task[None]] = set()
        self._idle: asyncio.TimerHandle | None = None

    @property
    def pid(self) -> int | None:
        """Id of the process; None: there is none at the moment."""
        running = self._running
        return running.pid if running is not None and running.alive else None

    async def warm_up(self) -> None:
        """Start the process if there is none: somebody is about to need it.

        Raises:
            TeachingLostError: If it cannot be started now.
            TeachingFailedError: If it refuses the bundle.
        """
        await self._process()

    async def fit(self, prior_id: str, positives: Floats, negatives: Floats) -> Fitted:
        """Fit a tag.

        Args:
            prior_id: What it is to be said by; the process's own, or it refuses.
            positives: (n, D) float32 with n ≥ 1, examples that have it.
            negatives: (m, D) float32, examples that have it not; m may be 0.

        Raises:
            TeachingLostError: If the process was lost; trying again helps.
            TeachingFailedError: If it cannot be fitted; trying again does not.
        """
        header = {"operation": "fit", "prior_id": prior_id}
        answer = await self._ask(Frame(header, (_packed(positives), _packed(negatives))))
        facts = answer.header
        return Fitted(answer.blobs[0], facts["threshold"], facts["support"])

    async def score(self, model: bytes, embeddings: Floats) -> Floats:
        """Score (N, D) float32 embeddings by one tag → (N,) float32.

        Raises:
            TeachingLostError: If the process was lost; trying again helps.
            TeachingFailedError: If the model is damaged or of another encoder than the bundle's.
        """
        parts = []
        for first in range(0, len(embeddings), SCORED_AT_ONCE):
            some = embeddings[first : first + SCORED_AT_ONCE]
            answer = await self._ask(Frame({"operation": "score"}, (model, _packed(some))))
            parts.append(np.frombuffer(answer.blobs[0], np.float32))
        return np.concatenate(parts) if parts else np.empty(0, np.float32)

    async def choose(self, model: bytes, candidates: Floats, marked: Floats, count: int) -> Choice:
        """Choose what to ask next, where an answer teaches most.

        Args:
            model: The tag as it is now.
            candidates: (N, D) float32 that may be asked about.
            marked: (M, D) float32 that were marked already, right or wrong.
            count: How many at most.

        Raises:
            TeachingLostError: If the process was lost; trying again helps.
            TeachingFailedError: If the model is damaged or of another encoder than the bundle's.
        """
        header = {"operation": "choose", "count": count}
        answer = await self._ask(Frame(header, (model, _packed(candidates), _packed(marked))))
        scores = np.frombuffer(answer.blobs[0], np.float32)
        return Choice(tuple(answer.header["positions"]), scores)

    def turn_to(self, options: TeacherOptions) -> None:
        """Work with another bundle from the next request on; what runs is finished first."""
        if options != self._options:
            self._options = options
            self._retire()

    async def close(self) -> None:
        """End the process; what it is doing is given up after a moment."""
        if self._start is not None:
            self._start.cancel()
            await asyncio.gather(self._start, return_exceptions=True)
        self._retire()
        if self._ending:
            _, unfinished = await asyncio.wait(self._ending, timeout=CLOSE_SECONDS)
            for task in unfinished:
                task.cancel()
            await asyncio.gather(*unfinished, return_exceptions=True)

    async def _ask(self, frame: Frame) -> Frame:
        running = await self._process()
        try:
            return await running.ask(frame)
        except TeachingLostError:
            if self._running is running:
                self._retire()
            raise
        finally:
            self._rest()

    async def _process(self) -> TeachingChild:
        """The process; started if there is none, once for all who ask meanwhile."""
        if self._running is not None and self._running.alive:
            return self._running
        if self._start is None:
            self._retire()
            self._start = asyncio.create_task(self._started())
            self._start.add_done_callback(self._has_started)
        try:
            # Shielded: others may wait for the same start.
            return await asyncio.shield(self._start)
        except asyncio.CancelledError:
            asking = asyncio.current_task()
            if asking is not None and asking.cancelling():
                raise
            raise TeachingLostError("The bot is being ended. Start it again.") from None

    async def _started(self) -> TeachingChild:
        while True:
            options = self._options
            running = await TeachingChild.start(options)
            if options == self._options:
                break
            await running.end()
        log.info("the teaching process is ready: process %d", running.pid)
        return running

    def _has_started(self, task: asyncio.Task[TeachingChild]) -> None:
        self._start = None
        # Whoever was cancelled meanwhile will not ask for the error.
        if not task.cancelled() and task.exception() is None:
            self._running = task.result()
            self._rest()

    def _rest(self) -> None:
        """Count the idle time anew."""
        if self._idle is not None:
            self._idle.cancel()
        self._idle = asyncio.get_running_loop().call_later(self._idle_seconds, self._doze)

    def _doze(self) -> None:
        if self._running is not None and self._running.busy:
            self._rest()
        else:
            self._retire()

    def _retire(self) -> None:
        """Let the process end when it has finished; the next request starts another."""
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
        running, self._running = self._running, None
        if running is not None:
            task = asyncio.create_task(running.end())
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)


def _packed(embeddings: Floats) -> bytes:
    return np.ascontiguousarray(embeddings, np.float32).tobytes()
