"""A guild whose members post pictures of one colour, and teach."""

import itertools
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from bot.illustrations import ScoredTag
from bot.pipeline import Candidate
from bot.places import AttachmentKey, Place, Scope
from bot.posts import NewPost
from bot.running import Bot
from bot.teaching.registering import Registered

Colour = tuple[int, int, int]

# Nothing that the fake tagger knows looks like these.
PURPLES: list[Colour] = [(120, 20, 140), (125, 25, 145), (115, 15, 135), (130, 30, 150)]
OTHERS: list[Colour] = [
    (20, 160, 60),
    (250, 250, 250),
    (240, 220, 40),
    (20, 20, 25),
    (200, 90, 20),
    (120, 130, 140),
    (30, 60, 200),
]

TEACHER, MEMBER, SECOND_TEACHER = 1, 2, 3
CHANNEL, SECRET = 70, 71

_numbers = itertools.count(10**6)


class Guild:
    """One guild of a running bot."""

    def __init__(self, bot: Bot, picture: Callable[..., bytes], id_: int) -> None:
        self.bot = bot
        self.teaching = bot.teaching
        self.catalogue = bot.library.catalogue
        self.picture = picture
        self.id = id_

    @property
    def scope(self) -> Scope:
        """What a teacher may see who may read the open channel."""
        return Scope(self.id, frozenset({CHANNEL}))

    async def posted(
        self, colours: Sequence[Colour], *, author_id: int = MEMBER, channel_id: int = CHANNEL
    ) -> list[int]:
        """Ids of illustrations that somebody has posted, each in a post of its own."""
        found = []
        for colour in colours:
            post_id = next(_numbers)
            place = Place(self.id, channel_id)
            await self.catalogue.posts.claim(
                NewPost(post_id, place, author_id, datetime.now(UTC)), "imported"
            )
            key = AttachmentKey(post_id, post_id, 0, "t", False)
            candidate = Candidate(self.picture(colour), self.id, "posted", "t", attachment=key)
            found += await self.bot.service.pipeline.ingest([candidate])
        return found

    async def tags(self, colour: Colour) -> dict[str, ScoredTag]:
        """What is said of a picture of this colour here, sure or not, by the tag's name."""
        described = await self.bot.service.describe(self.picture(colour), self.scope, 50, 0)
        return {tag.name: tag for tag in described.tags}

    async def taught(self, name: str = "grape", examples: int = 3) -> tuple[Registered, list[int]]:
        """A tag that is live, and its examples."""
        ids = await self.posted(PURPLES[:examples])
        registered = await self.teaching.register(self.id, name, "", ids, TEACHER)
        assert await self.teaching.live(registered.tag_id)
        return registered, ids

    async def examples(self, tag_id: int) -> tuple[set[int], set[int]]:
        """What the version that answers was fitted on: right, wrong."""
        version = await self.teaching.current(tag_id)
        assert version is not None
        found = await self.catalogue.taught.version_examples(version.id)
        return set(found.positives), set(found.negatives)
