"""Images that somebody hands in as examples, into the library.

In a guild they become illustrations of a post that stands nowhere: nobody sees it, and it goes
when the last tag that was taught with it goes. In the local channel they are posts like any other.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.errors import UnknownPostError
from bot.illustrations import LOCAL_GUILD
from bot.library import Library
from bot.pipeline import Candidate, Pipeline
from bot.places import NOWHERE, AttachmentKey, Place
from bot.posts import NewPost
from model.errors import ImageError


@dataclass(frozen=True)
class ExampleImage:
    """An image file that is to be an example.

    Attributes:
        data: The file's bytes.
        title: Made of its file name.
        attachment_id: Discord's id of it; 0: there is none.
        spoiler: Whether it was covered.
    """

    data: bytes
    title: str = ""
    attachment_id: int = 0
    spoiler: bool = False


@dataclass(frozen=True)
class NewExamples:
    """What became of the images.

    Attributes:
        ids: The illustrations, in the order of the images.
        errors: (Place among the images, why it was left out) of the others.
    """

    ids: tuple[int, ...]
    errors: tuple[tuple[int, ImageError], ...] = ()


class Bringing:
    """Brings examples into the library, and takes them back."""

    def __init__(self, library: Library, pipeline: Pipeline) -> None:
        self._library = library
        self._posts = library.catalogue.posts
        self._pipeline = pipeline

    async def bring(
        self, guild_id: int, images: Sequence[ExampleImage], user_id: int, post_id: int
    ) -> NewExamples:
        """Take images into the library.

        Args:
            guild_id: Whose.
            images: The files.
            user_id: Who hands them in; they are kept as this person's.
            post_id: What their post is called: the interaction's id. The local channel needs none.

        Raises:
            UnavailableError: If inference is not there; nothing was kept then.
            UnknownPostError: If it came before, or was forgotten meanwhile.
        """
        if guild_id == LOCAL_GUILD:
            return await self._ingest(guild_id, images, None)
        place = Place(guild_id, NOWHERE)
        post = NewPost(post_id, place, user_id, datetime.now(UTC))
        if not await self._posts.claim(post, "example"):
            raise UnknownPostError(f"The examples {post_id} came before.")
        try:
            found = await self._ingest(guild_id, images, post_id)
        except BaseException:
            await self._library.forget_posts([post_id])
            raise
        if not found.ids:
            await self._library.forget_posts([post_id])
        return found

    async def take_back(self, guild_id: int, found: NewExamples, post_id: int) -> None:
        """Forget images that nothing came of."""
        if guild_id == LOCAL_GUILD:
            await self._library.forget(found.ids)
        else:
            await self._library.forget_posts([post_id])

    async def tidy(self, owns: Callable[[int], bool]) -> None:
        """Forget what a killed process stored and did not hand in. For the start.

        Args:
            owns: Whether a guild is this process's: elsewhere another one may be about to.
        """
        unused = await self._library.catalogue.taught.unused_examples()
        stray = [post_id for post_id, guild_id in unused.items() if owns(guild_id)]
        if stray:
            await self._library.forget_posts(stray)

    async def _ingest(
        self, guild_id: int, images: Sequence[ExampleImage], post_id: int | None
    ) -> NewExamples:
        candidates = [
            Candidate(
                image.data,
                guild_id,
                "posted",
                image.title,
                attachment=None
                if post_id is None
                else AttachmentKey(
                    post_id, image.attachment_id or place, place, image.title, image.spoiler
                ),
            )
            for place, image in enumerate(images)
        ]
        outcomes = await self._pipeline.ingest(candidates)
        return NewExamples(
            tuple(one for one in outcomes if not isinstance(one, ImageError)),
            tuple(
                (place, one) for place, one in enumerate(outcomes) if isinstance(one, ImageError)
            ),
        )
