"""The pool of decoder processes: they decode images, and draw the pictures of replies.

A decoder that dies or hangs is replaced while the others go on. What the sender of an image hears:

* it takes more time or more memory than an image may take: ``too_many_pixels`` (the image is too
  costly; a smaller version is the way out),
* it dies: the image is given to another decoder once, since the death may have had nothing to do
  with it; if that dies too: ``truncated`` (the image is damaged in a way that breaks decoders).

A picture is given to another decoder once in either case; after that the reply goes without it.
"""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar, get_args

import numpy as np
from numpy.typing import NDArray

from bot.config import DecodersConfig
from bot.decoding.grid import GridRequest
from bot.errors import DrawingError
from bot.processes.children import Child, ChildDiedError
from bot.processes.frames import Frame
from model.errors import ImageError, ImageErrorCode
from model.image import ImageLimits, MiB

log = logging.getLogger(__name__)
T = TypeVar("T")

MAX_ANSWER_BYTES = 4 * MiB
START_TIMEOUT_SECONDS = 30.0
RESTART_PAUSE_SECONDS = 0.5
# Threads of linear algebra would reserve address space that a decoder has no use for.
_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


@dataclass(frozen=True)
class DecodedImage:
    """What a decoder makes of an image file.

    Attributes:
        prepared: (S, S, 3) uint8, what the encoder reads.
        thumbnail: A WebP file of at most 256 px a side.
        width_px: Width of the original as seen.
        height_px: Height of the original as seen.
    """

    prepared: NDArray[np.uint8]
    thumbnail: bytes
    width_px: int
    height_px: int


