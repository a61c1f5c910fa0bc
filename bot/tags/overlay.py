"""What is live: the tags of the bundle that is served, and over them each guild's own.

The catalogue is the truth; this is what of it answers at this moment, in the bot and in the
inference process. A change is committed first and swapped in after it. A process that starts
meanwhile either reads it from the catalogue or is told of it, never neither: both happen under one
lock.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field

from bot.errors import UnavailableError
from bot.illustrations import VocabularyTag
from bot.inference.client import InferenceClient, InferenceFailedError
from bot.tags.own import LiveTag, OwnTag, known_in
from bot.tags.search import TagSearch

log = logging.getLogger(__name__)

# So many models are sent at once to a process that starts.
START_BATCH = 200


@dataclass
class _Followed:
    """An inference process, and what it says.

    Attributes:
        everywhere: The bundle's tags.
        tags: The taught ones that it was told, by their numbers.
        searches: What was made of both for some guilds.
    """

    client: InferenceClient
    everywhere: TagSearch
    tags: dict[int, OwnTag] = field(default_factory=dict)
    searches: dict[int | None, TagSearch] = field(default_factory=dict)

    async def tell(self, tags: Sequence[LiveTag], gone: Collection[int]) -> None:
        """Swap tags in the process, then here.

        Raises:
            UnavailableError: If the process is not there any more.
        """
        unread = await self.client.teach(tags, gone)
        for tag_id in {*gone, *unread}:
            self.tags.pop(tag_id, None)
        self.tags |= {one.tag.tag_id: one.tag for one in tags if one.tag.tag_id not in unread}
        self.searches.clear()

    def search(self, guild_id: int | None) -> TagSearch:
        """The tags that are known in a guild."""
        if guild_id not in self.searches:
            own = known_in(self.tags.values(), guild_id)
            self.searches[guild_id] = self.everywhere.with_own(own) if own else self.everywhere
        return self.searches[guild_id]


class Overlay:
    """Tells inference processes which taught tags they say, and knows which those are."""

    def __init__(self, current: Callable[[str], Awaitable[Sequence[LiveTag]]]) -> None:
        """Nothing is live until a process is followed.

        Args:
            current: From a prior's id to the current version of every taught tag.
        """
        self._current = current
        self._followed: list[_Followed] = []
        self._served: _Followed | None = None
        self._changing = asyncio.Lock()

    async def follow(self, client: InferenceClient) -> None:
        """Tell a process that has just started everything; from now on it hears of every swap.

        Followed again, it is told what the catalogue holds now.

        Raises:
            UnavailableError: If the process is not there any more.
        """
        everywhere = await self._search(client.facts.vocabulary)
        async with self._changing:
            followed = self._find(client) or _Followed(client, everywhere)
            live = await self._current(client.facts.prior_id)
            gone = followed.tags.keys() - {one.tag.tag_id for one in live}
            if gone:
                await followed.tell((), gone)
            for first in range(0, len(live), START_BATCH):
                await followed.tell(live[first : first + START_BATCH], ())
            others = [one for one in self._followed if one is not followed and one.client.alive]
            self._followed = [*others, followed]
        if live:
            log.info("process %d knows %d taught tags", client.pid, len(followed.tags))

    async def reread(self) -> None:
        """Tell every process that is followed what the catalogue holds now."""
        for followed in [one for one in self._followed if one.client.alive]:
            await self.follow(followed.client)

    def serve(self, client: InferenceClient) -> None:
        """From this moment on, the tags that are known are those of a process that is followed.

        Raises:
            KeyError: If it is not followed.
        """
        followed = self._find(client)
        if followed is None:
            raise KeyError("The process is not followed. Follow it before it is served.")
        self._served = followed

    async def swap(
        self,
        tags: Iterable[LiveTag] = (),
        gone: Collection[int] = (),
        prior_id: str | None = None,
    ) -> None:
        """Make versions live, all in one moment, after they were committed.

        A process that is away is not waited for: its next start reads the catalogue.

        Args:
            tags: Each takes the place of its version before. One that was fitted for
                a bundle that no process has is passed over.
            gone: Numbers of tags that are not said any more.
            prior_id: By the processes of which bundles; None: by any.
        """
        tags = list(tags)
        async with self._changing:
            for followed in list(self._followed):
                own_id = followed.client.facts.prior_id
                fitting = [one for one in tags if one.prior_id == own_id]
                leaving = gone if prior_id in (None, own_id) else ()
                if fitting or leaving:
                    await self._tell(followed, fitting, leaving)

    def tags_of(self, guild_id: int | None) -> TagSearch:
        """Finds the tags that are known in a guild: the bundle's and its own.

        Args:
            guild_id: Where it is asked; None: in a direct message, where only what is known
                everywhere counts.

        Raises:
            UnavailableError: If inference has not started yet.
        """
        if self._served is None:
            raise UnavailableError("The bot's model is starting. Try again in a few seconds.")
        return self._served.search(guild_id)

    def own(self, guild_id: int | None) -> tuple[OwnTag, ...]:
        """The taught tags that are live in a guild."""
        return () if self._served is None else known_in(self._served.tags.values(), guild_id)

    def live(self, tag_id: int) -> OwnTag | None:
        """A taught tag as it answers now; None: it does not."""
        return None if self._served is None else self._served.tags.get(tag_id)

    def _find(self, client: InferenceClient) -> _Followed | None:
        return next((one for one in self._followed if one.client is client), None)

    async def _search(self, vocabulary: tuple[VocabularyTag, ...]) -> TagSearch:
        """The search of a vocabulary; the one that is there already where nothing has changed."""
        known = [*self._followed, *([self._served] if self._served else [])]
        for followed in known:
            if followed.client.facts.vocabulary == vocabulary:
                return followed.everywhere
        return await asyncio.to_thread(TagSearch, vocabulary)

    async def _tell(
        self, followed: _Followed, tags: Sequence[LiveTag], gone: Collection[int]
    ) -> None:
        try:
            await followed.tell(tags, gone)
        except UnavailableError:
            # It was lost: its next start is another process, which is followed anew.
            self._followed.remove(followed)
        except InferenceFailedError:
            log.exception("a swap of taught tags failed; the tags stay as they were")
