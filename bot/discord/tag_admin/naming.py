"""``/tag-admin hide`` and ``alias``: which tags never show here, and what they are called."""

import discord
from discord import app_commands

from bot.discord.autocompleting import LONGEST_CHOICE, names_in, require_tag, tag_label
from bot.discord.circumstances import asked_in_guild, settings_for
from bot.discord.escaping import units
from bot.discord.languages import language_for
from bot.discord.tag_admin.deciding import (
    alias_answer,
    all_shown,
    hide_answer,
    offered,
)
from bot.discord.tag_admin.group import NAME, TAG_ADMIN, Handlers
from bot.discord.translator import named
from bot.errors import UnavailableError
from bot.teaching.names import LONGEST_NAME, clean_alias


class Naming(Handlers):
    """What a guild decides about any tag, its own or the bundle's."""

    @TAG_ADMIN.command(
        name=named("hide", "非表示"),
        description=named(
            "Hide a tag on this server, or show it again",
            "タグをこのサーバーで非表示にします（元に戻すこともできます）",
        ),
    )
    @app_commands.rename(name=NAME, hidden=named("hidden", "非表示"))
    @app_commands.describe(
        name=named("The tag, in English or Japanese", "タグの名前（日本語または英語）"),
        hidden=named(
            "True: hide it; False: show it again", "True：非表示にする、False：再び表示する"
        ),
    )
    async def hide(self, interaction: discord.Interaction, name: str, hidden: bool = True) -> None:  # noqa: FBT001, FBT002 - an option of the command
        """Hide a tag, or show it again."""
        asked = await asked_in_guild(self._face, interaction)
        guild_id, language, rules = asked.guild.id, asked.language, asked.settings.rules
        # One that the bundle has no longer can still be taken from the hidden ones.
        if name not in rules.hidden:
            search = self._face.service.tags_of(guild_id)
            name = require_tag(search, name, all_shown(rules)).name
        await self._face.catalogue.guilds.set_tag(guild_id, name, hidden=hidden)
        answer = hide_answer(
            language, names_in(self._face, language, guild_id)(name), hidden=hidden
        )
        await interaction.followup.send(answer, ephemeral=True)

    @TAG_ADMIN.command(
        name=named("alias", "別名"),
        description=named(
            "Call a tag by another name on this server",
            "このサーバーでのタグの別名を決めます",
        ),
    )
    @app_commands.rename(name=NAME, alias=named("alias", "別名"))
    @app_commands.describe(
        name=named("The tag, in English or Japanese", "タグの名前（日本語または英語）"),
        alias=named(
            "What it is called here; leave it out to take the alias away",
            "このサーバーでの呼び名（省略すると別名を取り消します）",
        ),
    )
    async def alias(
        self,
        interaction: discord.Interaction,
        name: str,
        alias: app_commands.Range[str, 1, LONGEST_NAME] = "",
    ) -> None:
        """Give a tag another name, or take that away."""
        asked = await asked_in_guild(self._face, interaction)
        guild_id, language, rules = asked.guild.id, asked.language, asked.settings.rules
        search = self._face.service.tags_of(guild_id)
        tag = require_tag(search, name, all_shown(rules))
        kept = clean_alias(search, tag.name, alias, rules)
        await self._face.catalogue.guilds.set_tag(guild_id, tag.name, alias=kept)
        answer = alias_answer(language, names_in(self._face, language, guild_id)(tag.name), kept)
        await interaction.followup.send(answer, ephemeral=True)

    @hide.autocomplete("name")
    @alias.autocomplete("name")
    async def _complete_name(
        self, interaction: discord.Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        try:
            search = self._face.service.tags_of(interaction.guild_id)
        except UnavailableError:
            return []
        settings = await settings_for(self._face, interaction)
        language, rules = language_for(interaction, settings), settings.rules
        only_hidden = interaction.namespace.hidden is False
        return [
            app_commands.Choice(name=tag_label(tag, language, rules), value=tag.name)
            for tag in offered(search, rules, current, only_hidden=only_hidden)
            if units(tag.name) <= LONGEST_CHOICE
        ]
