"""The pipeline: decode → infer → store, for one post and for whole imports."""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from bot.decoding.pool import DecodedImage, DecoderPool
from bot.illustrations import (
    Impression,
    Neighbour,
    NewIllustration,
    Origin,
    ScoredTag,
    SimilarIllustration,
    TagName,
)
from bot.inference.client import InferenceClient, Query
from bot.inference.supervisor import InferenceSupervisor
from bot.library import Library
from bot.metrics import Metrics, Stopwatch
from bot.places import AttachmentKey, Scope
from model.errors import HoshizoraError, ImageError

log = logging.getLogger(__name__)

# What is kept of every illustration: more tags than a reply shows, since a guild may hide some.
KEPT_TAGS = 25
REPLY_NEIGHBOURS = 5


@dataclass(frozen=True)
class Candidate:
    """An image that is to enter the library.

    Attributes:
        data: The file's bytes.
        guild_id: Where it was posted.
        origin: Posted by a person, or part of the gallery.
        import_key: What marks it as imported; empty when a person posted it.
        attachment: Which attachment of a guild's post it is; None in the local channel.
    """

    data: bytes
    guild_id: int
    origin: Origin
    title: str
    title_ja: str = ""
    given_tags: tuple[TagName, ...] = ()
    import_key: str = ""
    attachment: AttachmentKey | None = None


@dataclass(frozen=True)
class Description:
    """What the bot says about an image that it does not keep."""

    tags: tuple[ScoredTag, ...]
    similar: tuple[SimilarIllustration, ...]


class Pipeline:
    """Leads images through decoders and inference into the library."""

    def __init__(
        self,
        library: Library,
        decoders: DecoderPool,
        inference: InferenceSupervisor,
        metrics: Metrics,
    ) -> None:
        self._library = library
        self._decoders = decoders
        self._inference = inference
        self._metrics = metrics

    async def post(self, candidate: Candidate) -> int:
        """Take one image into the library, with what a reply says about it.

        Returns:
            Its id.

        Raises:
            ImageError: With the code that says why.
            UnavailableError: If inference is not there.
        """
        watch = Stopwatch(self._metrics)
        with self._counted("post", watch):
            client = self._inference.client
            with watch.stage("decode"):
                decoded = await self._decode(candidate.data, client)
            scope = Scope(candidate.guild_id)
            with watch.stage("infer"):
                impression = await self._library.index.describe(
                    client, decoded.prepared, scope, KEPT_TAGS, REPLY_NEIGHBOURS
                )
            (shown,) = await self._library.catalogue.resolve([impression.similar], scope)
            similar = tuple(Neighbour(one.id, one.distance) for one in shown)
            impression = replace(impression, similar=similar)
            with watch.stage("store"):
                (id_,) = await self._store([(candidate, decoded, impression)], client)
            said = "".join(f"{tag.name} {tag.score:.2f} " for tag in impression.tags[:1])
            log.info("post %d: %s(%s)", id_, said, watch)
            return id_

    async def describe(self, data: bytes, scope: Scope, top: int, neighbours: int) -> Description:
        """Say what there is to say about an image, and keep nothing.

        Raises:
            ImageError: With the code that says why.
            UnavailableError: If inference is not there.
        """
        watch = Stopwatch(self._metrics)
        with self._counted("describe", watch):
            client = self._inference.client
            with watch.stage("decode"):
                decoded = await self._decode(data, client)
            with watch.stage("infer"):
                impression = await self._library.index.describe(
                    client, decoded.prepared, scope, top, neighbours
                )
            (similar,) = await self._library.catalogue.resolve([impression.similar], scope)
            log.info("described an image (%s)", watch)
            return Description(impression.tags, similar)

    async def ingest(
        self, candidates: Sequence[Candidate], watch: Stopwatch | None = None
    ) -> list[int | ImageError]:
        """Take a batch of images into the library, without replies.

        Args:
            candidates: All of one guild, whose own tags are told beside the bundle's.
            watch: Measures the stages; None: a new one.

        Returns:
            For each image its id, or why it was left out.

        Raises:
            UnavailableError: If inference is not there; nothing of the batch was kept then.
            UnknownPostError: If the post of an image was forgotten meanwhile; nothing was kept.
        """
        watch, client = watch or Stopwatch(self._metrics), self._inference.client
        with watch.stage("decode"):
            outcomes = await self._decode_all([one.data for one in candidates], client)
        good = [
            (candidate, outcome)
            for candidate, outcome in zip(candidates, outcomes, strict=True)
            if isinstance(outcome, DecodedImage)
        ]
        ids: Iterator[int] = iter(())
        if good:
            # Without a reply there is nothing that would have to remember its neighbours.
            query = Query(KEPT_TAGS, 0, guild_id=_guild_of(candidates))
            with watch.stage("infer"):
                impressions = await client.describe([one.prepared for _, one in good], query)
            described = [
                (*pair, impression) for pair, impression in zip(good, impressions, strict=True)
            ]
            with watch.stage("store"):
                ids = iter(await self._store(described, client))
        for outcome in outcomes:
            code = outcome.code if isinstance(outcome, ImageError) else "answered"
            self._metrics.images.labels("ingest", code).inc()
        return [one if isinstance(one, ImageError) else next(ids) for one in outcomes]

    async def _decode(self, data: bytes, client: InferenceClient) -> DecodedImage:
        return await self._decoders.decode(data, client.facts.image_size_px)

    async def _decode_all(
        self, images: Sequence[bytes], client: InferenceClient
    ) -> list[DecodedImage | ImageError]:
        async def outcome(data: bytes) -> DecodedImage | ImageError:
            try:
                return await self._decode(data, client)
            except ImageError as error:
                return error

        return await asyncio.gather(*map(outcome, images))

    async def _store(
        self,
        described: Sequence[tuple[Candidate, DecodedImage, Impression]],
        client: InferenceClient,
    ) -> list[int]:
        put = self._library.thumbnails.put
        new = [
            NewIllustration(
                guild_id=candidate.guild_id,
                origin=candidate.origin,
                title=candidate.title,
                title_ja=candidate.title_ja,
                width_px=decoded.width_px,
                height_px=decoded.height_px,
                thumbnail=await asyncio.to_thread(put, decoded.thumbnail),
                encoder_id=client.facts.encoder_id,
                impression=impression,
                given_tags=candidate.given_tags,
                import_key=candidate.import_key,
                attachment=candidate.attachment,
            )
            for candidate, decoded, impression in described
        ]
        return await self._library.add(new)

    @contextmanager
    def _counted(self, operation: str, watch: Stopwatch) -> Iterator[None]:
        try:
            yield
        except HoshizoraError as error:
            outcome = error.code if isinstance(error, ImageError) else "unavailable"
            self._metrics.images.labels(operation, outcome).inc()
            log.info("%s refused: %s (%s)", operation, outcome, watch)
            raise
        except Exception:
            self._metrics.images.labels(operation, "internal").inc()
            raise
        self._metrics.images.labels(operation, "answered").inc()


def _guild_of(candidates: Sequence[Candidate]) -> int:
    guilds = {one.guild_id for one in candidates}
    if len(guilds) != 1:
        raise ValueError(f"A batch is of one guild. Received those of {len(guilds)}.")
    return guilds.pop()
