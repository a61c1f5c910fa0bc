"""The stand-in of Discord, by the real discord.py."""

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import discord as library
import pytest
import yarl
from discord import app_commands
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route
from PIL import Image

from tests.bot.discord.standin.files import File
from tests.bot.discord.standin.server import StandIn


def png(colour: str = "navy", side: int = 40) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (side, side), colour).save(out, "PNG")
    return out.getvalue()


class Buttons(library.ui.View):
    @library.ui.button(label="More", custom_id="more:1")
    async def more(self, interaction: library.Interaction, _: library.ui.Button) -> None:
        await interaction.response.edit_message(content="more of it")


class Answers(commands.Cog):
    """One command of each kind."""

    @app_commands.command(description="Says what is in an image")
    async def describe(
        self, interaction: library.Interaction, image: library.Attachment, public: bool = False
    ) -> None:
        await interaction.response.defer(ephemeral=not public, thinking=True)
        data = await image.read()
        await interaction.followup.send(f"{image.filename}: {len(data)} bytes", view=Buttons())

    tags = app_commands.Group(name="tags", description="Tags")

    @tags.command(description="About a tag")
    async def info(self, interaction: library.Interaction, name: str) -> None:
        await interaction.response.send_message(f"about {name}", ephemeral=True)

    @info.autocomplete("name")
    async def names(self, _: library.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        words = ("star", "stairs", "moon")
        return [app_commands.Choice(name=w, value=w) for w in words if w.startswith(typed)]


class Bot(commands.AutoShardedBot):
    def __init__(self, intents: library.Intents) -> None:
        super().__init__("!", intents=intents, guild_ready_timeout=0.05)
        self.seen: list[library.Message] = []
        self.events: list[str] = []

    async def setup_hook(self) -> None:
        await self.add_cog(Answers())
        self.add_view(Buttons(timeout=None))

        @self.tree.context_menu(name="Find similar")
        async def similar(interaction: library.Interaction, message: library.Message) -> None:
            await interaction.response.send_message(f"{len(message.attachments)} images")

        await self.tree.sync()

    async def on_message(self, message: library.Message) -> None:
        if message.author != self.user:
            self.seen.append(message)


@pytest.fixture
def start(
    discord: StandIn, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., AbstractAsyncContextManager[Bot]]:
    """Starts a bot of the real library against the stand-in."""
    monkeypatch.setattr(Route, "BASE", discord.api_url)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(discord.gateway_url))

    @asynccontextmanager
    async def started(intents: library.Intents | None = None) -> AsyncIterator[Bot]:
        if intents is None:
            intents = library.Intents.default()
            intents.message_content = True
        bot = Bot(intents)
        running = asyncio.create_task(bot.start(discord.token))
        try:
            await discord.ready()
            await bot.wait_until_ready()
            yield bot
        finally:
            await bot.close()
            await running

    return started


async def test_a_bot_logs_in_and_hears_what_is_posted(discord: StandIn, start) -> None:
    guild = discord.add_guild("Art", locale="ja")
    sketches = guild.add_channel("sketches")
    mira = guild.add_member("mira")
    async with start() as bot:
        await mira.post(sketches, "my cat", files=[File("my cat.png", png(), spoiler=True)])
        await discord.wait_for(lambda: bot.seen)
        (message,) = bot.seen
        (attachment,) = message.attachments
        assert message.guild.preferred_locale is library.Locale.japanese
        assert (attachment.filename, attachment.width) == ("SPOILER_my_cat.png", 40)
        assert attachment.is_spoiler()
        assert await attachment.read() == png()
        embed = library.Embed(title="Tags", description="cat 98 %").set_image(
            url="attachment://g.png"
        )
        grid = library.File(io.BytesIO(png("red")), "g.png")
        reply = await message.reply(
            "done", embed=embed, file=grid, nonce=message.id, view=Buttons()
        )
        assert reply.attachments == []
    (answer,) = sketches.bot_messages()
    assert answer.referenced is sketches.messages[0]
    assert answer.text == "done\nTags\ncat 98 %"
    assert answer.labels == ["More"]


async def test_commands_menus_buttons_and_autocomplete(discord: StandIn, start) -> None:
    guild = discord.add_guild("Art", locale="ja")
    sketches = guild.add_channel("sketches")
    mira = guild.add_member("mira")
    async with start():
        result = await mira.command(sketches, "describe", image=File("a.png", png()))
        assert (result.deferred, result.ephemeral) == (True, True)
        await result.settled()
        assert result.text == f"a.png: {len(png())} bytes"
        assert sketches.bot_messages() == []
        clicked = await mira.click(result, "More")
        assert clicked.text == "more of it"
        choices = await mira.autocomplete(sketches, "tags info", "name", "sta")
        assert [one["value"] for one in choices] == ["star", "stairs"]
        post = await mira.post(sketches, files=[File("a.png", png())])
        menu = await mira.menu(sketches, "Find similar", post)
        assert menu.text == "1 images"
