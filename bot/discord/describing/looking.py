"""Looking at images that somebody asks about: each gets its finding, also when it is none."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import aiohttp

from bot.catalogue import Catalogue
from bot.discord.describing.images import SentImage
from bot.discord.posting.answering import FEW_IMAGES
from bot.discord.posting.downloading import Downloads
from bot.illustrations import ScoredTag, SimilarIllustration
from bot.inference import InferenceFailedError
from bot.pipeline import KEPT_TAGS
from bot.places import Scope
from bot.posts import Post
from bot.replies import Finding
from bot.service import Service
from model.errors import ImageError

log = logging.getLogger(__name__)

# For all images of one command together. Whoever asked is waiting, and holds a place in the queue.
PATIENCE_SECONDS = 120.0
# A scope that holds nothing.
NOWHERE = Scope(0, frozenset())


@dataclass(frozen=True)
class Wish:
    """What somebody wants to know of images.

    Attributes:
        tags: Whether they want tags.
        neighbours: How many similar illustrations they want.
        neighbours_of_many: The same for each of many images, so that the picture stays readable.
    """

    tags: bool
    neighbours: int
    neighbours_of_many: int


DESCRIPTION = Wish(tags=True, neighbours=5, neighbours_of_many=3)
SIMILAR_ONES = Wish(tags=False, neighbours=10, neighbours_of_many=5)


@dataclass(frozen=True)
class Sight:
    """What is asked about.

    Attributes:
        images: Not empty.
        post: The known post that they belong to; None: none that is known.
        message_id: The message that they were found in, whose own illustrations are not similar
            to it but the same; 0: they were handed in with a command.
    """

    images: Sequence[SentImage]
    post: Post | None = None
    message_id: int = 0


@dataclass(frozen=True)
class Known:
    """What the catalogue says of an image: nothing has to be downloaded."""

    tags: tuple[ScoredTag, ...]
    similar: tuple[SimilarIllustration, ...]


class Looking:
    """Finds out what there is to say about images."""

    def __init__(self, service: Service, catalogue: Catalogue, downloads: Downloads) -> None:
        self._service = service
        self._catalogue = catalogue
        self._downloads = downloads

    async def look(self, sight: Sight, wish: Wish, scope: Scope | None) -> list[Finding]:
        """Look at each image, one after the other: each may have 25 MiB.

        Args:
            sight: What is asked about.
            wish: What is wanted of it.
            scope: Which illustrations may be shown; None: none.

        Raises:
            BusyError: If there is no place in the queue.
            UnavailableError: If inference is not there.
        """
        few = len(sight.images) <= FEW_IMAGES
        wanted = wish.neighbours if few else wish.neighbours_of_many
        neighbours = 0 if scope is None else wanted
        deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        with self._service.admit():
            known = await self._known(sight, scope, neighbours) if scope else {}
            findings = []
            for image in sight.images:
                if image.attachment_id in known:
                    found = known[image.attachment_id]
                    finding = _finding(image, tags=found.tags, similar=found.similar)
                else:
                    async with asyncio.timeout_at(deadline) as patience:
                        finding = await self._fresh(image, sight, scope, neighbours)
                findings.append(_as_wished(finding, wish, scope))
        return findings
