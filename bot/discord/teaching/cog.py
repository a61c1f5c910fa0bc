"""The cog of the message menu "Add as example…", for whoever may use ``/tag-admin``."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.discord.acknowledging import defer
from bot.discord.errors import answered
from bot.discord.face import Face
from bot.discord.teaching.adding import add_to_named, ask_for_tag
from bot.discord.teaching.modal import names_in_modal, post_of_modal
from bot.discord.teaching.posts import post_with_examples
from bot.discord.translator import named


class AddingExamples(commands.Cog):
    """Takes what is posted already as examples of a tag."""

    def __init__(self, client: commands.AutoShardedBot, face: Face) -> None:
        self._client = client
        self._face = face
        # A cog collects slash commands by itself, but no menus.
        self._menu = app_commands.ContextMenu(
            name=named("Add as example…", "タグの例に追加…"),
            callback=self.add_as_example,
            allowed_contexts=app_commands.AppCommandContext(guild=True),
        )
        self._menu.guild_only = True
        self._menu.default_permissions = discord.Permissions(manage_guild=True)

    async def cog_load(self) -> None:
        """Offer the menu."""
        self._client.tree.add_command(self._menu)

    async def cog_unload(self) -> None:
        """Offer it no longer."""
        self._client.tree.remove_command(self._menu.name, type=self._menu.type)

    async def add_as_example(
        self, interaction: discord.Interaction, message: discord.Message
    ) -> None:
        """The menu "Add as example…"."""
        await defer(interaction, ephemeral=True, thinking=True)
        post = await post_with_examples(self._face, message, self._client.user)
        await ask_for_tag(interaction, post, post.illustration_ids)

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """A dialogue was filled in, perhaps one from before a restart."""
        if post_of_modal(interaction) is not None:
            await self._named(interaction)

    @answered
    async def _named(self, interaction: discord.Interaction) -> None:
        await defer(interaction)
        post_id = post_of_modal(interaction) or 0
        await add_to_named(interaction, post_id, names_in_modal(interaction))
