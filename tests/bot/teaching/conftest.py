"""A running bot that the tests of one file share; each test has a guild of its own."""

from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from bot.running import Bot, Settings, started
from tests.bot.catalogue.conftest import new, new_post, posted, published, taught
from tests.bot.postgresql import Server
from tests.bot.teaching.lessons import Guild

# What fills a catalogue alone, for what needs no running bot.
__all__ = ["new", "new_post", "posted", "published", "taught"]


@pytest.fixture
def url(sqlite_url: str, request: pytest.FixtureRequest) -> str:
    """Teaching does not ask which database the catalogue is in: one is enough for most tests."""
    if getattr(request, "param", "sqlite") == "sqlite":
        return sqlite_url
    server: Server = request.getfixturevalue("postgresql")
    return server.emptied()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot(module_settings: Settings) -> AsyncIterator[Bot]:
    """A bot with the fake tagger and the real teaching."""
    async with started(module_settings) as bot:
        await bot.inference.ready()
        yield bot


@pytest.fixture
def guild(bot: Bot, picture: Callable[..., bytes], request: pytest.FixtureRequest) -> Guild:
    """A guild that nobody else has."""
    return Guild(bot, picture, 1000 + abs(hash(request.node.nodeid)) % 10**9)
