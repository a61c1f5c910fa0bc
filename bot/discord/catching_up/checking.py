"""The cog that looks, once a day and after every absence, whether what is known still exists.

The bot hears of deletions only while it is connected, and of a member who leaves not at all (that
would take a privileged intent). So it reads the channels' histories again where it knows posts, and
asks for each author whether they are still there.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import discord
from discord.ext import commands, tasks

from bot.discord.channels import MessageChannel
from bot.discord.face import Face
from bot.discord.trouble import TROUBLE, says_that_they_left
from bot.places import Place

log = logging.getLogger(__name__)

EVERY = timedelta(hours=24)
LOOK_MINUTES = 10.0
# Between two requests: the check is in no hurry, and Discord has limits.
PAUSE_SECONDS = 0.5
PAGE = 100
CHECKED_AT = "checked_at"


class Checking(commands.Cog):
    """Finds posts whose message is gone, and people who have left."""

    def __init__(self, client: discord.AutoShardedClient, face: Face) -> None:
        self._client = client
        self._face = face
        self._posts = face.catalogue.posts
        self._state = face.catalogue.state
        self._due = asyncio.Event()

    async def cog_load(self) -> None:
        """Begin."""
        self._run.start()

    async def cog_unload(self) -> None:
        """End."""
        self._run.cancel()

    @commands.Cog.listener()
    async def on_shard_ready(self, _shard_id: int) -> None:
        """A new session: deletions were missed, so the next check is due."""
        self._due.set()

    @tasks.loop(minutes=LOOK_MINUTES)
    async def _run(self) -> None:
        while await self._is_due():
            self._due.clear()
            try:
                for guild in list(self._client.guilds):
                    if not guild.unavailable:
                        await self._check(guild)
                await self._state.put(CHECKED_AT, datetime.now(UTC).isoformat())
            except Exception:
                log.exception("the daily check was stopped by an unexpected error")
                return

    @_run.before_loop
    async def _until_ready(self) -> None:
        await self._client.wait_until_ready()

    async def _is_due(self) -> bool:
        checked = await self._state.get(CHECKED_AT)
        old = checked is None or datetime.now(UTC) - datetime.fromisoformat(checked) > EVERY
        return old or self._due.is_set()

    async def _check(self, guild: discord.Guild) -> None:
        for place in await self._posts.channels(guild.id):
            await self._check_place(guild, place)
        for author_id in await self._posts.authors(guild.id):
            await self._check_author(guild, author_id)

    async def _check_place(self, guild: discord.Guild, place: Place) -> None:
        """Read a channel's history where posts are known; those that it lacks are gone."""
        channel = guild.get_channel_or_thread(place.channel_id)
        ids = await self._posts.standing_in(place.channel_id)
        try:
            if channel is None:
                channel = await guild.fetch_channel(place.channel_id)
            if not isinstance(channel, MessageChannel) or not _may_read(channel):
                return
            gone = await _missing(channel, ids)
        except discord.NotFound:
            gone = ids
        except TROUBLE as error:
            log.info("channel %d could not be checked: %s", place.channel_id, error)
            return
        if gone:
            count = await self._face.library.forget_posts(gone)
            log.info(
                "%d posts are gone from channel %d: %d illustrations forgotten",
                len(gone),
                place.channel_id,
                count,
            )

    async def _check_author(self, guild: discord.Guild, author_id: int) -> None:
        await asyncio.sleep(PAUSE_SECONDS)
        try:
            await guild.fetch_member(author_id)
        except discord.NotFound as error:
            if not says_that_they_left(error):
                return
            ids = await self._posts.ids_of(guild_id=guild.id, author_id=author_id)
            count = await self._face.library.forget_posts(ids, for_good=True)
            log.info(
                "user %d has left guild %d: %d illustrations forgotten", author_id, guild.id, count
            )
        except TROUBLE as error:
            log.info("user %d could not be checked: %s", author_id, error)


def _may_read(channel: MessageChannel) -> bool:
    """Whether the history can be read: to whom may not, Discord shows an empty one."""
    allowed = channel.permissions_for(channel.guild.me)
    return allowed.view_channel and allowed.read_message_history


async def _missing(channel: MessageChannel, ids: Sequence[int]) -> list[int]:
    """Those of the message ids, rising, that the channel's history lacks."""
    gone: list[int] = []
    rest = list(ids)
    while rest:
        before_first = discord.Object(rest[0] - 1)
        page = [
            message.id
            async for message in channel.history(limit=PAGE, after=before_first, oldest_first=True)
        ]
        # A short page is the end of the history: everything up to now has been read.
        read_to = page[-1] if len(page) == PAGE else rest[-1]
        present = set(page)
        gone += [id_ for id_ in rest if id_ <= read_to and id_ not in present]
        rest = [id_ for id_ in rest if id_ > read_to]
        await asyncio.sleep(PAUSE_SECONDS)
    return gone
