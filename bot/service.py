"""The service that every face shares: posts in, replies out.

What a guild may see is decided here, not in the faces: each call names the guild it is made in.
"""

import asyncio
import dataclasses
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from bot.catalogue import Page
from bot.decoding import DecoderPool
from bot.errors import BusyError, UnavailableError, UnknownPostError
from bot.illustrations import Illustration
from bot.inference import Query
from bot.library import Library
from bot.metrics import Metrics
from bot.pipeline import REPLY_NEIGHBOURS, Candidate, Description, Pipeline
from bot.supervisor import InferenceSupervisor

log = logging.getLogger(__name__)


class Service:
    """The bot without a face."""

    def __init__(
        self,
        library: Library,
        decoders: DecoderPool,
        inference: InferenceSupervisor,
        metrics: Metrics,
        max_queue: int,
    ) -> None:
        self._library = library
        self._catalogue = library.catalogue
        self._decoders = decoders
        self._metrics = metrics
        self._max_queue = max_queue
        self._in_flight = 0
        self.inference = inference
        self.pipeline = Pipeline(library, decoders, inference, metrics)

    @contextmanager
    def admit(self) -> Iterator[None]:
        """Take a place in the queue; a face does so before it accepts an image's bytes.

        Raises:
            BusyError: If every place is taken.
            UnavailableError: If inference is not there: nothing would come of the image.
        """
        if self._in_flight >= self._max_queue:
            self._metrics.images.labels("any", "busy").inc()
            raise BusyError(
                f"{self._max_queue} images are being worked on already. Try again in a moment."
            )
        if self.inference.state != "ready":
            self._metrics.images.labels("any", "unavailable").inc()
            raise UnavailableError("The bot's model is starting. Try again in a few seconds.")
        self._in_flight += 1
        try:
            yield
        finally:
            self._in_flight -= 1

    async def post(self, candidate: Candidate) -> Illustration:
        """Take an image into the library and say what there is to say about it.

        Raises:
            ImageError: With the code that says why.
            UnavailableError: If inference is not there.
        """
        id_ = await self.pipeline.post(candidate)
        return await self.illustration(id_, candidate.guild_id)

    async def describe(self, data: bytes, guild_id: int, top: int, neighbours: int) -> Description:
        """Say what there is to say about an image, and keep nothing.

        Raises:
            ImageError: With the code that says why.
            UnavailableError: If inference is not there.
        """
        return await self.pipeline.describe(data, guild_id, top, neighbours)

    async def illustration(self, id_: int, guild_id: int) -> Illustration:
        """One illustration of a guild, with what is similar to it.

        Raises:
            UnknownPostError: If the guild has none of this id.
        """
        return (await self._with_neighbours([await self._own(id_, guild_id)]))[0]

    async def page(self, guild_id: int, page: Page) -> tuple[list[Illustration], int]:
        """One page of a guild's illustrations, and how many there are in all."""
        found, total = await self._catalogue.page(guild_id, page)
        return await self._with_neighbours(found), total

    async def thumbnail(self, id_: int, guild_id: int) -> bytes:
        """The WebP thumbnail of an illustration.

        Raises:
            UnknownPostError: If the guild has none of this id.
        """
        found = await self._own(id_, guild_id)
        content = await asyncio.to_thread(self._library.thumbnails.get, found.thumbnail)
        if content is None:
            raise _unknown(id_)
        return content

    async def forget(self, id_: int, guild_id: int) -> None:
        """Forget an illustration everywhere.

        Raises:
            UnknownPostError: If the guild has none of this id.
        """
        await self._own(id_, guild_id)
        if not await self._library.forget([id_]):
            raise _unknown(id_)
        log.info("post %d was deleted", id_)

    async def count(self) -> int:
        """How many illustrations the library has."""
        return await self._catalogue.count()

    async def metrics_text(self) -> bytes:
        """Everything for Prometheus, as of now."""
        metrics = self._metrics
        metrics.in_flight.set(self._in_flight)
        metrics.library.set(await self.count())
        metrics.inference_up.set(self.inference.state == "ready")
        metrics.inference_restarts.set(self.inference.restarts)
        metrics.decoders_replaced.set(self._decoders.replaced)
        return metrics.text()

    async def _own(self, id_: int, guild_id: int) -> Illustration:
        found = await self._catalogue.illustration(id_)
        if found is None or found.guild_id != guild_id:
            raise _unknown(id_)
        return found

    async def _with_neighbours(self, found: Sequence[Illustration]) -> list[Illustration]:
        """Search what is similar to those that got no reply; without inference they stay as is."""
        silent = [one.id for one in found if one.origin == "gallery"]
        if not silent:
            return list(found)
        try:
            client = self.inference.client
            ids, embeddings = await self._catalogue.embeddings(client.facts.encoder_id, silent)
            allowed = await self._catalogue.allowed_ids(found[0].guild_id)
            # One more than needed: each finds itself first.
            rows = await client.search(embeddings, Query(0, REPLY_NEIGHBOURS + 1, allowed))
        except UnavailableError:
            return list(found)
        others = [
            [one for one in row if one.id != id_][:REPLY_NEIGHBOURS]
            for id_, row in zip(ids, rows, strict=True)
        ]
        similar = dict(zip(ids, await self._catalogue.resolve(others), strict=True))
        return [dataclasses.replace(one, similar=similar.get(one.id, one.similar)) for one in found]


def _unknown(id_: int) -> UnknownPostError:
    return UnknownPostError(f"There is no post {id_}; it may have been deleted.")
