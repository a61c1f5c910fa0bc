"""One teaching process: how it is started, asked and ended."""

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Self

from bot.errors import TeachingFailedError, TeachingLostError
from bot.inference.supervised import InferenceOptions
from bot.processes.children import Child, ChildDiedError
from bot.processes.exchanges import Exchanges, LostError, RequestFailedError
from bot.processes.frames import Frame
from model.image import MiB

log = logging.getLogger(__name__)

START_TIMEOUT_SECONDS = 60.0
REQUEST_TIMEOUT_SECONDS = 60.0
CLOSE_SECONDS = 2.0
MAX_ANSWER_BYTES = 64 * MiB


@dataclass(frozen=True)
class TeacherOptions:
    """What the teaching process is started with.

    Attributes:
        bundle: Directory of the bundle; empty: the default one.
        prior: The class to load, ``module:name``; another one only in tests.
        threads: Of linear algebra; 0: one for each core.
    """

    bundle: str = ""
    prior: str = "model.teaching:Prior"
    threads: int = 0


def prior_for(tagger: str) -> str:
    """The prior that belongs to a tagger, both as ``module:name``; a fake's stands beside it."""
    if tagger == InferenceOptions.tagger:
        return TeacherOptions.prior
    return tagger.replace("Tagger", "Prior")


class TeachingChild:
    """A teaching process that has started."""

    def __init__(self, child: Child) -> None:
        self._child = child
        self._exchanges = Exchanges(child, REQUEST_TIMEOUT_SECONDS, MAX_ANSWER_BYTES)

    @classmethod
    async def start(cls, options: TeacherOptions) -> Self:
        """Start one, and wait until it can be asked.

        Raises:
            TeachingLostError: If it cannot be started now.
            TeachingFailedError: If it refuses the bundle.
        """
        arguments = (json.dumps(asdict(options)),)
        environment = _environment(options.threads)
        try:
            child = await Child.start("bot.teaching.process", arguments, environment, _note)
        except OSError as error:
            raise TeachingLostError(
                f"The teaching process cannot be started ({error.strerror}). "
                "Try again in a few seconds."
            ) from error
        try:
            first = (await child.receive(START_TIMEOUT_SECONDS, MAX_ANSWER_BYTES)).header
            if "refused" in first:
                raise TeachingFailedError(first["refused"])
        except BaseException as error:
            child.kill()
            await child.close(CLOSE_SECONDS)
            if isinstance(error, ChildDiedError | TimeoutError):
                raise TeachingLostError(
                    "The teaching process did not start. Try again in a few seconds."
                ) from error
            raise
        return cls(child)

    @property
    def pid(self) -> int:
        """Process id."""
        return self._child.pid

    @property
    def alive(self) -> bool:
        """Whether the process has not ended yet."""
        return self._child.alive

    @property
    def busy(self) -> bool:
        """Whether requests are being answered, or wait for their turn."""
        return self._exchanges.busy

    async def ask(self, frame: Frame) -> Frame:
        """Send a request and wait for its answer.

        Raises:
            TeachingLostError: If the process was lost.
            TeachingFailedError: If it says that it cannot.
        """
        try:
            return await self._exchanges.ask(frame)
        except LostError as error:
            raise TeachingLostError(
                f"The teaching process was lost ({error}). Try again in a few seconds."
            ) from error
        except RequestFailedError as error:
            raise TeachingFailedError(str(error)) from error

    async def end(self) -> None:
        """Let it finish what it was asked, and end it."""
        try:
            await self._exchanges.finish()
        finally:
            await self._child.close(CLOSE_SECONDS)


def _environment(threads: int) -> Mapping[str, str]:
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")
    return dict.fromkeys(names, str(threads)) if threads else {}


def _note(line: str) -> None:
    log.warning("teaching: %s", line)
