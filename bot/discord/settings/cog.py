"""The cog of ``/settings``, for those who manage the server."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.discord.autocompleting import names_in, require_tag, tag_choices
from bot.discord.channel_options import ChannelOption, found
from bot.discord.circumstances import asked_in_guild
from bot.discord.face import Face
from bot.discord.languages import language_of
from bot.discord.noticing import missing_permissions
from bot.discord.settings import texts
from bot.discord.settings.describing import (
    PERCENT,
    Defaults,
    autotag_answer,
    language_answer,
    settings_embed,
    threshold_answer,
)
from bot.discord.translator import named
from bot.posts import GuildSettings, Language

# What stands for "the server's own language" in the option.
OWN = "server"


def choices(*pairs: tuple[str, str, str]) -> list[app_commands.Choice[str]]:
    """Choices of an option: value, English, Japanese."""
    return [app_commands.Choice(name=named(en, ja), value=value) for value, en, ja in pairs]


class Settings(commands.Cog):
    """What a guild chooses."""

    settings = app_commands.Group(
        name=named("settings", "設定"),
        description=named("How I behave on this server", "このサーバーでの動作を設定します"),
        guild_only=True,
        allowed_contexts=app_commands.AppCommandContext(guild=True),
        default_permissions=discord.Permissions(manage_guild=True),
    )

    def __init__(self, face: Face) -> None:
        self._face = face
        self._guilds = face.catalogue.guilds

    @settings.command(
        name=named("autotag", "自動タグ付け"),
        description=named(
            "Choose what I do with images that are posted in a channel",
            "チャンネルに投稿された画像への動作を選びます",
        ),
    )
    @app_commands.rename(channel=named("channel", "チャンネル"), mode=named("mode", "モード"))
    @app_commands.describe(
        channel=named("The channel, forum or thread", "チャンネル・フォーラム・スレッド"),
        mode=named("What I do there from now on", "これからの動作"),
    )
    @app_commands.choices(
        mode=choices(
            ("off", "off: answer only who asks", "オフ：頼まれたときだけ返信する"),
            ("reply", "reply: answer every image", "返信：すべての画像に返信する"),
            (
                "quiet",
                "quiet: only react, and answer when somebody clicks the reaction",
                "リアクションのみ：誰かが押したら返信する",
            ),
        )
    )
    async def autotag(
        self, interaction: discord.Interaction, channel: ChannelOption, mode: str
    ) -> None:
        """Choose what is done with posts in a channel; says at once what is missing for it."""
        asked = await asked_in_guild(self._face, interaction)
        guild, language = asked.guild, asked.language
        where = await found(channel)
        chosen = next(one for one in texts.MODES if one == mode)
        asked_at = interaction.created_at  # By the clock that dates what is posted there.
        await self._guilds.set_mode(guild.id, where.id, chosen, interaction.user.id, asked_at)
        # Whatever the admin was told about this channel before may be told again.
        await self._face.catalogue.notices.forget(guild.id, where.id)
        missing = missing_permissions(where, chosen)
        reaction = self._face.config.discord.reaction
        answer = autotag_answer(language, where.id, chosen, missing, reaction)
        if chosen != "off" and not interaction.client.intents.message_content:
            answer += "\n" + texts.NO_MESSAGE_CONTENT(language)
        await interaction.followup.send(answer, ephemeral=True)

    @settings.command(
        name=named("show", "表示"),
        description=named(
            "Show every setting of this server", "このサーバーの設定をすべて表示します"
        ),
    )
    async def show(self, interaction: discord.Interaction) -> None:
        """Show everything that the guild chose."""
        asked = await asked_in_guild(self._face, interaction)
        defaults = Defaults(self._face.config.autotag.default, own_language(asked.guild))
        names = names_in(self._face, asked.language, asked.guild.id)
        embed = settings_embed(asked.language, asked.settings, defaults, names)
        await interaction.followup.send(embed=embed, ephemeral=True)

    @settings.command(
        name=named("threshold", "しきい値"),
        description=named(
            "Choose how likely a tag must be before I show it",
            "タグを表示する確率のしきい値を選びます",
        ),
    )
    @app_commands.rename(value=named("value", "値"), tag=named("tag", "タグ"))
    @app_commands.describe(
        value=named(
            "In percent, 1 to 99; leave it out to go back to the standard",
            "パーセント（1～99）。省略すると標準に戻します",
        ),
        tag=named(
            "Only for this tag; leave it out for all tags",
            "このタグだけに適用します（省略するとすべてのタグ）",
        ),
    )
    async def threshold(
        self,
        interaction: discord.Interaction,
        value: app_commands.Range[int, 1, 99] | None = None,
        tag: str = "",
    ) -> None:
        """Choose from which score on tags count, or one of them."""
        asked = await asked_in_guild(self._face, interaction)
        guild, language = asked.guild, asked.language
        threshold = None if value is None else value / PERCENT
        name = ""
        if tag.strip():
            search = self._face.service.tags_of(guild.id)
            name = require_tag(search, tag, asked.settings.rules).name
            await self._guilds.set_tag(guild.id, name, threshold=threshold)
        else:
            await self._guilds.set_threshold(guild.id, threshold)
        shown = name and names_in(self._face, language, guild.id)(name)
        await interaction.followup.send(threshold_answer(language, value, shown), ephemeral=True)

    @threshold.autocomplete("tag")
    async def _complete_tag(
        self, interaction: discord.Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        return await tag_choices(self._face, interaction, current)

    @settings.command(
        name=named("language", "言語"),
        description=named(
            "Choose the language of my public answers", "公開の返信で使う言語を選びます"
        ),
    )
    @app_commands.rename(language=named("language", "言語"))
    @app_commands.describe(
        language=named("The language, or the server's own", "言語（サーバーの言語も選べます）")
    )
    @app_commands.choices(
        language=choices(
            ("en", "English", "English"),
            ("ja", "日本語", "日本語"),
            (OWN, "the server's own", "サーバーの言語"),
        )
    )
    async def language(self, interaction: discord.Interaction, language: str) -> None:
        """Choose the language of public answers."""
        asked = await asked_in_guild(self._face, interaction)
        chosen: Language | None = "ja" if language == "ja" else "en" if language == "en" else None
        await self._guilds.set_language(asked.guild.id, chosen or "")
        answer = language_answer(asked.language, chosen, own_language(asked.guild))
        await interaction.followup.send(answer, ephemeral=True)


def own_language(guild: discord.Guild) -> Language:
    """The language of a guild that chose none."""
    return language_of(guild, GuildSettings())
