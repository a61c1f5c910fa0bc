"""Under which circumstances something is asked: in which language, by which rules, seen by whom."""

from dataclasses import dataclass

import discord

from bot.discord.acknowledging import defer
from bot.discord.channels import MessageChannel
from bot.discord.errors import NOT_IN_DIRECT_MESSAGES, RefusalError
from bot.discord.face import Face
from bot.discord.languages import language_for, language_of
from bot.discord.standing import place_of
from bot.places import Place, Scope
from bot.posts import GuildSettings, Language
from bot.tags.rules import NO_RULES, TagRules


@dataclass(frozen=True)
class Circumstances:
    """What an answer depends on beside what was asked.

    Attributes:
        language: Of the answer.
        rules: The guild's own on tags; in direct messages there are none.
        scope: What the answer may show; None: nothing, as in direct messages.
        place: Where a public answer stands; None: the person who asks is the only one to see it.
        guild_id: Whose tags count beside the bundle's; None: nobody's, as in direct messages.
    """

    language: Language
    rules: TagRules = NO_RULES
    scope: Scope | None = None
    place: Place | None = None
    guild_id: int | None = None


async def settings_for(face: Face, interaction: discord.Interaction) -> GuildSettings:
    """What the guild chose where something is asked; in direct messages nobody chose anything."""
    if interaction.guild_id is None:
        return GuildSettings()
    return await face.catalogue.guilds.settings(interaction.guild_id)


@dataclass(frozen=True)
class Asked:
    """A command that only one person sees the answer of, given in a guild.

    Attributes:
        guild: Where.
        settings: The guild's.
        language: The person's.
    """

    guild: discord.Guild
    settings: GuildSettings
    language: Language


async def asked_in_guild(face: Face, interaction: discord.Interaction) -> Asked:
    """Acknowledge a command, and find out where and in which language it was given.

    Raises:
        RefusalError: Outside of guilds.
    """
    await defer(interaction, ephemeral=True, thinking=True)
    if interaction.guild is None:
        raise RefusalError(NOT_IN_DIRECT_MESSAGES)
    settings = await settings_for(face, interaction)
    return Asked(interaction.guild, settings, language_for(interaction, settings))


async def seen_by_one(face: Face, interaction: discord.Interaction) -> Circumstances:
    """For an answer that only the person who asks will see."""
    settings = await settings_for(face, interaction)
    return Circumstances(
        language=language_for(interaction, settings),
        rules=settings.rules,
        scope=await face.scopes.ephemeral(interaction),
        guild_id=interaction.guild_id,
    )


async def seen_by_all(face: Face, interaction: discord.Interaction) -> Circumstances:
    """For an answer that all will see who may read where it is asked: none but one, directly."""
    guild, channel = interaction.guild, interaction.channel
    settings = await settings_for(face, interaction)
    if guild is None or not isinstance(channel, MessageChannel):
        return Circumstances(
            language_for(interaction, settings), settings.rules, guild_id=interaction.guild_id
        )
    place = place_of(channel)
    return Circumstances(
        language=language_of(guild, settings),
        rules=settings.rules,
        scope=await face.scopes.public(guild, place),
        place=place,
        guild_id=guild.id,
    )
