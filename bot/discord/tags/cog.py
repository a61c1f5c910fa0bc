"""The cog that looks tags up: ``/tags list`` and ``/tags info``."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.discord.acknowledging import defer
from bot.discord.autocompleting import require_tag, tag_choices
from bot.discord.circumstances import seen_by_one
from bot.discord.face import Face
from bot.discord.paging import page_buttons
from bot.discord.tags.buttons import TagsPage
from bot.discord.tags.informing import known_here, tag_embed
from bot.discord.tags.listing import tags_page
from bot.discord.translator import named

MOST_PAGES = 10_000


class Tags(commands.Cog):
    """Tells which tags there are, and what is known of one."""

    tags = app_commands.Group(
        name=named("tags", "タグ"),
        description=named("The tags that I know", "使えるタグを調べます"),
    )

    def __init__(self, face: Face) -> None:
        self._face = face

    @tags.command(
        name=named("list", "一覧"),
        description=named("List the tags that I know", "タグの一覧を表示します"),
    )
    @app_commands.rename(page=named("page", "ページ"))
    @app_commands.describe(page=named("Which page; otherwise the first", "表示するページ"))
    async def list_tags(
        self, interaction: discord.Interaction, page: app_commands.Range[int, 1, MOST_PAGES] = 1
    ) -> None:
        """The vocabulary."""
        await defer(interaction, ephemeral=True, thinking=True)
        circumstances = await seen_by_one(self._face, interaction)
        embed, paging = await tags_page(self._face, circumstances, page)
        view = page_buttons(paging, circumstances.language, TagsPage)
        await interaction.followup.send(embed=embed, view=view, ephemeral=True)

    @tags.command(
        name=named("info", "詳細"),
        description=named("Show what I know about a tag", "タグの詳細を表示します"),
    )
    @app_commands.rename(tag_name=named("name", "名前"))
    @app_commands.describe(
        tag_name=named("The tag, in English or Japanese", "タグの名前（日本語または英語）")
    )
    async def info(self, interaction: discord.Interaction, tag_name: str) -> None:
        """One tag."""
        await defer(interaction, ephemeral=True, thinking=True)
        face = self._face
        circumstances = await seen_by_one(face, interaction)
        search = face.service.tags_of(circumstances.guild_id)
        tag = require_tag(search, tag_name, circumstances.rules)
        embed = tag_embed(circumstances, tag, await known_here(face, circumstances, tag))
        await interaction.followup.send(embed=embed, ephemeral=True)

    @info.autocomplete("tag_name")
    async def complete(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        """Complete the name."""
        return await tag_choices(self._face, interaction, typed)
