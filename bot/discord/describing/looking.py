"""Looking at images that somebody asks about: each gets its finding, also when that is an error."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

import aiohttp

from bot.catalogue import Catalogue
from bot.discord.describing.images import SentImage
from bot.discord.embeds import FEW_IMAGES
from bot.discord.posting.answering import NEIGHBOURS, NEIGHBOURS_OF_MANY
from bot.discord.posting.downloading import Downloads
from bot.inference.client import InferenceFailedError
from bot.pipeline import KEPT_TAGS, Description
from bot.places import Scope
from bot.posts import Post
from bot.replies import Finding
from bot.service import Service
from model.errors import ImageError

log = logging.getLogger(__name__)

# For the downloads of one command together. Who asks waits, and holds a place in the queue.
PATIENCE_SECONDS = 120.0
# A scope that holds nothing. No guild has this number, so no guild's own tags count either.
NOWHERE = Scope(-1, frozenset())


@dataclass(frozen=True)
class Wish:
    """What somebody wants to know of images.

    Attributes:
        tags: Whether they want tags.
        neighbours: How many similar illustrations they want.
        neighbours_of_many: The same for each of many images: the picture stays readable.
    """

    tags: bool
    neighbours: int
    neighbours_of_many: int


DESCRIPTION = Wish(tags=True, neighbours=NEIGHBOURS, neighbours_of_many=NEIGHBOURS_OF_MANY)
SIMILAR_ONES = Wish(tags=False, neighbours=10, neighbours_of_many=5)


@dataclass(frozen=True)
class Sight:
    """What is asked about.

    Attributes:
        images: In their order.
        message_id: The message that they stand in, whose own illustrations are not similar to
            them but the same; 0: they were handed in with a command.
        post: The message as a post; None: it is not known as one.
    """

    images: Sequence[SentImage]
    message_id: int = 0
    post: Post | None = None


class Looking:
    """Finds out what there is to say about images; keeps nothing of them."""

    def __init__(
        self,
        service: Service,
        catalogue: Catalogue,
        downloads: Downloads,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._service = service
        self._patience_seconds = patience_seconds
        self._catalogue = catalogue
        self._downloads = downloads

    async def look(self, sight: Sight, wish: Wish, scope: Scope | None) -> list[Finding]:
        """Look at each image, one after the other: each may have 25 MiB.

        Args:
            sight: What is asked about.
            wish: What is wanted of it.
            scope: Which illustrations may be shown; None: none, and nothing is said of that.

        Raises:
            BusyError: If there is no place in the queue.
            UnavailableError: If inference is not there.
        """
        many = len(sight.images) > FEW_IMAGES
        wanted = wish.neighbours_of_many if many else wish.neighbours
        neighbours = wanted if scope else 0
        deadline = asyncio.get_running_loop().time() + self._patience_seconds
        findings = []
        with self._service.admit():
            known = await self._known(sight, scope or NOWHERE, neighbours)
            for image in sight.images:
                seen = known.get(image.attachment_id) or await self._seen(
                    image, scope or NOWHERE, neighbours + len(sight.images), deadline
                )
                if isinstance(seen, str):
                    findings.append(Finding(image.title, spoiler=image.spoiler, error=seen))
                    continue
                others = [one for one in seen.similar if one.post_id != sight.message_id]
                findings.append(
                    Finding(
                        image.title,
                        tags=seen.tags if wish.tags else None,
                        similar=others[:neighbours] if scope else None,
                        spoiler=image.spoiler,
                    )
                )
        return findings

    async def _known(self, sight: Sight, scope: Scope, neighbours: int) -> dict[int, Description]:
        """What the catalogue says of a post's images, by attachment: no need to download them."""
        if sight.post is None:
            return {}
        ids = sight.post.illustration_ids
        similar = await self._service.similar(ids, scope, neighbours)
        tags = {one.id: one.tags for one in await self._catalogue.illustrations(ids)}
        return {
            one.attachment_id: Description(tags[id_], similar[id_])
            for one in sight.post.attachments
            if (id_ := one.illustration_id) in tags and id_ in similar
        }

    async def _seen(
        self, image: SentImage, scope: Scope, neighbours: int, deadline: float
    ) -> Description | str:
        """What there is to say of an image, or the code that says why nothing."""
        if image.error or not image.url:
            return image.error or "not_found"
        try:
            async with asyncio.timeout_at(deadline):
                data = await self._downloads.fetch(image.url, image.size_bytes, _no_other_address)
            return await self._service.describe(data, scope, KEPT_TAGS, neighbours)
        except ImageError as error:
            return error.code
        except (aiohttp.ClientError, TimeoutError) as error:
            # Its name alone: the address of the image is part of what an error says.
            log.warning("an image that was asked about was not fetched: %s", type(error).__name__)
            return "not_found"
        except InferenceFailedError:
            log.exception("an image that was asked about cannot be described")
            return "internal"


def still_shown(finding: Finding, scope: Scope | None) -> Finding:
    """A finding as it may be shown by now: downloads take long, and permissions change."""
    if finding.similar is None or scope is None:
        return replace(finding, similar=None)
    similar = [one for one in finding.similar if scope.includes(one.place)]
    return replace(finding, similar=similar)


async def _no_other_address() -> None:
    """What Discord hands over with an interaction is as fresh as any other address would be."""
