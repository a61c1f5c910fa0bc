"""What a taught tag says of the illustrations that were there before it.

A post is scored once, when it comes. So that a search finds a new tag on what was posted before,
the library is scored with each new version, in the background: whatever is asked meanwhile goes
first. Which version it was scored with is noted, so a restart goes on where it matters.
"""

import asyncio
import logging

from bot.catalogue import Catalogue, CurrentVersion, DatabaseTroubleError, TaughtTag
from bot.errors import UnavailableError, UnknownTagError
from bot.illustrations import LOCAL_GUILD
from bot.inference.supervisor import InferenceSupervisor
from bot.teaching.refitting import Refitting
from bot.teaching.teacher import Teacher

log = logging.getLogger(__name__)

BATCH = 500
PAUSE_SECONDS = 5.0


class Rescoring:
    """Scores libraries with taught tags, one tag at a time."""

    def __init__(
        self, catalogue: Catalogue, inference: InferenceSupervisor, teacher: Teacher
    ) -> None:
        self._catalogue = catalogue
        self._taught = catalogue.taught
        self._inference = inference
        self._teacher = teacher
        self._wanted: dict[int, None] = {}
        self._wake = asyncio.Event()

    def ask(self, tag_id: int) -> None:
        """Note that a tag has changed."""
        self._wanted[tag_id] = None
        self._wake.set()

    async def ask_all(self) -> None:
        """Note every tag whose newest version was not scored with: for a start, a new bundle."""
        for current in await self._taught.all_current(self._inference.facts.prior_id):
            if not await self._is_done(current):
                self.ask(current.tag.id)

    async def run(self, refitting: Refitting) -> None:
        """Score whatever is wanted, until cancelled."""
        await self._inference.ready()
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._wanted:
                tag_id = next(iter(self._wanted))
                del self._wanted[tag_id]
                try:
                    async with self._catalogue.turns.turn(f"score {tag_id}"):
                        await self._score(tag_id, refitting)
                except (UnavailableError, DatabaseTroubleError) as error:
                    log.info("tag %d: the library is scored later: %s", tag_id, error)
                    self._wanted[tag_id] = None
                    await asyncio.sleep(PAUSE_SECONDS)
                except UnknownTagError:
                    log.info("tag %d: it was removed while the library was scored", tag_id)
                except Exception:
                    log.exception("tag %d: the library could not be scored", tag_id)

    async def _score(self, tag_id: int, refitting: Refitting) -> None:
        current = await self._taught.current(tag_id, self._inference.facts.prior_id)
        if current is None:
            await self._clear(tag_id)
            return
        if await self._is_done(current):
            return  # by another process
        for guild_id in await self._guilds(current.tag):
            after: int | None = 0
            while after is not None:
                await refitting.idle()
                await self._inference.calm()
                if tag_id in self._wanted:
                    return  # it has changed since
                after = await self._score_batch(current, guild_id, after)
        await self._catalogue.state.put(_key(tag_id), _mark(current))

    async def _is_done(self, current: CurrentVersion) -> bool:
        """Whether the library, which is every process's, was scored with a version."""
        return await self._catalogue.state.get(_key(current.tag.id)) == _mark(current)

    async def _score_batch(self, current: CurrentVersion, guild_id: int, after: int) -> int | None:
        """Score the next illustrations of a guild.

        Returns:
            The last one's id; None: there are no more.
        """
        ids, embeddings = await self._catalogue.guild_embeddings(
            self._inference.facts.encoder_id, guild_id, after, BATCH
        )
        if not ids:
            return None
        scores = await self._teacher.score(current.model, embeddings)
        rows = dict(zip(ids, scores.tolist(), strict=True))
        await self._catalogue.rescored.write(current.tag.id, current.version.threshold, rows)
        return ids[-1]

    async def _clear(self, tag_id: int) -> None:
        tag = await self._taught.tag(tag_id)
        if tag is not None:
            for guild_id in await self._guilds(tag):
                await self._catalogue.rescored.clear(guild_id, tag.name)

    async def _guilds(self, tag: TaughtTag) -> list[int]:
        """Where a tag counts."""
        return [tag.guild_id, *(await self._others(tag) if tag.promoted else [])]

    async def _others(self, tag: TaughtTag) -> list[int]:
        """Where else it would count: where no own tag is called so."""
        guilds = {LOCAL_GUILD, *await self._catalogue.posts.guilds()} - {tag.guild_id}
        return [one for one in sorted(guilds) if await self._taught.get(one, tag.name) is None]


def _key(tag_id: int) -> str:
    return f"scored-with-tag-{tag_id}"


def _mark(current: CurrentVersion) -> str:
    """What a library was scored with: a promotion changes where, so it is part of it."""
    return f"{current.version.id} {'everywhere' if current.tag.promoted else 'here'}"
