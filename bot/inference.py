"""What can be asked of the inference process, and the asking.

``bot.supervisor`` starts the process, watches it and hands this client out.
"""

import asyncio
import contextlib
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from bot.children import Child, ChildDiedError
from bot.errors import UnavailableError
from bot.frames import Frame
from bot.illustrations import Impression, Neighbour, ScoredTag, VocabularyTag
from model.head import Evidence
from model.image import MiB

T = TypeVar("T")

REQUEST_TIMEOUT_SECONDS = 120.0
MAX_ANSWER_BYTES = 512 * MiB


class InferenceFailedError(Exception):
    """The process could not do what it was asked; its log says why. It goes on."""


@dataclass(frozen=True)
class BundleFacts:
    """What the service needs to know of the bundle that is being served."""

    encoder_id: str
    width: int
    image_size_px: int
    vocabulary: tuple[VocabularyTag, ...]


@dataclass(frozen=True)
class Query:
    """How much to say about an image.

    Attributes:
        top: Number of tags.
        neighbours: Number of similar illustrations.
        allowed: The ids that may be shown; None: every one.
    """

    top: int
    neighbours: int
    allowed: NDArray[np.int64] | None = None


class InferenceClient:
    """One running inference process."""

    def __init__(self, child: Child, facts: BundleFacts) -> None:
        self._child = child
        self._tasks: set[asyncio.Task[Any]] = set()
        self.facts = facts

    @property
    def pid(self) -> int:
        """Process id."""
        return self._child.pid

    async def describe(self, images: Sequence[NDArray[np.uint8]], query: Query) -> list[Impression]:
        """Encode, score and search N prepared images.

        Args:
            images: Each (S, S, 3) uint8, S = ``facts.image_size_px``.
            query: How much to say.

        Raises:
            UnavailableError: If the process is not there.
        """
        header = {"operation": "describe", "top": query.top, "neighbours": query.neighbours}
        pixels = np.stack(images).tobytes()
        answer = await self._request(Frame(header, (pixels, *_allowed(query))))
        embeddings = np.frombuffer(answer.blobs[0], np.float32).reshape(len(images), -1)
        return [
            Impression(embedding, tuple(ScoredTag(*tag) for tag in tags), _neighbours(similar))
            for embedding, tags, similar in zip(
                embeddings, answer.header["tags"], answer.header["similar"], strict=True
            )
        ]

    async def search(
        self, embeddings: NDArray[np.float32], query: Query
    ) -> list[tuple[Neighbour, ...]]:
        """The nearest illustrations of each of (N, D) float32 embeddings.

        Raises:
            UnavailableError: If the process is not there.
        """
        header = {"operation": "search", "neighbours": query.neighbours}
        answer = await self._request(Frame(header, (embeddings.tobytes(), *_allowed(query))))
        return [_neighbours(similar) for similar in answer.header["similar"]]

    async def explain(self, embedding: NDArray[np.float32], name: str) -> Evidence | None:
        """What speaks for a tag of an embedding (D,) float32; None: the bundle has no such tag.

        Raises:
            UnavailableError: If the process is not there.
        """
        header = {"operation": "explain", "name": name}
        answer = await self._request(Frame(header, (embedding.tobytes(),)))
        found = answer.header["evidence"]
        return None if found is None else Evidence(**found)

    async def add(self, ids: Sequence[int], embeddings: NDArray[np.float32]) -> None:
        """Make N illustrations searchable; embeddings (N, D) float32.

        Raises:
            UnavailableError: If the process is not there; its next start makes up for it.
        """
        await self._request(Frame({"operation": "add"}, (_packed(ids), embeddings.tobytes())))

    async def remove(self, ids: Iterable[int]) -> None:
        """Take illustrations out of the index; unknown ids are ignored.

        Raises:
            UnavailableError: If the process is not there; its next start makes up for it.
        """
        await self._request(Frame({"operation": "remove"}, (_packed(list(ids)),)))

    async def ids(self) -> NDArray[np.int64]:
        """The ids that the index holds, rising."""
        answer = await self._request(Frame({"operation": "ids"}))
        return np.frombuffer(answer.blobs[0], np.int64)

    async def _request(self, frame: Frame) -> Frame:
        # Shielded: a cancelled request must not cost the process its life.
        work = self._child.exchange(frame, REQUEST_TIMEOUT_SECONDS, MAX_ANSWER_BYTES)
        try:
            answer = await asyncio.shield(self._keep(work))
        except (ChildDiedError, TimeoutError) as error:
            raise UnavailableError(
                "The bot's model was lost and is restarting. Try again in a few seconds."
            ) from error
        if "failed" in answer.header:
            raise InferenceFailedError(answer.header["failed"])
        return answer

    def _keep(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._let_go)
        return task

    def _let_go(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        # Somebody who was cancelled meanwhile will not ask for the error.
        with contextlib.suppress(asyncio.CancelledError):
            task.exception()


def _allowed(query: Query) -> tuple[bytes, ...]:
    return () if query.allowed is None else (np.asarray(query.allowed, np.int64).tobytes(),)


def _packed(ids: Sequence[int]) -> bytes:
    return np.asarray(ids, np.int64).tobytes()


def _neighbours(pairs: Iterable[Sequence[Any]]) -> tuple[Neighbour, ...]:
    return tuple(Neighbour(int(id_), float(distance)) for id_, distance in pairs)
