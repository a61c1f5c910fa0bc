"""What the tests of the Discord face share: a Discord, and a bot that is connected to it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot.discord.community import Community, running, settings_for
from tests.bot.discord.standin.server import StandIn


@pytest.fixture
async def discord() -> AsyncIterator[StandIn]:
    """A stand-in of Discord; its test fails on requests and silences that Discord would refuse."""
    async with StandIn() as standin:
        yield standin
    standin.check()


@pytest.fixture(autouse=True)
def soon_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stand-in names all its guilds at once; nobody need wait for more, nor for a session."""
    monkeypatch.setattr("bot.discord.client.GUILDS_READY_SECONDS", 0.05)
    monkeypatch.setattr("bot.discord.identifying.PAUSE_SECONDS", 0.05)


@pytest.fixture
async def community(discord: StandIn, tmp_path: Path) -> AsyncIterator[Community]:
    """A bot that answers posts in every channel; add guilds before or after, as you like."""
    async with running(settings_for(discord, tmp_path / "data"), discord) as started:
        yield started
