"""SQLite's own: one lock; what is forgotten leaves the log at once, the file within a day."""

import asyncio
import sqlite3
from datetime import UTC, datetime

import numpy as np
import pytest
import sqlalchemy as sa

from bot.catalogue import tables
from bot.catalogue.database import Database, insert_new, portions, put
from tests.bot.remains import forms_of_id, remains


@pytest.fixture
async def database(sqlite_url):
    opened = await Database.open(sqlite_url)
    yield opened
    await opened.close()


def row(key: str = "k", value: str = "v") -> dict[str, str]:
    return {"key": key, "value": value}


async def test_forgetting_empties_the_log_only_if_something_went(database, tmp_path):
    log = tmp_path / "catalogue.sqlite-wal"
    async with database.writing() as connection:
        await put(connection, tables.states, [row()])
    assert log.stat().st_size > 0
    async with database.forgetting() as connection:
        await connection.execute(sa.delete(tables.states).where(tables.states.c.key == "unknown"))
    assert log.stat().st_size > 0
    async with database.forgetting() as connection:
        await connection.execute(sa.delete(tables.states))
    assert log.stat().st_size == 0


async def test_who_reads_and_then_writes_waits_for_another_program_that_has_the_lock(
    database, tmp_path
):
    other = sqlite3.connect(tmp_path / "catalogue.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    async def read_and_write():
        async with database.writing() as connection:
            await connection.execute(sa.select(tables.states))
            await put(connection, tables.states, [row()])

    writing = asyncio.create_task(read_and_write())
    await asyncio.sleep(0.3)
    assert not writing.done()
    other.execute("ROLLBACK")
    other.close()
    await writing
    async with database.reading() as connection:
        assert await connection.scalar(sa.select(tables.states.c.value)) == "v"


async def test_who_reads_keeps_the_log_from_being_emptied_and_that_is_said(database, monkeypatch):
    monkeypatch.setattr("bot.catalogue.engines.sqlite.BUSY_TIMEOUT_MS", 10)
    async with database.writing() as connection:
        await put(connection, tables.states, [row()])
    async with database.reading() as reader:
        await reader.execute(sa.select(tables.states))
        assert not await database.erase()
    assert await database.erase()


async def test_nothing_of_what_was_deleted_is_in_the_files_after_erasing(database, tmp_path):
    random = np.random.default_rng(5)
    ids = random.integers(2**60, 2**62, 2000).tolist()
    posts = {
        "guild_id": 7,
        "channel_id": 70,
        "parent_id": 0,
        "private": False,
        "created_at": datetime.now(UTC),
        "state": "pending",
        "outdated": False,
    }
    for some in portions(ids, 200):
        async with database.writing() as connection:
            rows = [posts | {"id": id_, "author_id": id_ + 1} for id_ in some]
            await insert_new(connection, tables.posts, rows)
    gone, kept = ids[::5], ids[1::5]
    for some in portions(gone, 50):
        async with database.forgetting() as connection:
            await connection.execute(sa.delete(tables.posts).where(tables.posts.c.id.in_(some)))
    of_gone, of_kept = ({str(id_): forms_of_id(id_) for id_ in some} for some in (gone, kept))
    # What SQLite leaves although it overwrites: the reason for erasing.
    assert remains(tmp_path, of_gone)
    assert await database.erase()
    assert remains(tmp_path, of_gone) == {}
    assert remains(tmp_path, of_kept).keys() == of_kept.keys()


async def test_the_file_is_written_anew_twice_after_something_was_forgotten_and_not_without(
    database,
):
    async def free_pages_after_erasing():
        async with database.writing() as connection:
            await put(connection, tables.states, [row("k", "v" * 100_000)])
            await connection.execute(sa.delete(tables.states))
        assert await database.erase()
        async with database.reading() as connection:
            return await connection.scalar(
                sa.text("SELECT freelist_count FROM pragma_freelist_count")
            )

    assert [await free_pages_after_erasing() > 0 for _ in range(3)] == [False, False, True]
    async with database.forgetting() as connection:
        await put(connection, tables.states, [row()])
    assert [await free_pages_after_erasing() > 0 for _ in range(3)] == [False, False, True]
