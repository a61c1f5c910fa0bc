"""The cog that answers what was posted while the bot was away, and goes on with what it had begun.

Why a clock in the catalogue: a session that is resumed repeats what it missed, but one that is new
tells nothing of the time before. So the moment of the last connection is noted every few seconds,
and a new session reads the channels from there on. Posts are claimed exactly once, so reading too
much does no harm.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import discord
from discord.ext import commands, tasks

from bot.discord.catching_up.deciding import missed_since
from bot.discord.channels import MessageChannel
from bot.discord.face import Face
from bot.discord.posting.qualifying import should_tag
from bot.discord.standing import place_of
from bot.discord.trouble import TROUBLE, passes
from bot.posts import Post

log = logging.getLogger(__name__)
T = TypeVar("T", MessageChannel, Post)

CLOCK_SECONDS = 15.0
MOST_MESSAGES = 1000
# Before what Discord had trouble with is tried again; then the next session does.
PAUSES_SECONDS = (1.0, 5.0, 20.0, 60.0, 180.0)


@dataclass
class Missed:
    """An absence.

    Attributes:
        since: When it began; None: the bot was never there before.
        taken: How many posts of that time were taken on so far.
    """

    since: datetime | None
    taken: int = 0


class CatchingUp(commands.Cog):
    """Catches up after an absence."""

    def __init__(self, client: discord.AutoShardedClient, face: Face) -> None:
        self._client = client
        self._face = face
        self._catalogue = face.catalogue
        self._intake = face.intake
        self._default = face.config.autotag.default
        self._reaction = face.config.discord.reaction
        self._at_most = timedelta(minutes=face.config.discord.catch_up_minutes)
        # Of shards that are both, everything is known up to now.
        self._connected: set[int] = set()
        self._caught_up: set[int] = set()
        self._running: dict[int, asyncio.Task[None]] = {}

    async def cog_load(self) -> None:
        """Begin to note the time."""
        self._clock.start()

    async def cog_unload(self) -> None:
        """Note the time once more, and end."""
        self._clock.cancel()
        for task in self._running.values():
            task.cancel()
        await self._note_time()

    @commands.Cog.listener()
    async def on_shard_ready(self, shard_id: int) -> None:
        """A new session: whatever came between the last one and this was missed."""
        self._connected.add(shard_id)
        self._caught_up.discard(shard_id)
        if shard_id in self._running:
            self._running[shard_id].cancel()
        self._running[shard_id] = asyncio.create_task(self._catch_up(shard_id))

    @commands.Cog.listener()
    async def on_shard_resumed(self, shard_id: int) -> None:
        """A resumed session repeats what was missed."""
        self._connected.add(shard_id)

    @commands.Cog.listener()
    async def on_shard_disconnect(self, shard_id: int) -> None:
        """From now on something may be missed."""
        self._connected.discard(shard_id)

    @tasks.loop(seconds=CLOCK_SECONDS)
    async def _clock(self) -> None:
        try:
            await self._note_time()
        except Exception:
            log.exception("the time could not be noted; trying again")

    async def _note_time(self) -> None:
        now = datetime.now(UTC).isoformat()
        for shard_id in self._connected & self._caught_up:
            await self._catalogue.state.put(_key(shard_id), now)

    async def _catch_up(self, shard_id: int) -> None:
        try:
            noted = await self._catalogue.state.get(_key(shard_id))
            connected_at = datetime.fromisoformat(noted) if noted else None
            guilds = [guild for guild in self._client.guilds if guild.shard_id == shard_id]
            begun = await self._catalogue.posts.pending([guild.id for guild in guilds])
            channels = [channel for guild in guilds for channel in _channels(guild)]
            missed = Missed(connected_at)
            left = await asyncio.gather(
                self._with_each(begun, self._go_on_with),
                self._with_each(channels, lambda one: self._read_channel(one, missed)),
            )
            if missed.taken:
                log.info("caught up: %d posts of the time without a connection", missed.taken)
            if any(left):
                log.error("%d posts and %d channels are left to the next session", *left)
                return
            self._caught_up.add(shard_id)
            await self._note_time()
        except Exception:
            log.exception(
                "catching up was stopped by an unexpected error; the next session does it"
            )
        finally:
            if self._running.get(shard_id) is asyncio.current_task():
                del self._running[shard_id]

    async def _with_each(self, things: Sequence[T], deal: Callable[[T], Awaitable[None]]) -> int:
        """Deal with posts or channels; where Discord is in trouble, again after a while.

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
            await asyncio.sleep(pause)
        return len(things)

    async def _go_on_with(self, post: Post) -> None:
        """Lead a post to its end that was taken on before."""
        if self._intake.is_at_work_on(post.id):
            return
        guild = self._client.get_guild(post.place.guild_id)
        channel = guild and guild.get_channel_or_thread(post.place.channel_id)
        if guild is None or not isinstance(channel, MessageChannel):
            await self._catalogue.posts.settle(post.id, "silent")
            return
        try:
            message = await channel.fetch_message(post.id)
        except discord.NotFound:
            await self._face.library.forget_posts([post.id])
            return
        except discord.Forbidden:
            await self._catalogue.posts.settle(post.id, "silent")
            return
        if await self._face.outbox.adopt(channel, post):
            return
        settings = await self._catalogue.guilds.settings(guild.id)
        mode = "reply" if post.state == "asked" else settings.mode(post.place, self._default)
        if mode == "off":
            await self._catalogue.posts.settle(post.id, "silent")
        else:
            self._intake.go_on(message, mode)

    async def _read_channel(self, channel: MessageChannel, missed: Missed) -> None:
        """Take on what was posted in a channel without the bot."""
        place, now = place_of(channel), datetime.now(UTC)
        settings = await self._catalogue.guilds.settings(place.guild_id)
        mode = settings.mode(place, self._default)
        chosen = settings.modes.get(place.channel_id) or settings.modes.get(place.parent_id)
        since = missed_since(
            missed.since, now, self._at_most, chosen.changed_at if chosen else None
        )
        if mode == "off" or since is None:
            return
        # In a quiet channel older posts may have been clicked meanwhile.
        read_from = now - self._at_most if mode == "quiet" else since
        after = discord.Object(discord.utils.time_snowflake(read_from))
        if (channel.last_message_id or 0) < after.id:
            return  # nothing was posted there since
        async for message in channel.history(limit=MOST_MESSAGES, after=after, oldest_first=True):
            if not should_tag(message):
                continue
            if message.created_at >= since and await self._intake.take(message, place, mode):
                missed.taken += 1
            elif self._was_clicked(message) and await self._catalogue.posts.ask(message.id):
                self._intake.go_on(message, "reply")

    def _was_clicked(self, message: discord.Message) -> bool:
        """Whether somebody beside the bot has asked for the answer."""
        return any(
            str(one.emoji) == self._reaction and one.count - one.me > 0 for one in message.reactions
        )


def _channels(guild: discord.Guild) -> list[MessageChannel]:
    return [
        *guild.text_channels,
        *guild.voice_channels,
        *guild.stage_channels,
        *guild.threads,
    ]


def _key(shard_id: int) -> str:
    return f"connected_at:{shard_id}"
