"""Turns: what one process does at a time, though every process would."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.catalogue import Catalogue, claiming, tables
from tests.bot.postgresql import on_postgresql, on_sqlite


@pytest.fixture(autouse=True)
def in_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.catalogue.turns.LOOK_SECONDS", 0.01)


@pytest.fixture
async def processes(url: str) -> AsyncIterator[list[Catalogue]]:
    """The catalogue as two processes have it open."""
    async with AsyncExitStack() as stack:
        opened = [await Catalogue.open(url, name) for name in ("one", "two")]
        for one in opened:
            stack.push_async_callback(one.close)
        yield opened


@on_postgresql
async def test_of_many_who_want_a_turn_one_has_it_at_a_time(processes):
    having, most = 0, 0

    async def work(catalogue: Catalogue) -> None:
        nonlocal having, most
        async with catalogue.turns.turn("tidying"):
            having += 1
            most = max(most, having)
            await asyncio.sleep(0.02)
            having -= 1

    await asyncio.gather(*(work(one) for one in processes * 3))
    assert most == 1


@on_postgresql
async def test_who_does_not_wait_hears_that_it_is_anothers_turn(processes):
    one, other = processes
    async with one.turns.turn("tidying") as mine:
        async with other.turns.turn("tidying", wait=False) as theirs:
            assert (mine, theirs) == (True, False)
        async with other.turns.turn("dusting", wait=False) as theirs:
            assert theirs
    async with other.turns.turn("tidying", wait=False) as theirs:
        assert theirs


@on_postgresql
async def test_the_turn_of_a_process_that_is_gone_is_anybodys_after_its_lease(
    processes, monkeypatch
):
    one, other = processes
    monkeypatch.setattr(claiming, "LEASE", timedelta(seconds=-1))
    assert await one.turns._take("tidying"), "and then it is killed"
    monkeypatch.undo()
    async with other.turns.turn("tidying", wait=False) as mine:
        assert mine


@on_postgresql
async def test_a_turn_that_takes_longer_than_a_lease_is_kept(processes, until, monkeypatch):
    one, other = processes
    monkeypatch.setattr(claiming, "KEEP_SECONDS", 0.01)

    async def claimed_until() -> datetime:
        async with one.turns._database.reading() as connection:
            return await connection.scalar(sa.select(tables.turns.c.claimed_until))

    async def is_kept() -> bool:
        return await claimed_until() > first

    async with one.turns.turn("tidying"):
        first = await claimed_until()
        await until(is_kept)
        async with other.turns.turn("tidying", wait=False) as mine:
            assert not mine


@on_postgresql
async def test_a_process_that_is_started_again_has_its_turn_at_once(processes, url):
    assert await processes[0].turns._take("tidying"), "and then it is killed"
    restarted = await Catalogue.open(url, "one")
    async with restarted.turns.turn("tidying", wait=False) as mine:
        assert mine
    await restarted.close()


@on_sqlite
async def test_without_other_processes_turns_are_taken_all_the_same(processes):
    turns = processes[0].turns
    async with turns.turn("tidying"), turns.turn("tidying", wait=False) as mine:
        assert not mine
