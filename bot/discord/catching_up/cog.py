"""The cog that answers what was posted while the bot was away, and goes on with what it had begun.

Why a clock in the catalogue: a session that is resumed repeats what it missed, but one that is new
tells nothing of the time before. So the moment of the last connection is noted every few seconds,
and a new session reads the channels from there on. Posts are claimed exactly once, so reading too
much does no harm.
"""

import asyncio
import logging
from datetime import UTC, datetime, timedelta

import discord
from discord.ext import commands, tasks

from bot.discord.catching_up.deciding import missed_since
from bot.discord.channels import MessageChannel
from bot.discord.face import Face
from bot.discord.posting.qualifying import should_tag
from bot.discord.standing import place_of
from bot.discord.trouble import TROUBLE
from bot.posts import GuildSettings, Post

log = logging.getLogger(__name__)

CLOCK_SECONDS = 15.0
MOST_MESSAGES = 1000


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
        # Shards of which everything is known up to now.
        self._current: set[int] = set()
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
        self._current.discard(shard_id)
        if shard_id in self._running:
            self._running[shard_id].cancel()
        self._running[shard_id] = asyncio.create_task(self._catch_up(shard_id))

    @commands.Cog.listener()
    async def on_shard_resumed(self, shard_id: int) -> None:
        """A resumed session repeats what was missed, unless catching up had not come to its end."""
        if shard_id not in self._running:
            self._current.add(shard_id)

    @commands.Cog.listener()
    async def on_shard_disconnect(self, shard_id: int) -> None:
        """From now on something may be missed."""
        self._current.discard(shard_id)

    @tasks.loop(seconds=CLOCK_SECONDS)
    async def _clock(self) -> None:
        try:
            await self._note_time()
        except Exception:
            log.exception("the time could not be noted; trying again")

    async def _note_time(self) -> None:
        now = datetime.now(UTC).isoformat()
        for shard_id in tuple(self._current):
            await self._catalogue.state.put(_key(shard_id), now)

    async def _catch_up(self, shard_id: int) -> None:
        try:
            noted = await self._catalogue.state.get(_key(shard_id))
            connected_at = datetime.fromisoformat(noted) if noted else None
            guilds = [guild for guild in self._client.guilds if guild.shard_id == shard_id]
            await self._go_on([guild.id for guild in guilds])
            taken = 0
            for guild in guilds:
                taken += await self._read_guild(guild, connected_at)
            if taken:
                log.info("caught up: %d posts of the time without a connection", taken)
            self._current.add(shard_id)
            await self._note_time()
        except Exception:
            log.exception(
                "catching up was stopped by an unexpected error; the next session does it"
            )
        finally:
            if self._running.get(shard_id) is asyncio.current_task():
                del self._running[shard_id]

    async def _go_on(self, guild_ids: list[int]) -> None:
        """Lead posts to their end that were taken on before."""
        for post in await self._catalogue.posts.pending(guild_ids):
            if not self._intake.is_at_work_on(post.id):
                try:
                    await self._go_on_with(post)
                except TROUBLE as error:
                    log.warning("post %d: %s; the next session tries again", post.id, error)

    async def _go_on_with(self, post: Post) -> None:
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

    async def _read_guild(self, guild: discord.Guild, connected_at: datetime | None) -> int:
        settings = await self._catalogue.guilds.settings(guild.id)
        channels: list[MessageChannel] = [
            *guild.text_channels,
            *guild.voice_channels,
            *guild.stage_channels,
            *guild.threads,
        ]
        taken = 0
        for channel in channels:
            try:
                taken += await self._read_channel(channel, settings, connected_at)
            except discord.Forbidden:
                continue  # it may not read there, so it was not to answer there
            except TROUBLE as error:
                log.warning("channel %d could not be caught up: %s", channel.id, error)
        return taken

    async def _read_channel(
        self, channel: MessageChannel, settings: GuildSettings, connected_at: datetime | None
    ) -> int:
        place, now = place_of(channel), datetime.now(UTC)
        mode = settings.mode(place, self._default)
        chosen = settings.modes.get(place.channel_id) or settings.modes.get(place.parent_id)
        since = missed_since(
            connected_at, now, self._at_most, chosen.changed_at if chosen else None
        )
        if mode == "off" or since is None:
            return 0
        # In a quiet channel older posts may have been clicked meanwhile.
        read_from = now - self._at_most if mode == "quiet" else since
        after = discord.Object(discord.utils.time_snowflake(read_from))
        if (channel.last_message_id or 0) < after.id:
            return 0  # nothing was posted there since
        taken = 0
        async for message in channel.history(limit=MOST_MESSAGES, after=after, oldest_first=True):
            if not should_tag(message):
                continue
            if message.created_at >= since and await self._intake.take(message, place, mode):
                taken += 1
            elif self._was_clicked(message) and await self._catalogue.posts.ask(message.id):
                self._intake.go_on(message, "reply")
        return taken

    def _was_clicked(self, message: discord.Message) -> bool:
        """Whether somebody beside the bot has asked for the answer."""
        return any(
            str(one.emoji) == self._reaction and one.count - one.me > 0 for one in message.reactions
        )


def _key(shard_id: int) -> str:
    return f"connected_at:{shard_id}"