class DecoderPool:
    """Decoder processes, handed out first come, first served."""

    def __init__(self, config: DecodersConfig, limits: ImageLimits) -> None:
        self._config = config
        self._limits = limits
        self._idle: asyncio.Queue[Child] = asyncio.Queue()
        self._children: set[Child] = set()
        self._busy: set[Child] = set()
        self._tasks: set[asyncio.Task[Any]] = set()
        self.replaced = 0

    @property
    def pids(self) -> list[int]:
        """Process ids of the living decoders."""
        return [child.pid for child in self._children if child.alive]

    @property
    def busy_pids(self) -> list[int]:
        """Process ids of the decoders that are at work."""
        return [child.pid for child in self._busy]

    def start(self) -> None:
        """Start every decoder; images that come meanwhile wait for the first one."""
        for _ in range(self._config.processes):
            self._keep(self._add_child())

    async def decode(self, data: bytes, size_px: int) -> DecodedImage:
        """Decode and prepare one image file.

        Args:
            data: The file's bytes.
            size_px: S, the side of the square that the encoder reads.

        Raises:
            ImageError: With the code that says why.
        """
        # Shielded: a cancelled request must not cost a decoder its life.
        return await asyncio.shield(self._keep(self._decode(data, size_px)))

    async def draw(self, grid: GridRequest) -> bytes:
        """Draw the picture of a reply.

        Returns:
            A WebP file.

        Raises:
            DrawingError: If two decoders could not; the reply can do without.
        """
        return await asyncio.shield(self._keep(self._draw(grid)))

    async def close(self) -> None:
        """End every decoder; what is being decoded or drawn is given up."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(child.close(grace_seconds=0.5) for child in self._children))

    async def _decode(self, data: bytes, size_px: int) -> DecodedImage:
        request = Frame(
            {
                "operation": "decode",
                "size_px": size_px,
                "max_bytes": self._limits.max_bytes,
                "max_pixels": self._limits.max_pixels,
            },
            (data,),
        )
        for attempt in (1, 2):
            try:
                outcome = await self._ask(request, lambda answer: read_answer(answer, size_px))
                break
            except ChildDiedError as error:
                log.warning("a decoder died at an image (attempt %d of 2): %s", attempt, error)
            except TimeoutError as error:
                raise ImageError("too_many_pixels", f"{error} Send a smaller version.") from error
        else:
            outcome = ImageError(
                "truncated",
                "The image is damaged in a way that breaks decoders. Save it again and retry.",
            )
        if isinstance(outcome, ImageError):
            raise outcome
        return outcome

    async def _draw(self, grid: GridRequest) -> bytes:
        request = grid.frame()
        for attempt in (1, 2):
            try:
                outcome = await self._ask(request, read_picture)
                break
            except (ChildDiedError, TimeoutError) as error:
                log.warning("a decoder was lost at a picture (attempt %d of 2): %r", attempt, error)
        else:
            outcome = DrawingError("Two decoders were lost at a picture; it is left out.")
        if isinstance(outcome, DrawingError):
            raise outcome
        return outcome

    async def _ask(self, request: Frame, read: Callable[[Frame], T]) -> T:
        try:
            async with self._borrowed() as child:
                return read(
                    await child.exchange(request, self._config.timeout_seconds, MAX_ANSWER_BYTES)
                )
        except TimeoutError as error:
            limit = f"{self._config.timeout_seconds:g} s"
            raise TimeoutError(f"Decoding the image took longer than {limit}.") from error
        except ChildDiedError as error:
            if await child.ended() == -signal.SIGPROF:
                limit = f"{self._config.cpu_seconds:g} s"
                raise TimeoutError(f"Decoding the image costs over {limit} of work.") from error
            raise

    @asynccontextmanager
    async def _borrowed(self) -> AsyncIterator[Child]:
        """A decoder for one request; one that fails at it is replaced."""
        child = await self._idle_child()
        self._busy.add(child)
        try:
            yield child
        except asyncio.CancelledError:
            raise  # Only closing cancels: it ends this child with the others.
        except BaseException:
            self._replace(child)
            raise
        else:
            self._idle.put_nowait(child)
        finally:
            self._busy.discard(child)

    async def _idle_child(self) -> Child:
        while True:
            child = await self._idle.get()
            if child.alive:
                return child
            self._replace(child)

    def _replace(self, child: Child) -> None:
        self.replaced += 1
        self._children.discard(child)
        child.kill()
        self._keep(self._bury(child))
        self._keep(self._add_child())

    async def _bury(self, child: Child) -> None:
        await child.close(grace_seconds=1.0)

    async def _add_child(self) -> None:
        config = self._config
        limits = (config.memory_mib, config.cpu_seconds, config.timeout_seconds)
        arguments = tuple(map(str, limits))
        while True:
            try:
                child = await Child.start("bot.decoding.process", arguments, _ENVIRONMENT)
            except OSError:
                log.exception("a decoder could not be started; trying again")
                await asyncio.sleep(RESTART_PAUSE_SECONDS)
                continue
            self._children.add(child)
            try:
                await child.receive(START_TIMEOUT_SECONDS, MAX_ANSWER_BYTES)
            except (ChildDiedError, TimeoutError) as error:
                log.error("a decoder did not start (%s); trying again", error)
                self._children.discard(child)
                child.kill()
                await child.close(grace_seconds=1.0)
                await asyncio.sleep(RESTART_PAUSE_SECONDS)
                continue
            self._idle.put_nowait(child)
            return

    def _keep(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def read_answer(answer: Frame, size_px: int) -> DecodedImage | ImageError:
    """Check a decoder's answer: what comes from that side is data of others.

    Raises:
        ChildDiedError: If it is nothing that a sound decoder says.
    """
    try:
        if "error" in answer.header:
            code, message = answer.header["error"]["code"], answer.header["error"]["message"]
            if code not in get_args(ImageErrorCode):
                raise ValueError(f"an unknown error code {code!r}")
            return ImageError(code, str(message))
        pixels, thumbnail = answer.blobs
        return DecodedImage(
            prepared=np.frombuffer(pixels, np.uint8).reshape(size_px, size_px, 3),
            thumbnail=thumbnail,
            width_px=int(answer.header["width_px"]),
            height_px=int(answer.header["height_px"]),
        )
    except (KeyError, OverflowError, TypeError, ValueError) as error:
        raise ChildDiedError(f"an answer of the wrong shape: {error}") from error


def read_picture(answer: Frame) -> bytes | DrawingError:
    """Check what a decoder drew: what comes from that side is data of others.

    Raises:
        ChildDiedError: If it is nothing that a sound decoder says.
    """
    if "error" in answer.header:
        return DrawingError(f"A decoder could not draw a picture: {answer.header['error']}")
    if len(answer.blobs) != 1 or answer.blobs[0][8:12] != b"WEBP":
        raise ChildDiedError("an answer of the wrong shape: no WebP")
    return answer.blobs[0]
