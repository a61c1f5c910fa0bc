"""A guild with a past, and a bot that answers nowhere unasked."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.bot.discord.community import Community, running, settings_for
from tests.bot.discord.library.past import Past
from tests.bot.discord.standin.server import StandIn


@pytest.fixture
async def bot(discord: StandIn, tmp_path: Path) -> AsyncIterator[Community]:
    """A bot to which nothing has happened yet."""
    async with running(settings_for(discord, tmp_path / "data", "off"), discord) as started:
        yield started


@pytest.fixture
def past(discord: StandIn, picture: Callable[..., bytes]) -> Past:
    """The guild."""
    return Past(discord, picture)
