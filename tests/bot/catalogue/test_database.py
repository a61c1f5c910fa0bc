"""The database: one writer, and what is forgotten is gone."""

import asyncio

import pytest
import sqlalchemy as sa

from bot.catalogue import tables
from bot.catalogue.database import (
    REFITS_ASKED,
    Database,
    among,
    announce,
    insert_new,
    portions,
    put,
)
from bot.catalogue.engines import ANYTHING
from tests.bot.postgresql import on_postgresql


def row(key: str = "k", value: str = "v") -> dict[str, str]:
    return {"key": key, "value": value}


async def everything(database):
    async with database.reading() as connection:
        return [tuple(one) for one in await connection.execute(sa.select(tables.states))]


async def test_what_fails_half_way_leaves_nothing(database):
    async def fail():
        async with database.writing() as connection:
            await put(connection, tables.states, [row()])
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        await fail()
    assert await everything(database) == []


async def write_at_once(writers):
    """One row by each, and never two that write at the same time."""
    inside = 0

    async def write(by, number):
        nonlocal inside
        async with by.writing() as connection:
            inside += 1
            assert inside == 1
            await put(connection, tables.states, [row(str(number))])
            inside -= 1

    await asyncio.gather(*(write(by, number) for number, by in enumerate(writers)))


async def test_one_writes_at_a_time(database):
    await write_at_once([database] * 30)
    assert len(await everything(database)) == 30


async def test_processes_write_one_at_a_time_as_well(database, url):
    other = await Database.open(url)
    await write_at_once([database, other] * 5)
    assert len(await everything(database)) == 10
    await other.close()


async def test_who_reads_sees_one_moment(database):
    async with database.reading() as connection:
        before = (await connection.execute(sa.select(tables.states))).all()
        async with database.writing() as other:
            await put(other, tables.states, [row()])
        assert (await connection.execute(sa.select(tables.states))).all() == before == []
    assert await everything(database) == [("k", "v")]


async def test_who_reads_does_not_wait_for_who_writes(database):
    async with database.writing() as connection:
        await put(connection, tables.states, [row()])
        assert await everything(database) == []
    assert await everything(database) == [("k", "v")]


async def test_a_row_is_inserted_once_and_its_first_content_stays(database):
    async with database.writing() as connection:
        assert await insert_new(connection, tables.states, [row("k", "first")]) == 1
        assert await insert_new(connection, tables.states, [row("k", "second")]) == 0
    assert await everything(database) == [("k", "first")]


async def test_putting_writes_over(database):
    async with database.writing() as connection:
        await put(connection, tables.states, [row("k", "first"), row("l", "other")])
        await put(connection, tables.states, [row("k", "second")])
    assert sorted(await everything(database)) == [("k", "second"), ("l", "other")]


async def test_refits_are_announced_when_they_can_be_read_and_not_if_they_fail(database):
    async def fail():
        async with database.writing() as connection:
            announce(connection, REFITS_ASKED)
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError):
        await fail()
    async with database.writing() as connection:
        await put(connection, tables.states, [row()])
    assert not database.refits_asked.is_set()
    async with database.forgetting() as connection:
        announce(connection, REFITS_ASKED)
        assert not database.refits_asked.is_set()
    assert database.refits_asked.is_set()


@on_postgresql
async def test_other_processes_hear_what_was_announced_when_they_can_read_it(
    database, url, until, monkeypatch
):
    monkeypatch.setattr("bot.catalogue.database.LET_FIRST_SECONDS", 0.5)
    other, heard, of_others = await Database.open(url), [], []
    other.on_news(heard.append)
    other.on_news_of_others(of_others.append)
    async with database.writing() as connection:
        announce(connection, "first")
        announce(connection, REFITS_ASKED)
        await asyncio.sleep(0.1)
        assert heard == []
    await until(lambda: heard == ["first", REFITS_ASKED])
    assert not other.refits_asked.is_set(), "the process that was asked goes first"
    await until(other.refits_asked.is_set)
    async with other.writing() as connection:
        announce(connection, "own")
    assert heard[2:] == ["own"], "at once, and not a second time from the server"
    async with database.writing() as connection:
        announce(connection, "last")
    await until(lambda: heard[3:])
    assert heard[3:] == ["last"]
    assert of_others == ["first", REFITS_ASKED, "last"]
    await other.close()


@on_postgresql
async def test_who_was_cut_off_hears_that_something_may_have_been_missed(
    database, postgresql, until, monkeypatch
):
    monkeypatch.setattr("bot.catalogue.engines.postgresql.LISTEN_AGAIN_SECONDS", 0.05)
    heard = []
    database.on_news(heard.append)
    postgresql.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
    )
    await until(lambda: heard == [ANYTHING])
    await until(database.refits_asked.is_set)


def test_portions_lose_nothing_and_are_short_enough():
    assert list(portions(range(7), 3)) == [[0, 1, 2], [3, 4, 5], [6]]
    assert list(portions([])) == []


@pytest.mark.parametrize("count", [0, 1, 40_000])
async def test_a_column_is_compared_with_however_many_values(database, count):
    async with database.writing() as connection:
        job = {"guild_id": 1, "channel_id": 1, "kind": "k"}
        await insert_new(connection, tables.notices, [job])
    values = range(1, count + 1)
    async with database.reading() as connection:
        found = await connection.scalar(
            sa.select(sa.func.count()).where(among(tables.notices.c.channel_id, values))
        )
    assert found == min(count, 1)
