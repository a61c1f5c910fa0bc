"""The guild in which these tests search."""

from collections.abc import Callable

import pytest

from tests.bot.discord.buttons.art import Art
from tests.bot.discord.standin.server import StandIn


@pytest.fixture
def art(discord: StandIn, picture: Callable[..., bytes]) -> Art:
    """Mira posts there, theo looks on."""
    return Art(discord, picture)
