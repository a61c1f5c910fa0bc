"""The pipeline that every face shares: post → decode → infer → store → reply.

What a guild may see is decided here, not in the faces: each call names the guild it is made in.
"""

import asyncio
import dataclasses
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from bot.catalogue import Page
from bot.decoding import DecodedImage, DecoderPool
from bot.errors import BusyError, UnavailableError, UnknownPostError
from bot.illustrations import (
    Illustration,
    Impression,
    NewIllustration,
    Origin,
    ScoredTag,
    SimilarIllustration,
    TagName,
)
from bot.inference import InferenceClient, Query
from bot.library import Library
from bot.metrics import Metrics, Stopwatch
from bot.supervisor import InferenceSupervisor
from model.errors import HoshizoraError, ImageError

log = logging.getLogger(__name__)

# What is kept of every illustration: as many tags as a reply may show.
KEPT_TAGS = 10
REPLY_NEIGHBOURS = 5


@dataclass(frozen=True)
class Candidate:
    """An image that is to enter the library.

    Attributes:
        data: The file's bytes.
        import_key: What marks it as imported; empty when a person posted it.
    """

    data: bytes
    title: str
    title_ja: str = ""
    given_tags: tuple[TagName, ...] = ()
    import_key: str = ""


@dataclass(frozen=True)
class Description:
    """What the bot says about an image that it does not keep."""

    tags: tuple[ScoredTag, ...]
    similar: tuple[SimilarIllustration, ...]


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
        self._max_queue = max_queue
        self._in_flight = 0
        self.inference = inference
        self.metrics = metrics

    @contextmanager
    def admit(self) -> Iterator[None]:
        """Take a place in the queue; a face does so before it accepts an image's bytes.

        Raises:
            BusyError: If every place is taken.
        """
        if self._in_flight >= self._max_queue:
            self.metrics.requests.labels("any", "busy").inc()
            raise BusyError(
                f"{self._max_queue} images are being worked on already. Try again in a moment."
            )
        self._in_flight += 1
        try:
            yield
        finally:
            self._in_flight -= 1

    async def post(self, candidate: Candidate, guild_id: int) -> Illustration:
        """Take an image into the library and say what there is to say about it.

        Raises:
            ImageError: With the code that says why.
            UnavailableError: If inference is not there.
        """
        watch = Stopwatch(self.metrics)
        with self._counted("post", watch):
            client = self.inference.client
            decoded = await self._decode(candidate.data, client, watch)
            query = Query(KEPT_TAGS, REPLY_NEIGHBOURS, await self._catalogue.allowed_ids(guild_id))
            with watch.stage("infer"):
                (impression,) = await client.describe([decoded.prepared], query)
            with watch.stage("store"):
                new = await self._new(candidate, decoded, impression, client, guild_id, "posted")
                (id_,) = await self._library.add([new])
                illustration = await self.illustration(id_, guild_id)
            best = f"{impression.tags[0].name} {impression.tags[0].score:.2f}"
            log.info("post %d: %s (%s)", id_, best, watch)
            return illustration

    async def describe(self, data: bytes, guild_id: int, top: int, neighbours: int) -> Description:
        """Say what there is to say about an image, and keep nothing.

        Raises:
            ImageError: With the code that says why.
            UnavailableError: If inference is not there.
        """
        watch = Stopwatch(self.metrics)
        with self._counted("describe", watch):
            client = self.inference.client
            decoded = await self._decode(data, client, watch)
            query = Query(top, neighbours, await self._catalogue.allowed_ids(guild_id))
            with watch.stage("infer"):
                (impression,) = await client.describe([decoded.prepared], query)
            similar = await self._catalogue.similar(impression.similar)
            log.info("described an image (%s)", watch)
            return Description(impression.tags, similar)

    async def ingest(
        self, candidates: Sequence[Candidate], guild_id: int
    ) -> list[ImageError | None]:
        """Take a batch of images into the gallery, without replies.

        Returns:
            For each image None, or why it was left out.

        Raises:
            UnavailableError: If inference is not there; nothing of the batch was kept then.
        """
        client = self.inference.client
        size_px = client.facts.image_size_px
        outcomes = await asyncio.gather(
            *(self._decoders.decode(one.data, size_px) for one in candidates),
            return_exceptions=True,
        )
        good: list[tuple[Candidate, DecodedImage]] = []
        for candidate, outcome in zip(candidates, outcomes, strict=True):
            if isinstance(outcome, DecodedImage):
                good.append((candidate, outcome))
            elif not isinstance(outcome, ImageError):
                raise outcome
        if good:
            # A gallery's illustration gets no reply, so no neighbours are kept with it.
            impressions = await client.describe(
                [one.prepared for _, one in good], Query(KEPT_TAGS, 0)
            )
            await self._library.add(
                [
                    await self._new(candidate, decoded, impression, client, guild_id, "gallery")
                    for (candidate, decoded), impression in zip(good, impressions, strict=True)
                ]
            )
        return [one if isinstance(one, ImageError) else None for one in outcomes]

    async def illustration(self, id_: int, guild_id: int) -> Illustration:
        """One illustration of a guild, with what is similar to it.

        Raises:
            UnknownPostError: If the guild has none of this id.
        """
        found = await self._catalogue.illustration(id_)
        if found is None or found.guild_id != guild_id:
            raise UnknownPostError(f"There is no post {id_}; it may have been deleted.")
        return (await self._with_neighbours([found]))[0]

    async def page(self, guild_id: int, page: Page) -> tuple[list[Illustration], int]:
        """One page of a guild's illustrations, and how many there are in all."""
        found, total = await self._catalogue.page(guild_id, page)
        return await self._with_neighbours(found), total

    async def thumbnail(self, id_: int, guild_id: int) -> bytes:
        """The WebP thumbnail of an illustration.

        Raises:
            UnknownPostError: If the guild has none of this id.
        """
        found = await self._catalogue.illustration(id_)
        content = None
        if found is not None and found.guild_id == guild_id:
            content = await asyncio.to_thread(self._library.thumbnails.get, found.thumbnail)
        if content is None:
            raise UnknownPostError(f"There is no post {id_}; it may have been deleted.")
        return content

    async def forget(self, id_: int, guild_id: int) -> None:
        """Forget an illustration everywhere.

        Raises:
            UnknownPostError: If the guild has none of this id.
        """
        found = await self._catalogue.illustration(id_)
        if found is None or found.guild_id != guild_id or not await self._library.forget([id_]):
            raise UnknownPostError(f"There is no post {id_}; it may have been deleted already.")
        log.info("post %d was deleted", id_)

    async def count(self) -> int:
        """How many illustrations the library has."""
        return await self._catalogue.count()

    async def metrics_text(self) -> bytes:
        """Everything for Prometheus, as of now."""
        metrics = self.metrics
        metrics.in_flight.set(self._in_flight)
        metrics.library.set(await self.count())
        metrics.inference_up.set(self.inference.state == "ready")
        metrics.inference_restarts.set(self.inference.restarts)
        metrics.decoders_replaced.set(self._decoders.replaced)
        return metrics.text()

    @contextmanager
    def _counted(self, operation: str, watch: Stopwatch) -> Iterator[None]:
        try:
            yield
        except HoshizoraError as error:
            outcome = error.code if isinstance(error, ImageError) else "unavailable"
            self.metrics.requests.labels(operation, outcome).inc()
            log.info("%s refused: %s (%s)", operation, outcome, watch)
            raise
        except Exception:
            self.metrics.requests.labels(operation, "internal").inc()
            raise
        self.metrics.requests.labels(operation, "answered").inc()

    async def _decode(self, data: bytes, client: InferenceClient, watch: Stopwatch) -> DecodedImage:
        with watch.stage("decode"):
            return await self._decoders.decode(data, client.facts.image_size_px)

    async def _new(
        self,
        candidate: Candidate,
        decoded: DecodedImage,
        impression: Impression,
        client: InferenceClient,
        guild_id: int,
        origin: Origin,
    ) -> NewIllustration:
        return NewIllustration(
            guild_id=guild_id,
            origin=origin,
            title=candidate.title,
            title_ja=candidate.title_ja,
            width_px=decoded.width_px,
            height_px=decoded.height_px,
            thumbnail=await asyncio.to_thread(self._library.thumbnails.put, decoded.thumbnail),
            encoder_id=client.facts.encoder_id,
            impression=impression,
            given_tags=candidate.given_tags,
            import_key=candidate.import_key,
        )

    async def _with_neighbours(self, found: Sequence[Illustration]) -> list[Illustration]:
        """Search what is similar to those that got no reply; without inference they stay as is."""
        silent = [one.id for one in found if one.origin == "gallery"]
        if not silent:
            return list(found)
        try:
            client = self.inference.client
            ids, embeddings = await self._catalogue.embeddings(client.facts.encoder_id, silent)
            if not ids:
                return list(found)
            allowed = await self._catalogue.allowed_ids(found[0].guild_id)
            # One more than needed: each finds itself first.
            rows = await client.search(embeddings, Query(0, REPLY_NEIGHBOURS + 1, allowed))
        except UnavailableError:
            return list(found)
        similar = {
            id_: await self._catalogue.similar([one for one in row if one.id != id_])
            for id_, row in zip(ids, rows, strict=True)
        }
        return [
            dataclasses.replace(one, similar=similar[one.id][:REPLY_NEIGHBOURS])
            if one.id in similar
            else one
            for one in found
        ]
