"""``/tag-admin rollback``, ``remove`` and ``promote``: what becomes of a taught tag."""

import discord
from discord import app_commands

from bot.discord.autocompleting import MOST_CHOICES
from bot.discord.circumstances import asked_in_guild, settings_for
from bot.discord.languages import language_for
from bot.discord.operator import require_operator
from bot.discord.tag_admin import texts
from bot.discord.tag_admin.group import NAME, OWN_TAG, TAG_ADMIN, Handlers
from bot.discord.tag_admin.version_items import removal_view, show_versions
from bot.discord.teaching.history import version_label
from bot.discord.teaching.lesson import called, lesson_about
from bot.discord.teaching.own_tags import own_choices, require_own
from bot.discord.translator import named
from bot.teaching.errors import TeachingError


class Versions(Handlers):
    """Goes back to earlier versions of tags, removes tags, shows them everywhere."""

    @TAG_ADMIN.command(
        name=named("rollback", "元に戻す"),
        description=named(
            "Go back to an earlier version of a tag", "タグを以前のバージョンに戻します"
        ),
    )
    @app_commands.rename(name=NAME, version=named("version", "バージョン"))
    @app_commands.describe(
        name=OWN_TAG,
        version=named("Which one; otherwise the one before", "戻すバージョン（省略すると1つ前）"),
    )
    async def rollback(
        self,
        interaction: discord.Interaction,
        name: str,
        version: app_commands.Range[int, 1, 1_000_000] | None = None,
    ) -> None:
        """Let the examples of an earlier version count again, and show the history."""
        asked = await asked_in_guild(self._face, interaction)
        tag = await require_own(self._face, asked.guild.id, name, asked.settings.rules)
        lesson = await lesson_about(self._face, interaction, tag)
        number = await self._face.teaching.rollback(
            asked.guild.id, tag.name, version, interaction.user.id
        )
        await show_versions(interaction, lesson, number)

    @TAG_ADMIN.command(
        name=named("remove", "削除"),
        description=named(
            "Remove a tag that was taught here", "このサーバーで教えたタグを削除します"
        ),
    )
    @app_commands.rename(name=NAME)
    @app_commands.describe(name=OWN_TAG)
    async def remove(self, interaction: discord.Interaction, name: str) -> None:
        """Ask whether that is meant."""
        asked = await asked_in_guild(self._face, interaction)
        tag = await require_own(self._face, asked.guild.id, name, asked.settings.rules)
        language = asked.language
        content = texts.CONFIRM_REMOVAL(language, tag=called(tag.name, tag.name_ja, language))
        if tag.promoted:
            content += f"\n{texts.GOES_EVERYWHERE(language)}"
        view = removal_view(tag.id, language)
        await interaction.edit_original_response(content=content, view=view)

    @TAG_ADMIN.command(
        name=named("promote", "全体公開"),
        description=named(
            "Show a tag of this server on every server (operator only)",
            "このサーバーのタグを全サーバーで使えるようにします（運営者のみ）",
        ),
    )
    @app_commands.rename(name=NAME, promoted=named("promoted", "公開"))
    @app_commands.describe(
        name=OWN_TAG,
        promoted=named(
            "True: show it everywhere; False: on this server only",
            "True：すべてのサーバーで使う、False：このサーバーだけで使う",
        ),
    )
    async def promote(
        self,
        interaction: discord.Interaction,
        name: str,
        promoted: bool = True,  # noqa: FBT001, FBT002 - an option of the command
    ) -> None:
        """Let a tag count in every guild, or take that back."""
        asked = await asked_in_guild(self._face, interaction)
        await require_operator(interaction)
        guild_id, language = asked.guild.id, asked.language
        tag = await require_own(self._face, guild_id, name, asked.settings.rules)
        await self._face.teaching.promote(guild_id, tag.name, promoted, interaction.user.id)
        text = texts.PROMOTED if promoted else texts.NOT_PROMOTED
        content = text(language, tag=called(tag.name, tag.name_ja, language))
        await interaction.edit_original_response(content=content)

    @rollback.autocomplete("name")
    @remove.autocomplete("name")
    @promote.autocomplete("name")
    async def _complete_taught(
        self, interaction: discord.Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        return await own_choices(self._face, interaction, current)

    @rollback.autocomplete("version")
    async def _complete_version(
        self, interaction: discord.Interaction, current: int | str
    ) -> list[app_commands.Choice[int]]:
        name, guild_id = interaction.namespace.name, interaction.guild_id
        if guild_id is None or not name:
            return []
        try:
            versions = await self._face.teaching.history(guild_id, name)
        except TeachingError:
            return []
        language = language_for(interaction, await settings_for(self._face, interaction))
        return [
            app_commands.Choice(name=version_label(language, one), value=one.number)
            for one in versions
            if one.restorable and str(one.number).startswith(str(current))
        ][:MOST_CHOICES]
