"""The service that every face shares: posts in, replies out.

What a guild may see is decided here, not in the faces: each call names the guild it is made in.
"""

import asyncio
import dataclasses
import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from bot.catalogue import Page
from bot.decoding.pool import DecoderPool
from bot.errors import BusyError, UnavailableError, UnknownPostError
from bot.illustrations import Illustration, SimilarIllustration
from bot.inference.supervisor import InferenceSupervisor
from bot.library import Library
from bot.metrics import Metrics
from bot.pipeline import REPLY_NEIGHBOURS, Candidate, Description, Pipeline
from bot.places import Scope
from bot.tags.overlay import Overlay
from bot.tags.search import TagSearch
from model.head import Evidence

log = logging.getLogger(__name__)

BEING_READ = (
    "This illustration is being read anew, since the bot has a new model. "
    "Try again in a few minutes."
)
# Of the illustrations that have a tag, so many of the newest are looked at.
MOST_TAGGED = 20_000


@dataclass(frozen=True)
class Reasons:
    """What speaks for a tag of an illustration.

    Attributes:
        evidence: How the labelled illustrations vote that the model learnt from; None: the model
            that is served does not know the tag.
        similar: The guild's own illustrations that have the tag, nearest first.
    """

    evidence: Evidence | None
    similar: tuple[SimilarIllustration, ...]


class Service:
    """The bot without a face."""

    def __init__(
        self,
        library: Library,
        decoders: DecoderPool,
        inference: InferenceSupervisor,
        overlay: Overlay,
        metrics: Metrics,
        max_queue: int,
    ) -> None:
        self._library = library
        self._catalogue = library.catalogue
        self._decoders = decoders
        self.metrics = metrics
        self._max_queue = max_queue
        self._in_flight = 0
        self.inference = inference
        self.overlay = overlay
        self.pipeline = Pipeline(library, decoders, inference, metrics)

    @contextmanager
    def admit(self) -> Iterator[None]:
        """Take a place in the queue; a face does so before it accepts an image's bytes.

        Raises:
            BusyError: If every place is taken.
            UnavailableError: If inference is not there: nothing would come of the image.
        """
        if self._in_flight >= self._max_queue:
            self.metrics.images.labels("any", "busy").inc()
            raise BusyError(
                f"{self._max_queue} images are being worked on already. Try again in a moment."
            )
        if self.inference.state != "ready":
            self.metrics.images.labels("any", "unavailable").inc()
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

    async def describe(self, data: bytes, scope: Scope, top: int, neighbours: int) -> Description:
        """Say what there is to say about an image, and keep nothing.

        Raises:
            ImageError: With the code that says why.
            UnavailableError: If inference is not there.
        """
        return await self.pipeline.describe(data, scope, top, neighbours)

    async def similar(
        self, ids: Sequence[int], scope: Scope, neighbours: int
    ) -> dict[int, tuple[SimilarIllustration, ...]]:
        """What is similar to illustrations of one post; none of the post's own is.

        Args:
            ids: The post's illustrations.
            scope: What may be shown.
            neighbours: How many for each.

        Returns:
            By illustration, nearest first; one without an embedding of the served encoder lacks.

        Raises:
            UnavailableError: If inference is not there.
        """
        return await self._nearest(dict.fromkeys(ids, frozenset(ids)), scope, neighbours)

    async def why(self, id_: int, name: str, scope: Scope, neighbours: int) -> Reasons:
        """What speaks for a tag of an illustration.

        Args:
            id_: The illustration; neither it nor others of its post speak for themselves.
            name: The tag's.
            scope: What may be shown.
            neighbours: How many of the guild's own illustrations at most.

        Raises:
            UnavailableError: If inference is not there, or has not read this illustration yet.
        """
        client = self.inference.client
        known, embeddings = await self._catalogue.embeddings(client.facts.encoder_id, [id_])
        if not known:
            raise UnavailableError(BEING_READ)
        evidence = await client.explain(embeddings[0], name, scope.guild_id)
        tagged, _ = await self._catalogue.tagged(
            scope.guild_id, scope.channels, [name], MOST_TAGGED
        )
        posts = await self._catalogue.posts.of_illustrations([id_])
        own = {id_}.union(*(post.illustration_ids for post in posts.values()))
        allowed = np.array([one for one in tagged if one not in own], np.int64)
        rows = await self._library.index.search(client, embeddings, scope, neighbours, allowed)
        (found,) = await self._catalogue.resolve(rows, scope)
        return Reasons(evidence, found)

    def tags_of(self, guild_id: int | None) -> TagSearch:
        """Finds the tags that are known in a guild: the bundle's and its own.

        Args:
            guild_id: Where it is asked; None: in a direct message, where only what is known
                everywhere counts.

        Raises:
            UnavailableError: If inference has not started yet.
        """
        return self.overlay.tags_of(guild_id)

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
        metrics = self.metrics
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
            similar = await self._nearest(
                {id_: {id_} for id_ in silent}, Scope(found[0].guild_id), REPLY_NEIGHBOURS
            )
        except UnavailableError:
            return list(found)
        return [dataclasses.replace(one, similar=similar.get(one.id, one.similar)) for one in found]

    async def _nearest(
        self, apart: Mapping[int, Collection[int]], scope: Scope, neighbours: int
    ) -> dict[int, tuple[SimilarIllustration, ...]]:
        """What is nearest to illustrations.

        Args:
            apart: By illustration, what is no answer for it: itself, and what came with it.
            scope: What may be shown.
            neighbours: How many for each.
        """
        client = self.inference.client
        known, embeddings = await self._catalogue.embeddings(client.facts.encoder_id, list(apart))
        if not known:
            return {}
        # As many more as one could find of those.
        wanted = neighbours + max(len(apart[id_]) for id_ in known)
        rows = await self._library.index.search(client, embeddings, scope, wanted)
        others = [
            [one for one in row if one.id not in apart[id_]][:neighbours]
            for id_, row in zip(known, rows, strict=True)
        ]
        return dict(zip(known, await self._catalogue.resolve(others, scope), strict=True))


def _unknown(id_: int) -> UnknownPostError:
    return UnknownPostError(f"There is no post {id_}; it may have been deleted.")
