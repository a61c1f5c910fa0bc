"""Sessions of all processes begin one after the other."""

import asyncio
import time
from contextlib import asynccontextmanager

import pytest
from sqlalchemy.exc import OperationalError

from bot.catalogue import Catalogue
from bot.discord.identifying import Identifying
from tests.bot.postgresql import on_postgresql


@pytest.fixture(autouse=True)
def pauses(monkeypatch):
    monkeypatch.setattr("bot.discord.identifying.PAUSE_SECONDS", 0.3)
    monkeypatch.setattr("bot.catalogue.turns.LOOK_SECONDS", 0.01)


async def begun_at(*processes: Identifying) -> list[float]:
    """When a session of each may begin, in seconds; all ask at once."""
    begun = time.monotonic()

    async def begin(process: Identifying) -> float:
        await process.turn()
        return time.monotonic() - begun

    moments = sorted(await asyncio.gather(*(begin(one) for one in processes)))
    for one in processes:
        await one.close()
    return moments


async def test_sessions_of_one_process_begin_with_a_pause_between_them(catalogue):
    process = Identifying(catalogue.turns)
    first, second, third = await begun_at(process, process, process)
    assert second - first >= 0.3
    assert third - second >= 0.3


@on_postgresql
async def test_so_do_those_of_several(catalogue, url):
    other = await Catalogue.open(url, "other")
    first, second = await begun_at(Identifying(catalogue.turns), Identifying(other.turns))
    assert second - first >= 0.3
    await other.close()


@on_postgresql
async def test_a_process_that_ends_keeps_no_other_one_waiting(catalogue, url, monkeypatch):
    monkeypatch.setattr("bot.discord.identifying.PAUSE_SECONDS", 60.0)
    ending = Identifying(catalogue.turns)
    await ending.turn()
    await ending.close()
    other = await Catalogue.open(url, "other")
    async with asyncio.timeout(10):
        assert len(await begun_at(Identifying(other.turns))) == 1
    await other.close()


async def test_without_the_catalogue_a_session_begins_all_the_same(catalogue, monkeypatch, caplog):
    @asynccontextmanager
    async def away(_name):
        raise OperationalError("", {}, Exception("away"))
        yield

    monkeypatch.setattr(catalogue.turns, "turn", away)
    async with asyncio.timeout(10):
        await Identifying(catalogue.turns).turn()
    assert "without asking" in caplog.text
