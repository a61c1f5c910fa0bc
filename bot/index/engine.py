"""What an engine of the vector index has to offer: the seam between the service and an index."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Sequence
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from bot.illustrations import Impression, Neighbour
from bot.inference.client import InferenceClient
from bot.places import Scope


class Index(Protocol):
    """The embeddings of one encoder, as whoever keeps them in line with the catalogue sees them."""

    @property
    def encoder_id(self) -> str:
        """Whose embeddings it holds."""
        ...

    async def add(self, ids: Sequence[int], embeddings: NDArray[np.float32]) -> None:
        """Make N illustrations searchable; embeddings (N, D) float32.

        Raises:
            UnavailableError: If it is not there.
        """
        ...

    async def remove(self, ids: Iterable[int]) -> None:
        """Take illustrations out; unknown ids are ignored.

        Raises:
            UnavailableError: If it is not there.
        """
        ...

    async def erase(self) -> bool:
        """Have what was taken out leave the files as well, in the background.

        Returns:
            Whether all of it has; False: ask again later.

        Raises:
            UnavailableError: If it is not there.
        """
        ...

    async def ids(self) -> NDArray[np.int64]:
        """The ids that it holds, rising.

        Raises:
            UnavailableError: If it is not there.
        """
        ...


class IndexEngine(ABC):
    """Finds what is similar, whichever inference process answers.

    Attributes:
        apart: Whether it is somewhere else, and may be away while a process answers.
        behind: Set when an index may have missed something, and no start will make up for it.
    """

    apart: ClassVar[bool] = False

    def __init__(self) -> None:
        self.behind = asyncio.Event()

    @property
    def up(self) -> bool:
        """Whether it can be asked, as far as that is known."""
        return True

    @abstractmethod
    def of(self, client: InferenceClient) -> Index:
        """The index of a process's encoder."""

    @abstractmethod
    async def describe(
        self,
        client: InferenceClient,
        image: NDArray[np.uint8],
        scope: Scope,
        top: int,
        neighbours: int,
    ) -> Impression:
        """Encode, score and search one prepared image.

        Args:
            client: Who is asked.
            image: (S, S, 3) uint8, as the client's encoder reads it.
            scope: What may be shown, and whose own tags count.
            top: Number of tags.
            neighbours: Number of similar illustrations.

        Raises:
            UnavailableError: If the process is not there. Without an index there are tags alone.
        """

    @abstractmethod
    async def search(
        self,
        client: InferenceClient,
        embeddings: NDArray[np.float32],
        scope: Scope,
        neighbours: int,
        among: NDArray[np.int64] | None = None,
    ) -> list[tuple[Neighbour, ...]]:
        """Find the nearest illustrations of each of (N, D) float32 embeddings.

        Args:
            client: Whose encoder they are of.
            embeddings: What to look for.
            scope: What may be shown. What is found is to be looked up again: illustrations go.
            neighbours: How many for each.
            among: Only these of the scope; None: all of it.

        Raises:
            UnavailableError: If the index is not there.
        """

    async def tidy(self, encoders: Collection[str]) -> None:  # noqa: B027 - most have nothing
        """Delete the indexes of encoders that nobody uses any more.

        Args:
            encoders: Those that somebody does.

        Raises:
            UnavailableError: If it is not there.
        """

    async def close(self) -> None:  # noqa: B027 - most have nothing
        """Let go of whatever it holds."""
