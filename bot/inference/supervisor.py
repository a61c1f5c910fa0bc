"""Inference as everybody knows it: one thing to ask, whatever process answers.

Why a layer of its own: a bundle can take another's place while the bot runs. Whoever wants an
answer takes ``client`` once and finishes on it; whoever comes after the switch gets the new one.
"""

import asyncio
import logging
from pathlib import Path

from bot.errors import StartError
from bot.inference.client import BundleFacts, InferenceClient
from bot.inference.supervised import InferenceOptions, OnStart, State, SupervisedProcess, first

__all__ = ["InferenceOptions", "InferenceSupervisor", "State"]

log = logging.getLogger(__name__)

# A bundle that is to take over and cannot be started is refused after so many times.
MOST_FAILURES = 3
LOOK_SECONDS, MOST_LOOKS = 0.01, 100


class InferenceSupervisor:
    """The inference process that answers now."""

    def __init__(
        self,
        options: InferenceOptions,
        on_start: OnStart,
        threads: int = 0,
        or_else: InferenceOptions | None = None,
    ) -> None:
        """Nothing starts before ``run``.

        Args:
            options: With which bundle.
            on_start: Called at each start of a process that answers, before anybody may ask.
            threads: For each process; 0: one for each core.
            or_else: What to start if that bundle is refused; None: then ``run`` ends.
        """
        self._on_start = on_start
        self._threads = threads
        self._process = SupervisedProcess(options, on_start, threads)
        self._or_else = or_else
        self._switched = asyncio.Event()
        self._restarts = 0

    @property
    def state(self) -> State:
        """Where the process stands."""
        return self._process.state

    @property
    def client(self) -> InferenceClient:
        """The process, ready to be asked.

        Raises:
            UnavailableError: If it is not there or not ready.
        """
        return self._process.client

    @property
    def facts(self) -> BundleFacts:
        """Facts of the bundle; known from the first start on.

        Raises:
            UnavailableError: If the process has not started yet.
        """
        return self._process.facts

    @property
    def vocabulary_size(self) -> int:
        """Number of tags; 0 until the first start."""
        return self._process.vocabulary_size

    @property
    def options(self) -> InferenceOptions:
        """What the process that answers was started with."""
        return self._process.options

    @property
    def bundle(self) -> Path:
        """Directory of the bundle that is served."""
        return self._process.options.directory

    @property
    def busy(self) -> bool:
        """Whether requests are being answered."""
        return self._process.busy

    @property
    def restarts(self) -> int:
        """How often a process was started again."""
        return self._restarts + self._process.restarts

    async def ready(self) -> None:
        """Wait until the process can be asked, whichever it is then."""
        while self._process.state != "ready":
            up = asyncio.create_task(self._process.up.wait())
            try:
                await first(up, self._switched)
            finally:
                up.cancel()

    async def calm(self) -> None:
        """Wait until nobody is being answered, but never long: for work that can wait."""
        for _ in range(MOST_LOOKS):
            if not self.busy:
                break
            await asyncio.sleep(LOOK_SECONDS)

    def beside(self, options: InferenceOptions, on_start: OnStart) -> SupervisedProcess:
        """A process that may take the place of this one; not started yet."""
        return SupervisedProcess(options, on_start, self._threads, MOST_FAILURES)

    def switch(self, process: SupervisedProcess) -> SupervisedProcess:
        """Let another process answer from this moment on.

        Returns:
            The one that has answered so far. It is the caller's to close, after whoever holds its
            client has finished.
        """
        before = self._process
        before.retire()
        process.on_start, process.most_failures = self._on_start, None
        self._turn_to(process)
        return before

    async def run(self) -> None:
        """Keep inference running until cancelled, then let it finish what it does.

        Raises:
            StartError: If the first start is refused (a damaged bundle, for example).
        """
        try:
            while True:
                process = self._process
                await first(process.start(), self._switched)
                if process is self._process:
                    self._fall_back(process.start())
        finally:
            await self._process.close()

    def _fall_back(self, ended: asyncio.Task[None]) -> None:
        """Go on with the other bundle, if there is one."""
        try:
            ended.result()
        except StartError as error:
            if self._or_else is None:
                raise
            log.error("%s Serving %s instead.", error, self._or_else.directory)
            self._turn_to(SupervisedProcess(self._or_else, self._on_start, self._threads))
            self._or_else = None

    def _turn_to(self, process: SupervisedProcess) -> None:
        self._restarts += self._process.restarts
        self._process = process
        self._switched.set()
        self._switched = asyncio.Event()
