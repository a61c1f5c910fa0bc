"""In which language the bot speaks."""

import discord

from bot.posts import GuildSettings, Language


def language_of(guild: discord.Guild, settings: GuildSettings) -> Language:
    """Of public replies: what an admin chose, else the guild's own locale."""
    return settings.language or _spoken(guild.preferred_locale) or "en"


def language_for(interaction: discord.Interaction, settings: GuildSettings) -> Language:
    """Of what only one person sees: their own language, else the guild's."""
    spoken = _spoken(interaction.locale)
    if spoken is None and interaction.guild is not None:
        return language_of(interaction.guild, settings)
    return spoken or "en"


def _spoken(locale: discord.Locale) -> Language | None:
    if locale is discord.Locale.japanese:
        return "ja"
    if locale in (discord.Locale.american_english, discord.Locale.british_english):
        return "en"
    return None
