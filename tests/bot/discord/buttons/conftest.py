"""The guild whose replies these tests click on."""

from collections.abc import Callable

import pytest

from tests.bot.discord.buttons.art import Art
from tests.bot.discord.standin.server import StandIn


@pytest.fixture
def art(discord: StandIn, picture: Callable[..., bytes]) -> Art:
    """The guild of most of these tests."""
    return Art(discord, picture)


@pytest.fixture
def japanese_art(discord: StandIn, picture: Callable[..., bytes]) -> Art:
    """The same where everybody speaks Japanese."""
    return Art(discord, picture, locale="ja")
