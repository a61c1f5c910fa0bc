"""Embedding the library again after a change of the encoder.

Vectors of different encoders are never compared, so a new encoder knows nothing of the library.
The thumbnails are what is left of the images; they are larger than what the encoder reads.

Why so few at a time, and a pause before each: this goes on while posts are answered, by another
process on the same cores, or by the very same one.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bot.decoding.pool import DecoderPool
from bot.errors import UnavailableError
from bot.inference.client import InferenceClient, InferenceFailedError, Query
from bot.library import Library
from model.errors import ImageError, StoreError

log = logging.getLogger(__name__)

BATCH = 4
# Fewer are not worth a line in the log.
MENTIONED, LOG_EVERY = 50, 500
# Between the end of a process and the moment in which it is known.
PAUSE_SECONDS = 0.05
# Before thumbnails that could not be reached are asked for again.
STORE_PAUSE_SECONDS = 10.0


class Embedder(Protocol):
    """Whose encoder is wanted: what is served, or what is getting ready to be."""

    @property
    def client(self) -> InferenceClient:
        """The process; raises ``UnavailableError`` while it is not there."""
        ...

    async def ready(self) -> None:
        """Wait until it is there."""
        ...


class Reembedding:
    """Embeds what has no embedding of an encoder, once.

    Attributes:
        left: How many illustrations are still to come.
    """

    def __init__(
        self, library: Library, decoders: DecoderPool, calm: Callable[[], Awaitable[None]]
    ) -> None:
        """Nothing happens before ``run``.

        Args:
            library: What to embed.
            decoders: Who reads the thumbnails.
            calm: Waits, but not for long, until nobody waits for an answer.
        """
        self._library = library
        self._decoders = decoders
        self._calm = calm
        self._turn = asyncio.Lock()
        # By encoder, what is not worth another try: its thumbnail is gone or cannot be read.
        self._lost: dict[str, set[int]] = {}
        self.left = 0

    async def run(self, embedder: Embedder) -> int:
        """Embed whatever has no embedding of this encoder.

        Returns:
            How many illustrations were embedded.

        Raises:
            StartError: If the encoder's process turns out never to be ready.
        """
        async with self._turn:
            encoder_id = (await _client(embedder)).facts.encoder_id
            self._lost.setdefault(encoder_id, set())
            if not await self._count(encoder_id):
                return 0
            try:
                # Of several processes one embeds; the others find nothing left to do.
                async with self._library.catalogue.turns.turn(f"embed {encoder_id}"):
                    await self._count(encoder_id)
                    if self.left >= MENTIONED:
                        log.info("encoder %s: %d illustrations to embed", encoder_id, self.left)
                    return await self._embed_all(embedder, encoder_id)
            finally:
                self.left = 0

    async def _count(self, encoder_id: str) -> int:
        """How many illustrations lack an embedding; ``left`` is without those that are lost."""
        count = await self._library.catalogue.count_unembedded(encoder_id)
        self.left = max(count - len(self._lost[encoder_id]), 0)
        return count

    async def _embed_all(self, embedder: Embedder, encoder_id: str) -> int:
        catalogue, lost = self._library.catalogue, self._lost[encoder_id]
        total = last = 0
        while page := await catalogue.unembedded(encoder_id, last):
            last = page[-1][0]
            missing = [(id_, key) for id_, key in page if id_ not in lost]
            for first in range(0, len(missing), BATCH):
                await self._calm()
                batch = missing[first : first + BATCH]
                if (count := await self._embed_batch(batch, embedder, encoder_id)) is None:
                    return total  # another bundle has taken over, and sees to what it lacks itself
                total += count
                self._note(len(batch), encoder_id)
        return total

    def _note(self, done: int, encoder_id: str) -> None:
        before, self.left = self.left, self.left - done
        if before // LOG_EVERY > self.left // LOG_EVERY:
            log.info("encoder %s: %d illustrations left to embed", encoder_id, self.left)

    async def _embed_batch(
        self, batch: Sequence[tuple[int, str]], embedder: Embedder, encoder_id: str
    ) -> int | None:
        """Embed some illustrations, however often the process has to be waited for.

        Returns:
            How many could be; None: the process has another encoder now.
        """
        while (client := await _client(embedder)).facts.encoder_id == encoder_id:
            try:
                prepared = {
                    id_: image
                    for id_, key in batch
                    if (image := await self._prepared(key, client)) is not None
                }
                embeddings = await _embed(list(prepared.values()), client)
            except UnavailableError:
                await asyncio.sleep(PAUSE_SECONDS)
                continue
            except StoreError as error:
                log.warning("the library is not read on yet: %s", error)
                await asyncio.sleep(STORE_PAUSE_SECONDS)
                continue
            except InferenceFailedError as error:
                log.warning("some illustrations cannot be embedded: %s", error)
                prepared, embeddings = {}, np.zeros((0, client.facts.width), np.float32)
            self._lost[encoder_id].update({id_ for id_, _ in batch} - set(prepared))
            if prepared:
                await self._library.add_embeddings(encoder_id, list(prepared), embeddings)
            return len(prepared)
        return None

    async def _prepared(self, key: str, client: InferenceClient) -> NDArray[np.uint8] | None:
        """What the encoder reads of a thumbnail; None: it is gone."""
        content = await asyncio.to_thread(self._library.thumbnails.get, key)
        if content is None:
            return None
        try:
            return (await self._decoders.decode(content, client.facts.image_size_px)).prepared
        except ImageError:
            return None


async def _client(embedder: Embedder) -> InferenceClient:
    while True:
        await embedder.ready()
        try:
            return embedder.client
        except UnavailableError:
            await asyncio.sleep(PAUSE_SECONDS)


async def _embed(
    images: Sequence[NDArray[np.uint8]], client: InferenceClient
) -> NDArray[np.float32]:
    """(N, D) float32 embeddings of N prepared images."""
    if not images:
        return np.zeros((0, client.facts.width), np.float32)
    impressions = await client.describe(images, Query(0, 0))
    return np.stack([one.embedding for one in impressions])
