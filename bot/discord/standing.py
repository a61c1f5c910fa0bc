"""From discord.py's objects to the facts that decide who may see what.

Facts hold for one moment: make them when an answer is made, and use them before anything is waited
for. Only the channels that somebody asks for are looked at, each once.

The bot itself counts as no reader: it has seen everything that it can show. So its own role, which
nobody else can have, and overwrites for it are left out; otherwise a channel that lets the bot in
by name would look as if it let in somebody more than its neighbour does.
"""

import asyncio
import logging
from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from itertools import islice
from operator import or_

import aiohttp
import discord

from bot.discord.facts import READING, ChannelFacts, GuildFacts, Overwrite, Person
from bot.places import Place

# Each is a request of its own: more at once would meet the rate limit, and everybody would wait.
MAX_THREADS_ASKED = 20
PATIENCE_SECONDS = 5
_READING = reduce(or_, READING)

log = logging.getLogger(__name__)


def guild_facts(guild: discord.Guild) -> GuildFacts:
    """What decides at this moment who reads what in the guild."""
    own = guild.self_role
    roles = {role.id: role.permissions.value for role in guild.roles if role != own}
    return GuildFacts(guild.id, guild.owner_id or 0, roles, _Channels(guild))


def place_of(channel: discord.abc.GuildChannel | discord.Thread) -> Place:
    """Where something in this channel or thread stands."""
    if isinstance(channel, discord.Thread):
        return Place(channel.guild.id, channel.id, channel.parent_id, channel.is_private())
    return Place(channel.guild.id, channel.id)


def person(member: discord.Member, threads: frozenset[int] = frozenset()) -> Person:
    """A member, with the private threads that they are in as far as that is known."""
    return Person(member.id, frozenset(role.id for role in member.roles), threads)


async def threads_of(guild: discord.Guild, user_id: int, places: Iterable[Place]) -> frozenset[int]:
    """Which of the private threads among these places this person is in now.

    Discord is asked about each of the first ``MAX_THREADS_ASKED``, all at once; of those that it
    does not answer for in time, the person is in none.
    """
    private = {one.channel_id: None for one in places if one.private and one.guild_id == guild.id}
    asked = list(islice(private, MAX_THREADS_ASKED))
    inside = await asyncio.gather(*(_is_in(guild, thread_id, user_id) for thread_id in asked))
    return frozenset(thread_id for thread_id, is_in in zip(asked, inside, strict=True) if is_in)


async def _is_in(guild: discord.Guild, thread_id: int, user_id: int) -> bool:
    # Archived threads are in no cache, so there is no object whose method could be called.
    asking = guild._state.http.get_thread_member(thread_id, user_id)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await asking
    except (discord.NotFound, discord.Forbidden):
        return False
    except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
        log.warning("thread %d: who is in it remains unknown: %r", thread_id, error)
        return False
    return True


class _Channels(Mapping[int, ChannelFacts]):
    """The facts of a guild's channels, made when somebody asks for them."""

    def __init__(self, guild: discord.Guild) -> None:
        self._guild = guild
        self._made: dict[int, ChannelFacts] = {}

    def __getitem__(self, channel_id: int) -> ChannelFacts:
        if channel_id not in self._made:
            channel = self._guild.get_channel(channel_id)
            if channel is None:
                raise KeyError(channel_id)
            self._made[channel_id] = _channel_facts(channel, self._guild._state.self_id)
        return self._made[channel_id]

    def __iter__(self) -> Iterator[int]:
        return (channel.id for channel in self._guild.channels)

    def __len__(self) -> int:
        return len(self._guild.channels)


def _channel_facts(channel: "discord.guild.GuildChannel", own_id: int | None) -> ChannelFacts:
    # Not the public ``channel.overwrites``: it makes an object of fifty attributes of each. Without
    # what has nothing to do with reading, more channels are alike.
    overwrites = frozenset(
        Overwrite(one.id, one.is_member(), one.allow & _READING, one.deny & _READING)
        for one in channel._overwrites
        if (one.allow | one.deny) & _READING and not (one.is_member() and one.id == own_id)
    )
    voice = isinstance(channel, discord.VoiceChannel | discord.StageChannel)
    return ChannelFacts(channel.id, overwrites, channel.is_nsfw(), voice)
