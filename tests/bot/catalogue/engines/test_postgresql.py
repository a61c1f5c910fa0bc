"""PostgreSQL's own: what is forgotten leaves the tables' files, whichever process forgot it."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import numpy as np
import pytest
import sqlalchemy as sa

from bot.catalogue import Catalogue, DatabaseTroubleError, tables
from bot.catalogue.database import Database, insert_new, put
from bot.errors import StartError
from tests.bot.postgresql import CATALOGUE, Server
from tests.bot.remains import forms_of_id, remains

POST = {
    "guild_id": 7,
    "channel_id": 70,
    "parent_id": 0,
    "private": False,
    "created_at": datetime.now(UTC),
    "state": "pending",
    "outdated": False,
}
STATE = {"key": "k", "value": "v"}


@pytest.fixture
async def databases(postgresql: Server) -> AsyncIterator[list[Database]]:
    """The database as two processes have it open."""
    async with AsyncExitStack() as stack:
        url = postgresql.emptied()
        opened = [await Database.open(url) for _ in range(2)]
        for one in opened:
            stack.push_async_callback(one.close)
        yield opened


@pytest.fixture
def database(databases) -> Database:
    return databases[0]


async def forget_something(database: Database) -> None:
    async with database.forgetting() as connection:
        await put(connection, tables.states, [STATE])


async def rewritten(database: Database) -> set[int]:
    """The files of the tables."""
    async with database.reading() as connection:
        files = sa.text("SELECT pg_relation_filenode(oid) FROM pg_class WHERE relname = 'posts'")
        return set(await connection.scalars(files))


async def test_nothing_of_what_was_deleted_is_in_the_tables_files_after_erasing(
    database, postgresql
):
    ids = np.random.default_rng(5).integers(2**60, 2**62, 400).tolist()
    async with database.writing() as connection:
        rows = [POST | {"id": id_, "author_id": 5} for id_ in ids]
        await insert_new(connection, tables.posts, rows)
    gone, kept = ids[::40], ids[1::40]
    async with database.forgetting() as connection:
        await connection.execute(sa.delete(tables.posts).where(tables.posts.c.id.in_(gone)))
    of_gone, of_kept = ({str(id_): forms_of_id(id_) for id_ in some} for some in (gone, kept))
    ((number,),) = postgresql.execute(f"SELECT oid FROM pg_database WHERE datname='{CATALOGUE}'")
    files = postgresql.data / "base" / str(number)
    postgresql.execute("CHECKPOINT")
    assert remains(files, of_gone)
    assert await database.erase()
    postgresql.execute("CHECKPOINT")
    assert remains(files, of_gone) == {}
    assert remains(files, of_kept).keys() == of_kept.keys()


async def test_the_tables_are_written_anew_twice_after_something_was_forgotten_by_any_process(
    databases,
):
    one, other = databases
    files = [await rewritten(one)]
    assert await one.erase()
    assert [await rewritten(one)] == files, "nothing was forgotten"
    await forget_something(one)
    for database in (other, one, other):
        assert await database.erase()
        files.append(await rewritten(one))
    assert files[0] != files[1] != files[2] == files[3]


async def test_who_forgets_nothing_asks_for_nothing(database):
    before = await rewritten(database)
    async with database.forgetting() as connection:
        await connection.execute(sa.select(tables.states))
    assert await database.erase()
    assert await rewritten(database) == before


async def test_what_is_forgotten_while_the_tables_are_written_anew_asks_for_it_again(
    databases, monkeypatch
):
    one, other = databases
    await forget_something(one)
    noting = one._engine._note_erased

    async def later(noted: str) -> None:
        await forget_something(other)
        await noting(noted)

    monkeypatch.setattr(one._engine, "_note_erased", later)
    assert await one.erase()
    monkeypatch.undo()
    files = [await rewritten(one)]
    for _ in range(3):
        assert await one.erase()
        files.append(await rewritten(one))
    assert files[0] != files[1] != files[2] == files[3]


async def test_who_reads_keeps_the_tables_from_being_written_anew_and_that_is_said(
    database, monkeypatch, caplog
):
    monkeypatch.setattr("bot.catalogue.engines.postgresql.LOCK_TIMEOUT_SECONDS", 0.2)
    await forget_something(database)
    async with database.reading() as reader:
        await reader.execute(sa.select(tables.posts))
        assert not await database.erase()
    assert "could not be written anew" in caplog.text
    assert await database.erase()


async def test_who_reads_can_write_nothing(database):
    async with database.reading() as connection:
        with pytest.raises(sa.exc.DBAPIError, match="read-only"):
            await put(connection, tables.states, [STATE])


async def test_connections_that_the_server_has_ended_are_replaced(database, postgresql):
    async with database.reading() as connection:
        await connection.execute(sa.select(tables.states))
    end_all = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname='{CATALOGUE}'"
    postgresql.execute(end_all)
    async with database.writing() as connection:
        await put(connection, tables.states, [STATE])


async def test_a_connection_that_is_lost_amid_a_statement_is_trouble_that_may_pass(
    database, postgresql
):
    async with database.reading() as connection:
        await connection.execute(sa.select(tables.states))
        postgresql.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            f"WHERE datname='{CATALOGUE}' AND state <> 'idle'"
        )
        with pytest.raises(DatabaseTroubleError):
            await connection.execute(sa.select(tables.states))


async def test_who_is_cancelled_amid_a_statement_leaves_no_transaction_open(database):
    async def wait() -> None:
        async with database.writing() as connection:
            await put(connection, tables.states, [STATE])
            await connection.execute(sa.select(sa.func.pg_sleep(60)))

    task = asyncio.create_task(wait())
    await asyncio.sleep(0.5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(20), database.writing() as connection:
        assert (await connection.execute(sa.select(tables.states))).all() == []


async def test_a_server_that_cannot_be_reached_is_told_in_one_line(tmp_path):
    with pytest.raises(StartError, match=r"cannot be opened: .*No such file.*PGPASSWORD") as it:
        await Catalogue.open(f"postgresql://mira@/hoshizora?host={tmp_path}")
    assert "\n" not in str(it.value)


async def test_a_driver_that_is_missing_is_told_with_its_command(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StartError, match=r"pip install 'hoshizora\[postgresql\]'"):
        await Catalogue.open("postgresql://mira@db/hoshizora")
