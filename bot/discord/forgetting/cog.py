"""The cog that listens for what is deleted, edited or left."""

import logging

import discord
from discord.ext import commands

from bot.discord.face import Face
from bot.discord.forgetting.comparing import compare
from bot.discord.own import own_message
from bot.metrics import Stopwatch

log = logging.getLogger(__name__)


class Forgetting(commands.Cog):
    """Keeps the library in step with what is still on Discord."""

    def __init__(self, client: discord.AutoShardedClient, face: Face) -> None:
        self._client = client
        self._face = face
        self._catalogue = face.catalogue
        self._library = face.library

    @commands.Cog.listener()
    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        """A message was deleted: a post, or an answer of the bot's own."""
        await self._deleted({payload.message_id})

    @commands.Cog.listener()
    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        """Many messages were deleted at once."""
        await self._deleted(payload.message_ids)

    @commands.Cog.listener()
    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        """A message was edited: its attachments may be others now."""
        # Without the intent every message looks as if it had none.
        if "attachments" not in payload.data or not self._client.intents.message_content:
            return
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
        await self._forget_channel(channel.guild.id, channel.id)

    @commands.Cog.listener()
    async def on_raw_thread_delete(self, payload: discord.RawThreadDeleteEvent) -> None:
        """A thread was deleted."""
        await self._forget_channel(payload.guild_id, payload.thread_id)

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """The bot was removed from a guild, or the guild is no more."""
        await self._forget_guild(guild.id)

    @commands.Cog.listener()
    async def on_shard_ready(self, shard_id: int) -> None:
        """A new session: what was left or deleted meanwhile shows by what is missing."""
        count = self._client.shard_count or 1
        present = {guild.id: guild for guild in self._client.guilds}
        for guild_id in await self._catalogue.posts.guilds() | await self._catalogue.guilds.known():
            if not guild_id or (guild_id >> 22) % count != shard_id:
                continue  # the local channel, or another shard's
            guild = present.get(guild_id)
            if guild is None:
                await self._forget_guild(guild_id)
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
        places = await self._catalogue.posts.channels(guild.id)
        for channel_id in {place.parent_id or place.channel_id for place in places}:
            if guild.get_channel(channel_id) is None:
                await self._forget_channel(guild.id, channel_id)

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

    async def _forget_channel(self, guild_id: int, channel_id: int) -> None:
        ids = await self._catalogue.posts.ids_of(guild_id=guild_id, channel_id=channel_id)
        gone = await self._library.forget_posts(ids)
        await self._catalogue.guilds.forget_channel(guild_id, channel_id)
        if gone:
            log.info("channel %d is gone: %d illustrations forgotten", channel_id, gone)

    async def _forget_guild(self, guild_id: int) -> None:
        ids = await self._catalogue.posts.ids_of(guild_id=guild_id)
        gone = await self._library.forget_posts(ids)
        await self._catalogue.guilds.forget(guild_id)
        log.info("guild %d was left: %d illustrations forgotten", guild_id, gone)
