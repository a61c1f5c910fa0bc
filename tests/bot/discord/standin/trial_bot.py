"""A small bot of the real library with one thing of every kind, to try the stand-in with."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import discord
import yarl
from discord import app_commands
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.bot.discord.standin.server import StandIn


class Buttons(discord.ui.View):
    """Buttons and a select that outlive a restart."""

    @discord.ui.button(label="More", custom_id="more:1")
    async def more(self, interaction: discord.Interaction, _: discord.ui.Button) -> None:
        await interaction.response.edit_message(content="more of it")

    @discord.ui.button(label="Later", custom_id="later:1")
    async def later(self, interaction: discord.Interaction, _: discord.ui.Button) -> None:
        await interaction.response.defer()
        await interaction.followup.send("here it is", ephemeral=True)

    @discord.ui.select(
        custom_id="tags:1",
        placeholder="Which?",
        min_values=1,
        max_values=2,
        options=[discord.SelectOption(label=one) for one in ("star", "moon", "sun")],
    )
    async def choose(
        self, interaction: discord.Interaction, select: discord.ui.Select[discord.ui.View]
    ) -> None:
        await interaction.response.send_message(" ".join(select.values), ephemeral=True)


class Naming(discord.ui.Modal, title="A name"):
    name = discord.ui.TextInput(label="Name", custom_id="name")

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"called {self.name.value}")


class Answers(commands.Cog):
    """Commands of every kind."""

    @app_commands.command(description="Says what is in an image")
    async def describe(
        self, interaction: discord.Interaction, image: discord.Attachment, public: bool = False
    ) -> None:
        await interaction.response.defer(ephemeral=not public, thinking=True)
        data = await image.read()
        await interaction.followup.send(f"{image.filename}: {len(data)} bytes", view=Buttons())

    tags = app_commands.Group(name="tags", description="Tags")

    @tags.command(description="About a tag")
    async def info(self, interaction: discord.Interaction, name: str) -> None:
        await interaction.response.send_message(f"about {name}", ephemeral=True)

    @info.autocomplete("name")
    async def names(self, _: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        words = ("star", "stairs", "moon")
        return [app_commands.Choice(name=w, value=w) for w in words if w.startswith(typed)]

    @app_commands.command(description="For admins")
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.guild_only()
    async def settings(
        self, interaction: discord.Interaction, channel: discord.TextChannel
    ) -> None:
        allowed = interaction.permissions.manage_guild
        await interaction.response.send_message(f"{channel.mention} {allowed}")

    @app_commands.command(description="Opens a dialogue")
    async def name(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(Naming())

    @app_commands.command(description="Never answers in time")
    async def silent(self, interaction: discord.Interaction) -> None:
        await asyncio.sleep(0.3)
        await interaction.response.send_message("too late")


class TrialBot(commands.AutoShardedBot):
    """The bot.

    Attributes:
        seen: Messages of others.
        heard: Names of the gateway's events, in their order.
        errors: What failed in commands.
    """

    def __init__(self, intents: discord.Intents, **options: Any) -> None:
        super().__init__("!", intents=intents, guild_ready_timeout=0.05, **options)
        self.seen: list[discord.Message] = []
        self.heard: list[str] = []
        self.errors: list[Exception] = []
        self.connected = asyncio.Event()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """No pause of 5 s before a session begins anew."""

    async def setup_hook(self) -> None:
        await self.add_cog(Answers())
        self.add_view(Buttons(timeout=None))

        @self.tree.context_menu(name="Find similar")
        async def similar(interaction: discord.Interaction, message: discord.Message) -> None:
            await interaction.response.send_message(f"{len(message.attachments)} images")

        @self.tree.error
        async def note(_: discord.Interaction, error: Exception) -> None:
            self.errors.append(error)

        await self.tree.sync()

    async def on_ready(self) -> None:
        self.connected.set()

    async def on_message(self, message: discord.Message) -> None:
        if message.author != self.user:
            self.seen.append(message)

    async def on_socket_event_type(self, event: str) -> None:
        self.heard.append(event)

    @property
    def texts(self) -> list[str]:
        """What others wrote."""
        return [one.content for one in self.seen]


@asynccontextmanager
async def trial_bot(
    standin: StandIn, intents: discord.Intents | None = None, **options: Any
) -> AsyncIterator[TrialBot]:
    """Start the bot against the stand-in, wait until it is ready, end it at the end.

    Args:
        options: Of the library's client.
    """
    if intents is None:
        intents = discord.Intents.default()
        intents.message_content = True
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    Route.BASE = standin.api_url
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(standin.gateway_url)
    bot = TrialBot(intents, **options)
    running = asyncio.create_task(bot.start(standin.token))
    ready = asyncio.create_task(bot.connected.wait())
    try:
        await asyncio.wait({running, ready}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            await running
        yield bot
    finally:
        ready.cancel()
        await bot.close()
        await asyncio.wait({running})
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = before
