"""What can be asked of the inference process, and the asking.

``bot.inference.supervisor`` starts the process, watches it and hands this client out.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.errors import UnavailableError
from bot.illustrations import Impression, Neighbour, ScoredTag, VocabularyTag
from bot.processes.children import Child
from bot.processes.exchanges import Exchanges, LostError, RequestFailedError
from bot.processes.frames import Frame
from bot.tags.own import LiveTag
from model.head import Evidence
from model.image import MiB

REQUEST_TIMEOUT_SECONDS = 120.0
MAX_ANSWER_BYTES = 512 * MiB
# So many are scored while posts wait.
EMBEDDINGS_AT_ONCE = 2


class InferenceFailedError(Exception):
    """The process could not do what it was asked; its log says why. It goes on."""


@dataclass(frozen=True)
class BundleFacts:
    """What the service needs to know of the bundle that is being served.

    Attributes:
        encoder_id: Whose embeddings it reads.
        prior_id: What taught tags must have been fitted for: encoder, and likeness by known tags.
    """

    encoder_id: str
    prior_id: str
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
        guild_id: Whose own tags count beside the bundle's; None: only what was promoted to all.
    """

    top: int
    neighbours: int
    allowed: NDArray[np.int64] | None = None
    guild_id: int | None = None


class InferenceClient:
    """One running inference process."""

    def __init__(self, child: Child, facts: BundleFacts) -> None:
        self._child = child
        self._exchanges = Exchanges(child, REQUEST_TIMEOUT_SECONDS, MAX_ANSWER_BYTES)
        self.facts = facts

    @property
    def encoder_id(self) -> str:
        """Whose embeddings its index holds."""
        return self.facts.encoder_id

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

    async def describe(self, images: Sequence[NDArray[np.uint8]], query: Query) -> list[Impression]:
        """Encode, score and search N prepared images.

        Args:
            images: Each (S, S, 3) uint8, S = ``facts.image_size_px``.
            query: How much to say.

        Raises:
            UnavailableError: If the process is not there.
        """
        header = {
            "operation": "describe",
            "top": query.top,
            "neighbours": query.neighbours,
            "guild_id": query.guild_id,
        }
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

    async def explain(
        self, embedding: NDArray[np.float32], name: str, guild_id: int | None = None
    ) -> Evidence | None:
        """What speaks for a tag of an embedding (D,) float32.

        Args:
            embedding: Of the illustration.
            name: The tag's.
            guild_id: Whose own tags count, as in ``Query``.

        Returns:
            None: no such tag is known there.

        Raises:
            UnavailableError: If the process is not there.
        """
        header = {"operation": "explain", "name": name, "guild_id": guild_id}
        answer = await self._request(Frame(header, (embedding.tobytes(),)))
        found = answer.header["evidence"]
        return None if found is None else Evidence(**found)

    async def known_tags(
        self, embeddings: NDArray[np.float32], guild_id: int | None = None
    ) -> list[frozenset[str]]:
        """The names of the tags that are sure for each of (N, D) float32 embeddings.

        A few at a time, so that posts need not wait for many.

        Args:
            embeddings: Of illustrations.
            guild_id: Whose own tags count, as in ``Query``.

        Raises:
            UnavailableError: If the process is not there.
        """
        names: list[frozenset[str]] = []
        header = {"operation": "known_tags", "guild_id": guild_id}
        for first in range(0, len(embeddings), EMBEDDINGS_AT_ONCE):
            some = embeddings[first : first + EMBEDDINGS_AT_ONCE]
            answer = await self._request(Frame(header, (some.tobytes(),)))
            names += map(frozenset, answer.header["names"])
        return names

    async def teach(self, tags: Sequence[LiveTag], gone: Collection[int] = ()) -> frozenset[int]:
        """Swap taught tags: all in one moment, so that no answer knows some and not the others.

        Args:
            tags: Each takes the place of its version before.
            gone: Numbers of tags that are not said any more.

        Returns:
            The numbers of those that cannot be said, since their models are damaged or were
            fitted for another bundle.

        Raises:
            UnavailableError: If the process is not there; its next start makes up for it.
        """
        told = [(asdict(one.tag), one.prior_id) for one in tags]
        header = {"operation": "teach", "tags": told, "gone": list(gone)}
        answer = await self._request(Frame(header, tuple(one.model for one in tags)))
        return frozenset(answer.header["unread"])

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

    async def erase(self) -> bool:
        """Have what was taken out of the index leave its files as well, in the background.

        Returns:
            Whether all of it has; False: ask again later.

        Raises:
            UnavailableError: If the process is not there; its next start does it.
        """
        answer = await self._request(Frame({"operation": "erase"}))
        complete: bool = answer.header["complete"]
        return complete

    async def ids(self) -> NDArray[np.int64]:
        """The ids that the index holds, rising."""
        answer = await self._request(Frame({"operation": "ids"}))
        return np.frombuffer(answer.blobs[0], np.int64)

    async def _request(self, frame: Frame) -> Frame:
        try:
            return await self._exchanges.ask(frame)
        except LostError as error:
            raise UnavailableError(
                "The bot's model was lost and is restarting. Try again in a few seconds."
            ) from error
        except RequestFailedError as error:
            raise InferenceFailedError(str(error)) from error


def _allowed(query: Query) -> tuple[bytes, ...]:
    return () if query.allowed is None else (np.asarray(query.allowed, np.int64).tobytes(),)


def _packed(ids: Sequence[int]) -> bytes:
    return np.asarray(ids, np.int64).tobytes()


def _neighbours(pairs: Iterable[Sequence[Any]]) -> tuple[Neighbour, ...]:
    return tuple(Neighbour(int(id_), float(distance)) for id_, distance in pairs)
