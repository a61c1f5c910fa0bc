"""The cog that listens for what is deleted, edited or left."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import discord
from discord.ext import commands

from bot.discord.face import Face
from bot.discord.forgetting.comparing import compare
from bot.discord.forgetting.everything import forget_channel, forget_guild
from bot.discord.noting import noted
from bot.discord.own import own_message
from bot.discord.trouble import TROUBLE, says_that_it_is_gone
from bot.metrics import Stopwatch

log = logging.getLogger(__name__)


class Forgetting(commands.Cog):
    """Keeps the library in step with what is still on Discord."""

    def __init__(self, client: discord.AutoShardedClient, face: Face) -> None:
        self._client = client
        self._face = face
        self._catalogue = face.catalogue
        self._library = face.library
        self._ending = asyncio.Event()

    async def cog_unload(self) -> None:
        """What could not be noted so far is found by the check after the next start."""
        self._ending.set()

    @commands.Cog.listener()
    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        """A message was deleted: a post, or an answer of the bot's own."""
        await self._surely(lambda: self._deleted({payload.message_id}))

    @commands.Cog.listener()
    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        """Many messages were deleted at once."""
        await self._surely(lambda: self._deleted(payload.message_ids))

    @commands.Cog.listener()
    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        """A message was edited: its attachments may be others now."""
        # Without the intent every message looks as if it had none.
        if "attachments" in payload.data and self._client.intents.message_content:
            await self._surely(lambda: self._edited(payload))

    async def _edited(self, payload: discord.RawMessageUpdateEvent) -> None:
        if not await self._catalogue.posts.known({payload.message_id}):
            return
        await self._face.intake.finished(payload.message_id)
        post = await self._catalogue.posts.get(payload.message_id)
        if post is None:
            return
        change = compare(post, payload.message.attachments)
        if change.nothing_left:
            await self._library.forget_posts([post.id])
        elif change.removed:
            await self._library.forget(change.removed)
        if change.added:
            watch = Stopwatch(self._face.service.metrics)
            await self._face.bringing.bring(payload.message, watch)
            await self._render_again(post.id)

    @commands.Cog.listener()
    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """A channel was deleted, with its threads."""
        await self._surely(lambda: forget_channel(self._face, channel.guild.id, channel.id))

    @commands.Cog.listener()
    async def on_raw_thread_delete(self, payload: discord.RawThreadDeleteEvent) -> None:
        """A thread was deleted."""
        place = payload.guild_id, payload.thread_id
        await self._surely(lambda: forget_channel(self._face, *place))

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """The bot was removed from a guild, or the guild is no more."""
        await self._surely(lambda: forget_guild(self._face, guild.id))

    @commands.Cog.listener()
    async def on_shard_ready(self, shard_id: int) -> None:
        """A new session: what was left or deleted meanwhile shows by what is missing."""
        count = self._client.shard_count or 1
        for guild_id in await self._catalogue.posts.guilds() | await self._catalogue.guilds.known():
            if not guild_id or (guild_id >> 22) % count != shard_id:
                continue  # the local channel, or another shard's
            guild = self._client.get_guild(guild_id)
            if guild is None:
                await forget_guild(self._face, guild_id)
            elif not guild.unavailable:
                await self._forget_missing_channels(guild)

    async def _render_again(self, post_id: int) -> None:
        post = await self._catalogue.posts.get(post_id)
        if post is None or post.reply_id is None:
            return
        guild = self._client.get_guild(post.place.guild_id)
        if guild is not None:
            reply = own_message(self._client, post.place.channel_id, post.reply_id)
            await self._face.outbox.render_again(guild, post, reply)

    async def _forget_missing_channels(self, guild: discord.Guild) -> None:
        places = await self._catalogue.posts.places(guild.id)
        for channel_id in {place.parent_id or place.channel_id for place in places}:
            if guild.get_channel(channel_id) is None and await _is_gone(guild, channel_id):
                await forget_channel(self._face, guild.id, channel_id)

    async def _surely(self, forget: Callable[[], Awaitable[None]]) -> None:
        """Discord says it once: a full disk only delays it."""
        await noted("something was deleted", forget, self._ending)

    async def _deleted(self, ids: set[int]) -> None:
        posts = await self._catalogue.posts.known(ids)
        if posts:
            gone = await self._library.forget_posts(posts)
            log.info("%d posts were deleted: %d illustrations forgotten", len(posts), gone)
        for id_ in ids - posts:
            post = await self._catalogue.posts.of_reply(id_)
            if post is not None:
                await self._catalogue.posts.settle(post.id, "silent")
            await self._catalogue.answers.remove(id_)


async def _is_gone(guild: discord.Guild, channel_id: int) -> bool:
    """Whether Discord says so: what the library has not been told of may still be there."""
    try:
        await guild.fetch_channel(channel_id)
    except discord.NotFound as error:
        return says_that_it_is_gone(error)
    except (*TROUBLE, discord.InvalidData) as error:
        log.warning("channel %d: whether it is gone remains unknown: %r", channel_id, error)
    return False
