"""Which illustrations an answer may show, at this moment."""

from collections.abc import Sequence

import discord

from bot.catalogue import Catalogue
from bot.discord.channels import MessageChannel
from bot.discord.standing import guild_facts, person, place_of, threads_of
from bot.discord.visibility import Audience, visible_channels
from bot.places import Place, Scope

# What may be shown is decided for a moment; after so long it is decided again.
MOMENT_SECONDS = 2.0


class Scopes:
    """Finds out what may be shown to whom."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._posts = catalogue.posts

    async def public(self, guild: discord.Guild, place: Place) -> Scope:
        """For an answer that everybody sees who may read where it stands."""
        return _scope(guild, Audience(place), await self._posts.channels(guild.id))

    async def ephemeral(self, interaction: discord.Interaction) -> Scope | None:
        """For an answer that only the person who asks sees; None in direct messages."""
        guild, channel, asker = interaction.guild, interaction.channel, interaction.user
        if guild is None or not isinstance(asker, discord.Member):
            return None
        if not isinstance(channel, MessageChannel):
            return None
        place, sources = place_of(channel), await self._posts.channels(guild.id)
        threads = await threads_of(guild, asker.id, _in_question(guild, place, asker, sources))
        return _scope(guild, Audience(place, person(asker, threads)), sources)


def _scope(guild: discord.Guild, audience: Audience, sources: Sequence[Place]) -> Scope:
    return Scope(guild.id, visible_channels(guild_facts(guild), audience, sources))


def _in_question(
    guild: discord.Guild, place: Place, asker: discord.Member, sources: Sequence[Place]
) -> list[Place]:
    """The private threads that only being in them could open: Discord is asked about no others."""
    facts = guild_facts(guild)
    private = frozenset(one.channel_id for one in sources if one.private)
    sure = visible_channels(facts, Audience(place, person(asker)), sources)
    at_best = visible_channels(facts, Audience(place, person(asker, private)), sources)
    return [one for one in sources if one.channel_id in at_best - sure]
