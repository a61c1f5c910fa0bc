"""The cog that searches: ``/search``."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.discord.acknowledging import defer
from bot.discord.autocompleting import tag_choices
from bot.discord.circumstances import seen_by_one
from bot.discord.face import Face
from bot.discord.searching.asking import completions, wanted_tags
from bot.discord.searching.buttons import search_buttons
from bot.discord.searching.finding import find, nothing_found
from bot.discord.translator import named


class Searching(commands.Cog):
    """Finds the illustrations that have some tags."""

    def __init__(self, face: Face) -> None:
        self._face = face

    @app_commands.command(
        name=named("search", "検索"),
        description=named(
            "Find illustrations of this server by their tags",
            "このサーバーの作品をタグで検索します",
        ),
    )
    @app_commands.rename(tags=named("tags", "タグ"))
    @app_commands.describe(
        tags=named("Up to 5 tags, with commas between them", "タグ（5個まで。「、」で区切ります）")
    )
    @app_commands.guild_only
    async def search(self, interaction: discord.Interaction, tags: str) -> None:
        """Illustrations that have all of these tags, as far as the person who asks may see them."""
        await defer(interaction, ephemeral=True, thinking=True)
        face = self._face
        circumstances = await seen_by_one(face, interaction)
        wanted = wanted_tags(
            face.service.tags_of(circumstances.guild_id), tags, circumstances.rules
        )
        found = await find(face, circumstances, wanted, page=1)
        if found.reply is None:
            await interaction.followup.send(nothing_found(circumstances, wanted), ephemeral=True)
            return
        rendered = await face.renderer.render(found.reply)
        await interaction.followup.send(
            embeds=rendered.embeds,
            files=rendered.files(),
            view=search_buttons(face, circumstances, wanted, found.paging),
            ephemeral=True,
        )

    @search.autocomplete("tags")
    async def complete(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        """Complete the last of the names."""
        return await tag_choices(self._face, interaction, typed, completions)
