"""The guild in which these tests teach."""

from collections.abc import Callable

import pytest

from tests.bot.discord.standin.server import StandIn
from tests.bot.discord.teaching.school import School


@pytest.fixture
def school(discord: StandIn, picture: Callable[..., bytes]) -> School:
    """Mira posts there, the owner teaches."""
    return School(discord, picture)
