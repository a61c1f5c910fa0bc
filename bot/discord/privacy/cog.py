"""The cog of ``/privacy``, for everyone, in servers and in direct messages."""

import asyncio
import io

import discord
from discord import app_commands
from discord.ext import commands

from bot.discord.acknowledging import defer
from bot.discord.circumstances import settings_for
from bot.discord.face import Face
from bot.discord.languages import language_for
from bot.discord.privacy import texts
from bot.discord.privacy.button import confirmation
from bot.discord.privacy.describing import choice_text, status_text
from bot.discord.privacy.exporting import export_file
from bot.discord.translator import named
from bot.posts import Language


class Privacy(commands.Cog):
    """What is kept about a person, and what may be done with it."""

    privacy = app_commands.Group(
        name=named("privacy", "プライバシー"),
        description=named(
            "What I keep about you, and what I may do with it",
            "あなたについての記録と、その扱いを決めます",
        ),
        allowed_contexts=app_commands.AppCommandContext(
            guild=True, dm_channel=True, private_channel=False
        ),
        allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
    )

    def __init__(self, face: Face) -> None:
        self._face = face
        self._people = face.catalogue.people

    @privacy.command(
        name=named("status", "状況"),
        description=named(
            "Show what I keep about you, and why", "あなたについての記録とその理由を表示します"
        ),
    )
    async def status(self, interaction: discord.Interaction) -> None:
        """Say what is kept about the person who asks."""
        language = await self._begun(interaction)
        found = await self._people.totals(interaction.user.id)
        await interaction.followup.send(status_text(language, found), ephemeral=True)

    @privacy.command(
        name=named("opt-in", "学習を許可"),
        description=named(
            "Allow me to learn from your illustrations",
            "あなたの作品を学習に使うことを許可します",
        ),
    )
    async def opt_in(self, interaction: discord.Interaction) -> None:
        """Give consent."""
        language = await self._begun(interaction)
        await self._people.opt_in(interaction.user.id)
        await interaction.followup.send(choice_text(language, consents=True), ephemeral=True)

    @privacy.command(
        name=named("opt-out", "学習を拒否"),
        description=named(
            "Do not let me learn from your illustrations",
            "あなたの作品を学習に使わせません（許可を取り消します）",
        ),
    )
    async def opt_out(self, interaction: discord.Interaction) -> None:
        """Withdraw consent."""
        language = await self._begun(interaction)
        await self._people.opt_out(interaction.user.id)
        await interaction.followup.send(choice_text(language, consents=False), ephemeral=True)

    @privacy.command(
        name=named("export", "書き出し"),
        description=named(
            "Get a file with everything that I keep about you",
            "あなたについての記録をファイルで受け取ります",
        ),
    )
    async def export(self, interaction: discord.Interaction) -> None:
        """Hand over everything that is kept about the person who asks."""
        language = await self._begun(interaction)
        export = await self._people.export(interaction.user.id)
        wish = await self._face.catalogue.tombstones.wished_at(interaction.user.id)
        if wish is not None:
            export["you_had_everything_deleted_at"] = wish
        file = await asyncio.to_thread(export_file, export)
        how = texts.UNPACK(language) if file.packed else ""
        await interaction.followup.send(
            texts.EXPORTED(language, how=how),
            file=discord.File(io.BytesIO(file.content), file.name),
            ephemeral=True,
        )

    @privacy.command(
        name=named("delete", "削除"),
        description=named(
            "Remove everything that I keep about you, on every server",
            "あなたについての記録を、すべてのサーバーで削除します",
        ),
    )
    async def delete(self, interaction: discord.Interaction) -> None:
        """Ask whether everything is really to go."""
        language = await self._begun(interaction)
        view = confirmation(interaction.user.id, language)
        await interaction.followup.send(texts.CONFIRM(language), view=view, ephemeral=True)

    async def _begun(self, interaction: discord.Interaction) -> Language:
        """Acknowledge; the language of the person who asks."""
        await defer(interaction, ephemeral=True, thinking=True)
        return language_for(interaction, await settings_for(self._face, interaction))
