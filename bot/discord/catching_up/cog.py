"""The cog that answers what was posted while the bot was away, and goes on with what it had begun.

Why a clock in the catalogue: a session that is resumed repeats what it missed, but one that is new
tells nothing of the time before. So the moment of the last connection is noted every few seconds,
and a new session reads the channels from there on. Posts are claimed exactly once, so reading too
much does no harm. A guild that is away in an outage, or comes later than its session, is caught up
when it is there.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import datetime
from typing import Any, TypeVar

import discord
from discord.ext import commands, tasks

from bot.discord.catching_up.going_on import Begun, GoingOn
from bot.discord.catching_up.moments import Moments
from bot.discord.catching_up.reading import Missed, Reading, channels_of
from bot.discord.channels import MessageChannel
from bot.discord.face import Face
from bot.discord.trouble import PAUSES_SECONDS, TROUBLE, passes, spread

log = logging.getLogger(__name__)
T = TypeVar("T", MessageChannel, Begun)

CLOCK_SECONDS = 15.0
# How often to look for posts that nobody is at work on.
SWEEP_MINUTES = 10.0


class CatchingUp(commands.Cog):
    """Catches up after an absence."""

    def __init__(self, client: discord.AutoShardedClient, face: Face) -> None:
        self._client = client
        self._connected_at = Moments(client, face.catalogue.state, "connected_at")
        self._intake = face.intake
        self._clock = face.clock
        self._going_on = GoingOn(client, face)
        self._reading = Reading(face)
        # Of shards that are both, everything is known up to now.
        self._connected: set[int] = set()
        self._caught_up: set[int] = set()
        # Guilds that are away, and since when what is posted there may be missed.
        self._away: dict[int, datetime | None] = {}
        # By shard, or by guild.
        self._running: dict[int, asyncio.Task[None]] = {}

    async def cog_load(self) -> None:
        """Begin to note the time."""
        self._time.start()
        self._sweep.start()

    async def cog_unload(self) -> None:
        """Note the time once more, and end."""
        self._time.cancel()
        self._sweep.cancel()
        for task in self._running.values():
            task.cancel()
        await self._note_time()

    @commands.Cog.listener()
    async def on_shard_ready(self, shard_id: int) -> None:
        """A new session: whatever came between the last one and this was missed."""
        self._connected.add(shard_id)
        self._caught_up.discard(shard_id)
        self._begin(shard_id, self._catch_up(shard_id))

    @commands.Cog.listener()
    async def on_shard_resumed(self, shard_id: int) -> None:
        """A resumed session repeats what was missed."""
        self._connected.add(shard_id)

    @commands.Cog.listener()
    async def on_shard_disconnect(self, shard_id: int) -> None:
        """From now on something may be missed."""
        self._connected.discard(shard_id)

    @commands.Cog.listener()
    async def on_guild_unavailable(self, guild: discord.Guild) -> None:
        """An outage begins."""
        self._away.setdefault(guild.id, self._clock.now())

    @commands.Cog.listener()
    async def on_guild_available(self, guild: discord.Guild) -> None:
        """A guild is back from an outage, or has come later than its session."""
        if guild.id in self._away:
            since = self._away.pop(guild.id)
            self._begin(guild.id, self._catch_up_with([guild], since))

    @tasks.loop(seconds=CLOCK_SECONDS)
    async def _time(self) -> None:
        try:
            await self._note_time()
        except Exception:
            log.exception("the time could not be noted; trying again")

    async def _note_time(self) -> None:
        if self._intake.unheard:
            return  # A start must read from before them.
        now = self._clock.now()
        for shard_id in self._connected & self._caught_up:
            await self._connected_at.put(shard_id, now)

    @tasks.loop(minutes=SWEEP_MINUTES)
    async def _sweep(self) -> None:
        """Go on with what was left: a click that met trouble, a post that was tried in vain."""
        try:
            guild_ids = [one.id for one in self._client.guilds if one.shard_id in self._connected]
            begun = await self._going_on.begun(guild_ids, self._clock.now())
            await self._with_each(begun, self._going_on.lead)
        except Exception:
            log.exception("posts that are left: an unexpected error; trying again")

    def _begin(self, key: int, work: Coroutine[Any, Any, object]) -> None:
        """Begin to catch up with a shard or a guild, anew if that is being done already."""
        if key in self._running:
            self._running[key].cancel()
        self._running[key] = asyncio.create_task(self._guarded(key, work))

    async def _guarded(self, key: int, work: Coroutine[Any, Any, object]) -> None:
        try:
            await work
        except Exception:
            log.exception(
                "catching up was stopped by an unexpected error; the next session does it"
            )
        finally:
            if self._running.get(key) is asyncio.current_task():
                del self._running[key]

    async def _catch_up(self, shard_id: int) -> None:
        connected_at = await self._connected_at.get(shard_id)
        if connected_at is None:
            # The very first time: should this process end before it has caught up, what came since
            # then was missed.
            await self._connected_at.put(shard_id, self._clock.now())
        guilds = [guild for guild in self._client.guilds if guild.shard_id == shard_id]
        for guild in guilds:
            if guild.unavailable:
                self._away.setdefault(guild.id, connected_at)
        present = [guild for guild in guilds if not guild.unavailable]
        if await self._catch_up_with(present, connected_at):
            self._caught_up.add(shard_id)
            await self._note_time()

    async def _catch_up_with(self, guilds: Sequence[discord.Guild], since: datetime | None) -> bool:
        """Catch up with guilds that are there.

        Args:
            guilds: Which.
            since: When the absence began; None: the bot was never there before.

        Returns:
            Whether nothing is left.
        """
        begun = await self._going_on.begun([guild.id for guild in guilds], since)
        channels = [channel for guild in guilds for channel in channels_of(guild)]
        missed = Missed(since)
        left = await asyncio.gather(
            self._with_each(begun, self._going_on.lead),
            self._with_each(channels, lambda one: self._reading.read(one, missed)),
        )
        if missed.taken:
            log.info("caught up: %d posts of the time without a connection", missed.taken)
        if any(left):
            log.error("posts of %d channels are left, %d channels are to be read", *left)
        return not any(left)

    async def _with_each(self, things: Sequence[T], deal: Callable[[T], Awaitable[None]]) -> int:
        """Deal with channels or what was begun there; where Discord is in trouble, again later.

        Returns:
            How many are left.
        """
        for pause in PAUSES_SECONDS:
            left: list[T] = []
            for one in things:
                try:
                    await deal(one)
                except TROUBLE as error:
                    # It may not read there, say: then it was not to answer there.
                    if passes(error):
                        log.warning("catching up with %d: %r; trying again", one.id, error)
                        left.append(one)
            if not left:
                return 0
            things = left
            await asyncio.sleep(spread(pause))
        return len(things)
