"""Moving a catalogue to another database: everything, or nothing."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from bot.catalogue import Catalogue, moving, tables
from bot.catalogue.engines import engine_of
from bot.errors import MoveError, StartError
from train.consented import read_consented

NEWEST = max((Path(__file__).parent / "released").glob("*.sql"))
GUILD = 700000000000000007


@pytest.fixture
def full(tmp_path: Path) -> str:
    """The URL of a SQLite catalogue with something in every table."""
    file = tmp_path / "full.sqlite"
    with closing(sqlite3.connect(file)) as database:
        database.executescript(NEWEST.read_text(encoding="utf-8"))
    return f"sqlite:///{file}"


async def content(url: str) -> dict[str, list[tuple[object, ...]]]:
    """Every row of a catalogue, by table; but for what is about processes that run now."""
    engine = engine_of(url)
    async with engine.readers.connect() as connection:
        found = {
            table.name: sorted(map(tuple, await connection.execute(sa.select(table))), key=repr)
            for table in tables.metadata.sorted_tables
            if table not in (tables.processes, tables.turns)
        }
    await engine.dispose()
    return found


async def test_there_and_back_again_everything_is_the_same(full, fresh, tmp_path):
    before, told = await content(full), []
    assert all(before.values()), "something in every table"
    moved = await moving.move(full, fresh, lambda done, whole: told.append((done, whole)))
    assert await content(fresh) == before
    rows = sum(map(len, before.values()))
    assert (moved.rows, told[-1]) == (rows, (rows, rows))
    assert moved.illustrations == len(before["illustrations"])
    back = f"sqlite:///{tmp_path / 'back.sqlite'}"
    await moving.move(fresh, back, lambda *_: None)
    assert await content(back) == before
    assert await content(full) == before


async def test_processes_that_run_on_a_catalogue_do_not_move_with_it(full, fresh):
    await moving.move(full, fresh, lambda *_: None)
    engine = engine_of(fresh)
    async with engine.readers.connect() as connection:
        for table in (tables.processes, tables.turns):
            assert (await connection.execute(sa.select(table))).all() == []
    await engine.dispose()


async def test_ids_go_on_behind_those_that_were_ever_given(full, fresh, tmp_path, new):
    """Also behind an illustration that was deleted: its id must not come again."""
    with closing(sqlite3.connect(full.removeprefix("sqlite:///"))) as database:
        query = "SELECT seq FROM sqlite_sequence WHERE name = 'illustrations'"
        ((highest,),) = database.execute(query)
    await moving.move(full, fresh, lambda *_: None)
    back = f"sqlite:///{tmp_path / 'back.sqlite'}"
    await moving.move(fresh, back, lambda *_: None)
    for url in (fresh, back):
        catalogue = await Catalogue.open(url)
        assert await catalogue.add([new("Star")]) == [highest + 1]
        await catalogue.close()


async def test_a_move_that_is_cut_off_leaves_nothing_and_can_begin_again(full, fresh):
    def cut(_done: int, _whole: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await moving.move(full, fresh, cut)
    await moving.move(full, fresh, lambda *_: None)
    assert await content(fresh) == await content(full)


async def test_a_database_with_content_is_refused_and_stays_as_it_is(full, fresh):
    catalogue = await Catalogue.open(fresh)
    await catalogue.people.opt_in(5)
    await catalogue.close()
    before = await content(fresh)
    with pytest.raises(MoveError, match=r"holds a catalogue already.*empty database"):
        await moving.move(full, fresh, lambda *_: None)
    assert await content(fresh) == before


async def test_a_copy_that_differs_is_refused(full, fresh, postgresql):
    await (await Catalogue.open(fresh)).close()
    postgresql.execute(
        "CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN NEW.title = 'lost'; RETURN NEW; END $$",
        "fresh",
    )
    postgresql.execute(
        "CREATE TRIGGER lose BEFORE INSERT ON illustrations FOR EACH ROW EXECUTE FUNCTION lose()",
        "fresh",
    )
    with pytest.raises(MoveError, match="table illustrations is not the same"):
        await moving.move(full, fresh, lambda *_: None)
    assert not any((await content(fresh)).values())


async def test_what_is_not_there_or_empty_is_not_moved(tmp_path, sqlite_url, fresh):
    missing = tmp_path / "missing.sqlite"
    with pytest.raises(MoveError, match="There is no catalogue"):
        await moving.move(f"sqlite:///{missing}", fresh, lambda *_: None)
    assert not missing.exists()
    await (await Catalogue.open(sqlite_url)).close()
    with pytest.raises(MoveError, match="is empty"):
        await moving.move(sqlite_url, fresh, lambda *_: None)


async def test_training_reads_the_same_in_the_new_place(full, fresh):
    await moving.move(full, fresh, lambda *_: None)
    before, after = [await asyncio.to_thread(read_consented, url) for url in (full, fresh)]
    assert before.illustrations == after.illustrations != ()
    assert np.array_equal(before.embeddings, after.embeddings, equal_nan=True)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://mira:hunter2@db/hoshizora", "PGPASSWORD"),
        ("postgresql://mira@db/hoshizora?password=hunter2", "PGPASSWORD"),
        ("mysql://mira@db/hoshizora", "Expected postgresql://"),
        ("hoshizora", "cannot be read"),
    ],
)
def test_a_url_that_cannot_be_used_is_refused_in_words_without_a_password(url, said):
    with pytest.raises(StartError, match=said) as caught:
        engine_of(url)
    assert "hunter2" not in str(caught.value)
