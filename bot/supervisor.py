"""Keeps the inference process running.

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
from typing import Any, Literal

from bot.children import Child, ChildDiedError
from bot.errors import StartError, UnavailableError
from bot.illustrations import VocabularyTag
from bot.inference import MAX_ANSWER_BYTES, BundleFacts, InferenceClient

log = logging.getLogger(__name__)

State = Literal["starting", "ready", "degraded"]
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
        index_dir: Where the vector index of each encoder lives.
        tail_limit: See ``IndexConfig``.
        tagger: The class to load, ``module:name``; another one only in tests.
    """

    bundle: str
    index_dir: str
    tail_limit: int
    tagger: str = "model.tagger:Tagger"


class InferenceSupervisor:
    """Starts the inference process, and starts it again whenever it ends."""

    def __init__(
        self,
        options: InferenceOptions,
        on_start: Callable[[InferenceClient], Awaitable[None]],
        threads: int = 0,
    ) -> None:
        self._options = options
        self._on_start = on_start
        self._environment = _environment(threads)
        self._child: Child | None = None
        self._client: InferenceClient | None = None
        self._facts: BundleFacts | None = None
        self._ready = asyncio.Event()
        self.restarts = 0

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

    async def ready(self) -> None:
        """Wait until the process can be asked."""
        await self._ready.wait()

    async def run(self) -> None:
        """Keep the process running until cancelled, then let it finish what it does.

        Raises:
            StartError: If the first start is refused (a damaged bundle, for example).
        """
        pause = FIRST_PAUSE_SECONDS
        try:
            while True:
                if await self._run_once():
                    pause = FIRST_PAUSE_SECONDS
                self.restarts += 1
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
        finally:
            self._lose()
            if self._child is not None:
                await self._child.close(CLOSE_SECONDS)

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
        self._ready.set()
        log.info(
            "inference is ready: %d tags, encoder %s, process %d",
            len(client.facts.vocabulary),
            client.facts.encoder_id,
            child.pid,
        )
        status = await child.ended()
        self._lose()
        await child.close(CLOSE_SECONDS)
        log.error("inference ended with status %s; starting it again", status)
        return True

    def _lose(self) -> None:
        self._client = None
        self._ready.clear()

    async def _start(self) -> tuple[Child, InferenceClient]:
        options = json.dumps(asdict(self._options))
        child = await Child.start("bot.inference_process", (options,), self._environment, _note)
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
        await self._on_start(client)
        self._facts = client.facts
        return client


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
        introduction["width"],
        introduction["image_size_px"],
        tuple(VocabularyTag(*tag) for tag in introduction["vocabulary"]),
    )
