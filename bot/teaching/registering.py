"""Registering a new tag: its names, its examples, and whether the bot knows it already."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from bot.catalogue import NewJob, NewTag
from bot.errors import TagExistsError, UnavailableError
from bot.illustrations import VocabularyTag
from bot.inference.client import InferenceFailedError
from bot.tags.search import TagSearch
from bot.teaching.bringing import ExampleImage
from bot.teaching.errors import NAME_TAKEN, NO_EXAMPLES, TOO_MANY_EXAMPLES, TeachingError
from bot.teaching.likeness import Likeness, Others, find_likeness, frequent
from bot.teaching.names import check_new, close_names
from bot.teaching.parts import TeachingPart
from model.errors import ImageError

log = logging.getLogger(__name__)

TEACH = "teach"
MOST_EXAMPLES = 100
# Embeddings of one picture, sent twice, differ by less.
_SAME_DIGITS = 4


@dataclass(frozen=True)
class Registered:
    """A tag that is being learnt now.

    Attributes:
        job_id: The job that is done when the tag is live.
        name: As it is kept.
        name_ja: As it is kept.
        examples: Its examples.
        distinct: How many different pictures they are; one that comes twice counts once.
        likeness: A known tag that nearly all of them have.
        close: Known tags whose names are a typo away.
        errors: (Place among the images, why it was left out) of images that are no examples.
    """

    tag_id: int
    job_id: int
    name: str
    name_ja: str
    examples: tuple[int, ...]
    distinct: int
    likeness: Likeness | None = None
    close: tuple[VocabularyTag, ...] = ()
    errors: tuple[tuple[int, ImageError], ...] = ()


class Registering(TeachingPart):
    """Takes new tags on."""

    async def check_name(self, guild_id: int, name: str, name_ja: str = "") -> tuple[str, str]:
        """The names of a new tag, as they will be kept.

        Raises:
            TeachingError: ``bad_name``, or ``tag_exists`` if a tag is called so already.
            UnavailableError: If inference has not started yet.
        """
        rules = await self._rules(guild_id)
        # One that has no model any more is not among what is live.
        own = [
            VocabularyTag(tag.name, tag.name_ja, 0.0, 0)
            for tag in await self._taught.of_guild(guild_id)
        ]
        check_new(TagSearch(own), name, name_ja, rules)
        names = check_new(self._parts.service.tags_of(guild_id), name, name_ja, rules)
        self._parts.refitting.expect()
        return names

    async def register(
        self, guild_id: int, name: str, name_ja: str, examples: Sequence[int], user_id: int
    ) -> Registered:
        """Begin a tag with examples of the guild's library; a model of it follows by itself.

        Raises:
            TeachingError: ``bad_name``, ``tag_exists``, ``no_examples`` or ``too_many_examples``.
            UnavailableError: If inference has not started yet.
            UnknownPostError: If an example is no illustration of this guild (any more).
        """
        registered = await self._begun(guild_id, name, name_ja, examples, user_id)
        return await self._looked_at(guild_id, registered)

    async def _begun(
        self, guild_id: int, name: str, name_ja: str, examples: Sequence[int], user_id: int
    ) -> Registered:
        name, name_ja = await self.check_name(guild_id, name, name_ja)
        ids = checked_examples(examples)
        search, rules = self._parts.service.tags_of(guild_id), await self._rules(guild_id)
        close = close_names(search, name, rules)
        job = NewJob(TEACH, guild_id, 0, user_id, 0)
        try:
            tag_id, job_id = await self._taught.register(
                NewTag(guild_id, name, name_ja, user_id), ids, job
            )
        except TagExistsError as error:
            raise TeachingError("tag_exists", NAME_TAKEN, name=name, other=name) from error
        if job_id is None:
            raise TypeError("A registration with a job has no job. Expected its id.")
        log.info("tag %d: registered with %d examples", tag_id, len(ids))
        return Registered(tag_id, job_id, name, name_ja, ids, len(ids), close=close)

    async def register_images(
        self,
        guild_id: int,
        name: str,
        name_ja: str,
        images: Sequence[ExampleImage],
        user_id: int,
        post_id: int,
    ) -> Registered:
        """Begin a tag with image files; if it is refused, nothing of them is kept.

        Args:
            guild_id: Where.
            name: The tag's.
            name_ja: In Japanese; empty: none.
            images: The files.
            user_id: Who hands them in.
            post_id: The interaction's id; the local channel needs none.

        Raises:
            ImageError: If none of the images can be read: what is wrong with the first one.
            TeachingError: As ``register``.
            UnavailableError: If inference is not there.
        """
        await self.check_name(guild_id, name, name_ja)
        checked_examples(range(len(images)))
        found = await self._parts.bringing.bring(guild_id, images, user_id, post_id)
        if not found.ids:
            raise found.errors[0][1]
        try:
            registered = await self._begun(guild_id, name, name_ja, found.ids, user_id)
        except BaseException:
            await self._parts.bringing.take_back(guild_id, found, post_id)
            raise
        return await self._looked_at(guild_id, replace(registered, errors=found.errors))

    async def _looked_at(self, guild_id: int, registered: Registered) -> Registered:
        """With what the examples look like; a hint, so that nothing fails for its sake."""
        try:
            client = self._parts.service.inference.client
            known, embeddings = await self._catalogue.embeddings(
                client.facts.encoder_id, registered.examples
            )
            if not known:
                return registered
            names = await client.known_tags(embeddings, guild_id)
            # The new tag itself may be live by now.
            counts = frequent([one - {registered.name} for one in names])
            likeness = find_likeness(
                counts,
                len(known),
                await self._shown(guild_id),
                await self._others(guild_id, counts, len(known)),
            )
        except (UnavailableError, InferenceFailedError) as error:
            log.info("tag %d: nothing is said of its likeness: %s", registered.tag_id, error)
            return registered
        distinct = len(np.unique(embeddings.round(_SAME_DIGITS), axis=0))
        return replace(registered, distinct=distinct, likeness=likeness)

    async def _shown(self, guild_id: int) -> list[VocabularyTag]:
        """The tags that are known in a guild, but for those that are hidden there."""
        hidden = (await self._rules(guild_id)).hidden
        vocabulary = self._parts.service.tags_of(guild_id).vocabulary
        return [tag for tag in vocabulary if tag.name not in hidden]

    async def _others(self, guild_id: int, counts: dict[str, int], examples: int) -> Others:
        """How common some tags are in a guild, the examples left out."""
        if not counts:
            return Others(0, {})
        allowed = await self._catalogue.allowed_ids(guild_id)
        count = await self._catalogue.count() if allowed is None else len(allowed)
        tagged = await self._catalogue.tag_counts(guild_id, counts)
        having = {name: max(times - counts[name], 0) for name, times in tagged.items()}
        return Others(max(count - examples, 0), having)


def checked_examples(examples: Sequence[int]) -> tuple[int, ...]:
    """Examples, each once, in their order.

    Raises:
        TeachingError: ``no_examples`` or ``too_many_examples``.
    """
    ids = tuple(dict.fromkeys(examples))
    if not ids:
        raise TeachingError("no_examples", NO_EXAMPLES)
    if len(ids) > MOST_EXAMPLES:
        raise TeachingError(
            "too_many_examples", TOO_MANY_EXAMPLES, count=len(ids), most=MOST_EXAMPLES
        )
    return ids
