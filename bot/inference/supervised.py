"""Keeps the inference process of one bundle running.

While the process is not there every request raises ``UnavailableError`` at once; nobody waits in
the dark. After each start ``on_start`` brings its index in line with the catalogue before anybody
else may ask.
"""

import asyncio
import json
import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from bot.errors import StartError, UnavailableError
from bot.illustrations import VocabularyTag
from bot.inference.client import MAX_ANSWER_BYTES, BundleFacts, InferenceClient
from bot.processes.children import Child, ChildDiedError
from model.bundle import default_bundle

log = logging.getLogger(__name__)

State = Literal["starting", "ready", "degraded"]
OnStart = Callable[[InferenceClient], Awaitable[None]]
START_TIMEOUT_SECONDS = 300.0
CLOSE_SECONDS = 2.0
FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 30.0
# TensorFlow says these at every start, whatever the level.
_NOISE = re.compile(r"WARNING: All log messages before absl::InitializeLog|I\d{4} |\s*$")


@dataclass(frozen=True)
class InferenceOptions:
    """What the inference process is started with.

    Attributes:
        bundle: Directory of the bundle; empty: the default one.
        index_dir: Where the vector index of each encoder lives. Two processes never share one.
        tail_limit: See ``IndexConfig``.
        tagger: The class to load, ``module:name``; another one only in tests.
    """

    bundle: str
    index_dir: str
    tail_limit: int
    tagger: str = "model.tagger:Tagger"

    @property
    def directory(self) -> Path:
        """Directory of the bundle, also of the default one."""
        return Path(self.bundle) if self.bundle else default_bundle()


class SupervisedProcess:
    """Starts the inference process of one bundle, and starts it again whenever it ends.

    Attributes:
        on_start: Called at each start, before anybody else may ask.
        most_failures: After it did not start or ended so often, the bundle is given up; None:
            never, since the machine may be to blame.
        restarts: How often it was started again.
        up: Set while it can be asked.
    """

    def __init__(
        self,
        options: InferenceOptions,
        on_start: OnStart,
        threads: int = 0,
        most_failures: int | None = None,
    ) -> None:
        self.options = options
        self.on_start = on_start
        self.most_failures = most_failures
        self.restarts = 0
        self._environment = _environment(threads)
        self._child: Child | None = None
        self._client: InferenceClient | None = None
        self._facts: BundleFacts | None = None
        self.up = asyncio.Event()
        self._running: asyncio.Task[None] | None = None
        self._retired = False

    @property
    def state(self) -> State:
        """Where the process stands."""
        if self._client is not None:
            return "ready"
        return "starting" if self._facts is None else "degraded"

    @property
    def client(self) -> InferenceClient:
        """The process, ready to be asked.

        Raises:
            UnavailableError: If it is not there or not ready.
        """
        if self._client is None:
            raise UnavailableError("The bot's model is starting. Try again in a few seconds.")
        return self._client

    @property
    def facts(self) -> BundleFacts:
        """Facts of the bundle; known from the first start on.

        Raises:
            UnavailableError: If the process has not started yet.
        """
        if self._facts is None:
            raise UnavailableError("The bot's model is starting. Try again in a few seconds.")
        return self._facts

    @property
    def vocabulary_size(self) -> int:
        """Number of tags; 0 until the first start."""
        return len(self._facts.vocabulary) if self._facts else 0

    @property
    def busy(self) -> bool:
        """Whether requests are being answered."""
        return self._client is not None and self._client.busy

    def start(self) -> asyncio.Task[None]:
        """Start it, and keep it running until ``close``.

        Returns:
            Ends only with the reason why this bundle cannot be served (``StartError``).
        """
        if self._running is None:
            self._running = asyncio.create_task(self._run())
        return self._running

    async def ready(self) -> None:
        """Wait until the process can be asked.

        Raises:
            StartError: If it never will be.
        """
        await first(self.start(), self.up)
        if not self.up.is_set():
            self.start().result()
            raise StartError("The inference process was ended before it was ready. Try again.")

    def retire(self) -> None:
        """Answer whoever still asks, but do not start again; a start under way is given up.

        Nobody has asked a process that is not ready, and it must not call itself the one that
        answers after another has taken its place.
        """
        self._retired = True
        if self._client is None and self._running is not None:
            self._running.cancel()

    async def close(self) -> None:
        """Let the process finish what it does, and end it."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    async def _run(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        try:
            while True:
                if await self._run_once():
                    pause = FIRST_PAUSE_SECONDS
                if self._retired:
                    return
                self._give_up_after(self.restarts + 1)
                self.restarts += 1
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
        finally:
            self._lose()
            if self._child is not None:
                await self._child.close(CLOSE_SECONDS)

    def _give_up_after(self, failures: int) -> None:
        if failures == self.most_failures:
            raise StartError(
                f"Inference did not start, or ended, {failures} times with the bundle "
                f"{self.options.directory}; the log says why. Free memory, or publish it anew."
            )

    async def _run_once(self) -> bool:
        """Start the process and wait for its end; False when it never became ready."""
        try:
            child, client = await self._start()
        except StartError as error:
            if self._facts is None:
                raise
            log.error("inference cannot start again: %s", error)
            return False
        except (ChildDiedError, TimeoutError, UnavailableError) as error:
            log.error("inference did not start (%s); trying again", error or "no answer in time")
            return False
        except Exception:
            log.exception("inference did not start; trying again")
            return False
        self._client = client
        self.up.set()
        log.info(
            "inference is ready: %d tags, encoder %s, process %d",
            len(client.facts.vocabulary),
            client.facts.encoder_id,
            child.pid,
        )
        status = await child.ended()
        self._lose()
        await child.close(CLOSE_SECONDS)
        then = "its bundle is not served any more" if self._retired else "starting it again"
        log.error("inference ended with status %s; %s", status, then)
        return True

    def _lose(self) -> None:
        self._client = None
        self.up.clear()

    async def _start(self) -> tuple[Child, InferenceClient]:
        options = json.dumps(asdict(self.options))
        child = await Child.start("bot.inference.process", (options,), self._environment, _note)
        self._child = child
        try:
            return child, await self._ready_client(child)
        except BaseException:
            child.kill()
            await child.close(CLOSE_SECONDS)
            raise

    async def _ready_client(self, child: Child) -> InferenceClient:
        introduction = (await child.receive(START_TIMEOUT_SECONDS, MAX_ANSWER_BYTES)).header
        if "refused" in introduction:
            raise StartError(introduction["refused"])
        client = InferenceClient(child, _facts(introduction))
        await self.on_start(client)
        self._facts = client.facts
        return client


async def first(task: asyncio.Task[Any], event: asyncio.Event) -> None:
    """Wait for what comes first: the end of a task, or an event."""
    if event.is_set():
        return
    wait = asyncio.create_task(event.wait())
    try:
        await asyncio.wait({task, wait}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        wait.cancel()


def _note(line: str) -> None:
    if not _NOISE.match(line):
        log.warning("inference: %s", line)


def _environment(threads: int) -> dict[str, str]:
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3"}  # errors only
    if not threads:
        return quiet
    names = ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS", "TF_NUM_INTRAOP_THREADS")
    return quiet | dict.fromkeys(names, str(threads))


def _facts(introduction: dict[str, Any]) -> BundleFacts:
    return BundleFacts(
        introduction["encoder_id"],
        introduction["prior_id"],
        introduction["width"],
        introduction["image_size_px"],
        tuple(VocabularyTag(*tag) for tag in introduction["vocabulary"]),
    )
