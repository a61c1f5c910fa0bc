"""A catalogue of every version that was released comes through the migrations with all it holds.

``released/`` has one for each revision, as it was left then, with invented content in every table.
After a new migration it lacks one: ``released/__main__.py`` writes it.
"""

import sqlite3
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import alembic.config
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from bot.catalogue import Catalogue, tables
from bot.catalogue.opening import MIGRATIONS, open_engine

RELEASED = sorted((Path(__file__).parent / "released").glob("*.sql"))
OWN_TABLES = {"alembic_version", "sqlite_sequence"}

# By revision and table the columns that a migration rewrites on purpose; none: the whole table.
REWRITTEN: Mapping[str, Mapping[str, set[str]]] = {
    # What is to stay forgotten is remembered without ids.
    "0004": {
        "forgotten": set(),
        "states": set(),
        "errands": {"post_id"},
        "jobs": {"asker_id", "cursor"},
        "channels": {"changed_by"},
        "taught_tags": {"created_by"},
        "tag_versions": {"created_by"},
        "refits": {"asked_by"},
    }
}


@pytest.fixture(autouse=True)
def really_migrated(monkeypatch):
    monkeypatch.setattr("bot.catalogue.database.open_engine", open_engine)


each_release = pytest.mark.parametrize("released", RELEASED, ids=lambda file: file.stem)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "catalogue.sqlite"


@pytest.fixture
def url(file: Path) -> str:
    return f"sqlite+aiosqlite:///{file}"


@pytest.fixture
async def catalogue(released: Path, file: Path, url: str) -> AsyncIterator[Catalogue]:
    """The stored catalogue, as this version of the bot opens it."""
    put_back(released, file)
    opened = await Catalogue.open(url)
    yield opened
    await opened.close()


def put_back(released: Path, file: Path) -> None:
    with closing(sqlite3.connect(file)) as database:
        database.executescript(released.read_text(encoding="utf-8"))


def content(file: Path) -> dict[str, dict[str, list[Any]]]:
    """The values of each column, by table and column, in the order of the rows' own numbers."""
    with closing(sqlite3.connect(file)) as database:
        listed = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        names = {name for (name,) in listed} - OWN_TABLES
        found = {}
        for name in names:
            cursor = database.execute(f'SELECT * FROM "{name}" ORDER BY rowid')
            rows = cursor.fetchall()
            columns = [column for column, *_ in cursor.description]
            found[name] = {
                column: [row[place] for row in rows] for place, column in enumerate(columns)
            }
    return found


def later_rewritten(released: Path) -> Iterator[tuple[str, set[str]]]:
    for revision, what in REWRITTEN.items():
        if revision > released.stem:
            yield from what.items()


def test_there_is_a_stored_catalogue_of_every_revision():
    config = alembic.config.Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    revisions = {one.revision for one in ScriptDirectory.from_config(config).walk_revisions()}
    assert {file.stem for file in RELEASED} == revisions


@each_release
def test_every_table_of_a_stored_catalogue_holds_something(released, file):
    put_back(released, file)
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("SELECT * FROM alembic_version").fetchall() == [(released.stem,)]
    empty = [
        table for table, columns in content(file).items() if not any(map(len, columns.values()))
    ]
    assert empty == []


@each_release
async def test_everything_is_there_after_the_migrations(released, file, url):
    put_back(released, file)
    before = content(file)
    await (await Catalogue.open(url)).close()
    after = content(file)
    for table, columns in later_rewritten(released):
        for column in columns or set(before.get(table, {})):
            before.get(table, {}).pop(column, None)
    for table, columns in before.items():
        for column, values in columns.items():
            assert after[table][column] == values, (table, column)
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []


@each_release
async def test_the_migrations_arrive_at_the_tables_of_the_code(catalogue):

    def differences(connection: sa.Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return compare_metadata(context, tables.metadata)

    async with catalogue._database.reading() as connection:
        assert await connection.run_sync(differences) == []


@each_release
async def test_the_catalogue_is_read_as_it_was_written(catalogue):
    moon = await catalogue.illustration(3)
    assert (moon.title, moon.title_ja, moon.width_px, moon.height_px) == ("Moon", "月", 640, 480)
    assert moon.created_at.isoformat() == "2025-06-07T08:09:10.111213+00:00"
    assert [(tag.name, tag.name_ja, tag.score) for tag in moon.tags] == [
        ("night sky", "夜空", 0.9375),
        ("sea", "", 0.25),
    ]
    assert [(one.id, one.distance) for one in moon.similar] == [(1, 0.25), (4, 1.5)]
    sun = await catalogue.illustration(1)
    assert [tag.name for tag in sun.given_tags] == ["sun", 'a "quoted" tag']
    ids, vectors = await catalogue.embeddings("enc-1", [1, 3, 4])
    assert (ids, vectors.tolist()) == ([1, 3], [[1.0, 2.0], [3.0, -1.0]])
    assert await catalogue.imported() == {"f00d" * 16}


@each_release
async def test_ids_go_on_where_they_were_also_behind_deleted_ones(catalogue, file, new):
    with closing(sqlite3.connect(file)) as database:
        query = "SELECT seq FROM sqlite_sequence WHERE name = 'illustrations'"
        ((highest,),) = database.execute(query).fetchall()
    assert highest >= 9  # The newest was deleted before the dump.
    (id_,) = await catalogue.add([replace(new("Star"), guild_id=0)])
    assert id_ == highest + 1
    assert await catalogue.remove([1, 3, id_]) != []


GUILD, CHANNEL, MIRA, THEO = (
    700000000000000007,
    710000000000000071,
    500000000000000005,
    600000000000000006,
)
since_guilds = pytest.mark.parametrize("released", RELEASED[1:], ids=lambda file: file.stem)


@since_guilds
async def test_what_guilds_and_people_chose_holds_as_before(catalogue):
    settings = await catalogue.guilds.settings(GUILD)
    assert (settings.language, settings.rules.threshold) == ("ja", 0.625)
    assert settings.rules.hidden == {"blood"}
    assert settings.rules.aliases == {"sea": "ocean"}
    assert await catalogue.people.consent(MIRA) is not None
    assert await catalogue.people.consent(THEO) is None
    marks = [one for one in await catalogue.marks.of(10) if not one.by_teacher]
    assert sorted((one.user_id, one.name, one.right) for one in marks) == [
        (MIRA, "sea", True),
        (THEO, "boat", False),
    ]


@since_guilds
async def test_no_post_is_taken_on_again_after_the_migrations(catalogue, new_post):
    known, forgotten, new_one = 810000000000000001, 810000000000000009, 810000000000000010
    taken = [
        await catalogue.posts.claim(new_post(id_, guild=GUILD), "pending")
        for id_ in (known, forgotten, new_one)
    ]
    assert [bool(one) for one in taken] == [False, False, True]


@since_guilds
async def test_whoever_had_everything_deleted_is_known_by_their_wish(catalogue):
    wished = await catalogue.tombstones.wished_at(500000000000000006)
    assert wished.isoformat() == "2025-05-05T05:05:05+00:00"
    assert await catalogue.tombstones.wished_at(MIRA) is None


@pytest.mark.parametrize("released", RELEASED[2:], ids=lambda file: file.stem)
async def test_taught_tags_answer_with_the_version_that_they_had(catalogue):
    (quay,) = [tag for tag in await catalogue.taught.of_guild(GUILD) if tag.name == "quay"]
    current = await catalogue.taught.current(quay.id, "prior-1")
    version = current.version
    assert (version.number, current.model, version.threshold) == (2, b"\x00\xff\x10", 0.625)
    assert quay.promoted
