"""A bot with the fake tagger, connected to the stand-in of Discord: what most tests here start."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.catalogue import Catalogue
from bot.config import (
    AutotagConfig,
    BotConfig,
    DecodersConfig,
    DiscordConfig,
    GalleryConfig,
    HttpConfig,
)
from bot.discord.connecting import Connection, connected
from bot.running import Bot, Settings, started
from model.config import ModelConfig
from tests.bot.discord.standin.server import StandIn


def settings_for(discord: StandIn, data_dir: Path, mode: str = "reply", **options: Any) -> Settings:
    """Settings of a bot that talks to the stand-in; other options are those of DiscordConfig."""
    bot = BotConfig(
        data_dir=str(data_dir),
        autotag=AutotagConfig(mode),  # type: ignore[arg-type]
        discord=DiscordConfig(api_url=discord.api_url, gateway_url=discord.gateway_url, **options),
        http=HttpConfig(port=0),
        gallery=GalleryConfig(count=0),
        decoders=DecodersConfig(processes=1),
    )
    return Settings(bot, ModelConfig(), discord_token=discord.token, tagger="bot.fakes:FakeTagger")


@dataclass
class Community:
    """A running bot; ``stop`` and ``start`` make a restart.

    Attributes:
        discord: The stand-in.
        settings: What the bot starts with; change them before a restart.
        bot: Its parts.
        connection: Its connection to Discord.
    """

    discord: StandIn
    settings: Settings
    bot: Bot = field(init=False)
    connection: Connection = field(init=False)
    _stack: AsyncExitStack | None = field(default=None, init=False)

    @property
    def catalogue(self) -> Catalogue:
        """The bot's catalogue."""
        return self.bot.library.catalogue

    async def start(self) -> None:
        """Start the bot and wait until it answers."""
        self._stack = AsyncExitStack()
        self.bot = await self._stack.enter_async_context(started(self.settings))
        self.connection = await self._stack.enter_async_context(connected(self.bot, self.settings))
        await self.bot.inference.ready()
        await self.discord.wait_for(lambda: self.connection.connected, 20)

    async def stop(self) -> None:
        """End the bot cleanly."""
        stack, self._stack = self._stack, None
        if stack is not None:
            await stack.aclose()

    async def restart(self) -> None:
        """End the bot and start it again with the same data."""
        await self.stop()
        await self.start()


@asynccontextmanager
async def running(settings: Settings, discord: StandIn) -> AsyncIterator[Community]:
    """A started community, ended at the end."""
    community = Community(discord, settings)
    try:
        await community.start()
        yield community
    finally:
        await community.stop()
