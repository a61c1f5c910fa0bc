"""Leading posts to their end that were taken on and not settled: by a run before, or in trouble.

An answer may stand already, if it was sent and the process was killed before it could note that. So
the channel is read first, once for all of its posts.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import discord

from bot.discord.channels import MessageChannel, channel_of
from bot.discord.face import Face
from bot.discord.posting.qualifying import images_of, shows_content
from bot.discord.trouble import passes, says_that_it_is_gone
from bot.posts import Post

# A post is tried again for less than this, so an answer that was not noted is no older.
LONGEST_WORK = timedelta(hours=2)


@dataclass(frozen=True)
class Begun:
    """Posts of one channel that were taken on.

    Attributes:
        id: The channel.
        post_ids: Those posts; some may have come to their end meanwhile.
        since: Answers that were not noted are no older; None: nobody knows.
    """

    id: int
    post_ids: tuple[int, ...]
    since: datetime | None


class GoingOn:
    """Goes on with what was begun."""

    def __init__(self, client: discord.Client, face: Face) -> None:
        self._client = client
        self._library = face.library
        self._posts = face.catalogue.posts
        self._guilds = face.catalogue.guilds
        self._intake = face.intake
        self._clock = face.clock
        self._outbox = face.outbox
        self._default = face.config.autotag.default
        self._at_most = timedelta(minutes=face.config.discord.catch_up_minutes)

    async def begun(self, guild_ids: Collection[int], alive_at: datetime | None) -> list[Begun]:
        """What was taken on in some guilds, oldest first.

        Args:
            guild_ids: Which guilds.
            alive_at: When the bot was known to be at work; None: never before.
        """
        by_channel: defaultdict[int, list[int]] = defaultdict(list)
        for post in await self._posts.pending(guild_ids):
            by_channel[post.place.channel_id].append(post.id)
        since = alive_at and alive_at - LONGEST_WORK
        return [Begun(id_, tuple(posts), since) for id_, posts in by_channel.items()]

    async def lead(self, begun: Begun) -> None:
        """Lead posts to their end.

        Raises:
            discord.HTTPException: If Discord is in trouble; those that are left are as they were.
        """
        posts = [
            one
            for one in await self._posts.some(begun.post_ids)
            if one.open and not self._intake.is_at_work_on(one.id)
        ]
        guild = self._client.get_guild(posts[0].place.guild_id) if posts else None
        if guild is None or guild.unavailable:
            return  # for later; what is gone with its guild is forgotten elsewhere
        channel = await _channel(guild, begun.id)
        answered: Collection[int] = ()
        if channel is not None:
            answered = await self._outbox.adopt(channel, posts, begun.since)
        for post in posts:
            if channel is None:
                await self._posts.settle(post.id, "silent")
            elif post.id not in answered:
                await self._go_on_with(channel, post)

    async def _go_on_with(self, channel: MessageChannel, post: Post) -> None:
        if post.state == "pending" and self._clock.now() - post.created_at > self._at_most:
            await self._posts.settle(post.id, "silent")
            return
        try:
            message = await channel.fetch_message(post.id)
        except discord.HTTPException as error:
            if passes(error):
                raise
            if says_that_it_is_gone(error):
                await self._library.forget_posts([post.id])
            else:
                await self._posts.settle(post.id, "silent")
            return
        if not post.attachments and not shows_content(message):
            return  # for later, when the bot may read messages again
        settings = await self._guilds.settings(post.place.guild_id)
        mode = settings.mode_for(post, self._default)
        if mode == "off" or not (post.attachments or images_of(message.attachments)):
            await self._posts.settle(post.id, "silent")
        else:
            self._intake.go_on(message, mode)


async def _channel(guild: discord.Guild, channel_id: int) -> MessageChannel | None:
    """A channel to answer in, also a thread that was archived meanwhile."""
    try:
        channel = await channel_of(guild, channel_id)
    except discord.HTTPException as error:
        if passes(error):
            raise
        return None
    except discord.InvalidData:
        return None
    return channel if isinstance(channel, MessageChannel) else None
