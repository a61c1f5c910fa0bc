"""The cog that looks, once a day and after every absence, whether what is known still exists.

The bot hears of deletions only while it is connected, and of a member who leaves not at all (that
would take a privileged intent). So it reads the channels' histories again where it knows posts, and
asks for each author whether they are still there.
"""

import asyncio
import logging
from collections.abc import Awaitable, Sequence
from datetime import timedelta

import discord
from discord.ext import commands, tasks

from bot.discord.catching_up.moments import Moments
from bot.discord.catching_up.rereading import PAUSE_SECONDS, read_again
from bot.discord.channels import MessageChannel, channel_of
from bot.discord.face import Face
from bot.discord.forgetting.everything import forget_guild
from bot.discord.permissions import unreadable
from bot.discord.trouble import TROUBLE, passes, says_that_it_is_gone, says_that_they_left
from bot.places import Place

log = logging.getLogger(__name__)

EVERY = timedelta(hours=24)
LOOK_MINUTES = 10.0


class Checking(commands.Cog):
    """Finds posts whose message is gone, and people who have left."""

    def __init__(self, client: discord.AutoShardedClient, face: Face) -> None:
        self._client = client
        self._face = face
        self._posts = face.catalogue.posts
        self._checked_at = Moments(client, face.catalogue.state, "checked_at")
        # Shards with a new session.
        self._due: set[int] = set()

    async def cog_load(self) -> None:
        """Begin."""
        self._run.start()

    async def cog_unload(self) -> None:
        """End."""
        self._run.cancel()

    @commands.Cog.listener()
    async def on_shard_ready(self, shard_id: int) -> None:
        """A new session: deletions were missed, so the next check is due."""
        self._due.add(shard_id)

    @tasks.loop(minutes=LOOK_MINUTES)
    async def _run(self) -> None:
        while shards := await self._due_shards():
            self._due -= shards
            try:
                await self._guarded(self._forget_guilds_that_were_left(), "who is in which guild")
                for guild in list(self._client.guilds):
                    if not guild.unavailable and guild.shard_id in shards:
                        await self._check(guild)
                for shard_id in shards:
                    await self._checked_at.put(shard_id, self._face.clock.now())
            except Exception:
                log.exception("the daily check was stopped by an unexpected error")
                return

    @_run.before_loop
    async def _until_ready(self) -> None:
        await self._client.wait_until_ready()

    async def _due_shards(self) -> set[int]:
        """The shards of this process whose guilds are to be looked at."""
        due = set(self._due)
        for shard_id in self._client.shards:
            checked = await self._checked_at.get(shard_id)
            if checked is None or self._face.clock.now() - checked > EVERY:
                due.add(shard_id)
        return due

    async def _forget_guilds_that_were_left(self) -> None:
        """The library goes on with the guilds that were left while it had no session."""
        mine = {guild.id async for guild in self._client.fetch_guilds(limit=None)}
        for guild in list(self._client.guilds):
            if guild.id not in mine and not guild.unavailable and await self._is_closed(guild):
                await forget_guild(self._face, guild.id)

    async def _is_closed(self, guild: discord.Guild) -> bool:
        try:
            await self._client.fetch_guild(guild.id)
        except discord.HTTPException as error:
            if passes(error):
                raise
            return True
        return False

    async def _check(self, guild: discord.Guild) -> None:
        for place in await self._posts.places(guild.id):
            await self._guarded(self._check_place(guild, place), f"channel {place.channel_id}")
        for author_id in await self._posts.authors(guild.id):
            await self._guarded(self._check_author(guild, author_id), f"user {author_id}")

    async def _guarded(self, work: Awaitable[None], what: str) -> None:
        """Trouble with one thing keeps nothing else from being checked; tomorrow is another day."""
        try:
            await work
        except TROUBLE as error:
            log.info("%s could not be checked: %s", what, error)
        except Exception:
            log.exception("%s could not be checked: an unexpected error", what)

    async def _check_place(self, guild: discord.Guild, place: Place) -> None:
        """Read a channel's history where posts are known; what it lacks is gone."""
        ids = await self._posts.standing_in(place.channel_id)
        try:
            channel = await channel_of(guild, place.channel_id)
            if not isinstance(channel, MessageChannel) or unreadable(channel):
                return
            async for lost in read_again(channel, ids, self._posts):
                await self._forget(lost.posts, lost.illustrations, place)
        except discord.NotFound as error:
            if not says_that_it_is_gone(error):
                raise
            await self._forget(ids, (), place)

    async def _forget(
        self, posts: Sequence[int], illustrations: Sequence[int], place: Place
    ) -> None:
        if not posts and not illustrations:
            return
        count = await self._face.library.forget_posts(posts)
        count += await self._face.library.forget(illustrations)
        log.info(
            "channel %d: %d posts are gone, %d illustrations forgotten",
            place.channel_id,
            len(posts),
            count,
        )

    async def _check_author(self, guild: discord.Guild, author_id: int) -> None:
        await asyncio.sleep(PAUSE_SECONDS)
        try:
            await guild.fetch_member(author_id)
        except discord.NotFound as error:
            if not says_that_they_left(error):
                raise
            ids = await self._posts.ids_of(guild_id=guild.id, author_id=author_id)
            count = await self._face.library.forget_posts(ids, for_good=True)
            log.info(
                "user %d has left guild %d: %d illustrations forgotten", author_id, guild.id, count
            )
