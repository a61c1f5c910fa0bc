"""Opening: migrations, and files that are none of ours."""

import asyncio
import json
from datetime import UTC, datetime

import alembic.command
import alembic.config
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from bot.catalogue import Catalogue, tables
from bot.catalogue.engines import engine_of
from bot.catalogue.opening import MIGRATIONS, open_engine
from bot.errors import StartError
from tests.bot.postgresql import on_sqlite


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """The URL of a database without any table, of every kind that there is."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'catalogue.sqlite'}"
    return request.getfixturevalue("fresh")


async def execute(url, statement):
    """One statement of any database, by itself."""
    engine = engine_of(url)
    async with engine.writers.begin() as connection:
        found = await connection.execute(sa.text(statement))
        rows = found.all() if found.returns_rows else []
    await engine.dispose()
    return rows


@pytest.fixture(autouse=True)
def really_migrated(monkeypatch):
    monkeypatch.setattr("bot.catalogue.database.open_engine", open_engine)


async def test_the_migrations_arrive_at_the_tables_of_the_code(catalogue):
    def differences(connection):
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return compare_metadata(context, tables.metadata)

    async with catalogue._database.reading() as connection:
        assert await connection.run_sync(differences) == []


async def test_opening_prints_nothing(url, capfd, caplog):
    opened = await Catalogue.open(url)
    await opened.close()
    assert capfd.readouterr() == ("", "")
    assert [record for record in caplog.records if record.name.startswith("alembic")] == []


@on_sqlite
async def test_a_file_that_is_no_database_is_refused_with_words(url, tmp_path):
    (tmp_path / "catalogue.sqlite").write_bytes(b"this is no database, but long enough\n" * 50)
    with pytest.raises(StartError, match=r"cannot be opened.*not a database"):
        await Catalogue.open(url)


async def test_a_catalogue_of_a_newer_version_is_refused_with_words(url):
    await (await Catalogue.open(url)).close()
    await execute(url, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StartError, match=r"cannot be opened.*9999"):
        await Catalogue.open(url)


async def test_a_migration_that_is_cut_off_leaves_no_half_of_itself(url, monkeypatch):
    def cut(*_arguments, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr("alembic.op.create_index", cut)
    with pytest.raises(KeyboardInterrupt):
        await Catalogue.open(url)
    monkeypatch.undo()
    engine = engine_of(url)
    async with engine.readers.connect() as connection:
        assert await connection.run_sync(lambda one: sa.inspect(one).get_table_names()) == []
    await engine.dispose()
    await (await Catalogue.open(url)).close()


async def test_processes_that_begin_at_once_migrate_once(url):
    opened = await asyncio.gather(*(Catalogue.open(url) for _ in range(3)))
    for one in opened:
        assert await one.count() == 0
        await one.close()


async def test_who_writes_keeps_nobody_from_opening(url):
    first = await Catalogue.open(url)
    async with first._database.writing():
        async with asyncio.timeout(5):
            await (await Catalogue.open(url)).close()
    await first.close()


async def test_what_was_stored_is_there_after_opening_again(url, new):
    first = await Catalogue.open(url)
    (id_,) = await first.add([new()])
    await first.close()
    again = await Catalogue.open(url)
    assert (await again.illustration(id_)).title == "Moon"
    await again.close()


# The number 1, as each kind of database writes bytes.
BYTES = {"sqlite": "x'0000803f'", "postgresql": r"'\x0000803f'"}

FIRST_CONTENT = """
INSERT INTO illustrations VALUES
  (3, 0, 'posted', 'Moon', '月', 640, 480, 'key', '2025-01-02 03:04:05'),
  (4, 0, 'gallery', 'Sun', '', 64, 48, 'yek', '2025-01-02 03:04:06');
INSERT INTO embeddings VALUES (3, 'enc', {vector});
INSERT INTO scored_tags VALUES (3, 0, 'sea', '海', 0.75, 0.5);
INSERT INTO given_tags VALUES (3, 0, 'moon', '月');
INSERT INTO neighbours VALUES (3, 0, 4, 0.25);
INSERT INTO imported VALUES ('f00d');
"""


async def migrated(url, revision, content):
    """Make a catalogue of an older version."""
    config = alembic.config.Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    engine = engine_of(url)

    def fill(connection):
        config.attributes["connection"] = connection
        alembic.command.upgrade(config, revision)
        for statement in content.replace("{vector}", BYTES[connection.dialect.name]).split(";\n"):
            if statement.strip():
                connection.exec_driver_sql(statement)

    async with engine.writers.begin() as connection:
        await connection.run_sync(fill)
    await engine.dispose()


async def test_a_catalogue_of_the_first_version_keeps_everything(url):
    await migrated(url, "0001", FIRST_CONTENT)
    catalogue = await Catalogue.open(url)
    moon = await catalogue.illustration(3)
    assert (moon.title, moon.title_ja, moon.origin, moon.thumbnail) == (
        "Moon",
        "月",
        "posted",
        "key",
    )
    assert moon.created_at.isoformat() == "2025-01-02T03:04:05+00:00"
    assert [(tag.name, tag.score, tag.threshold) for tag in moon.tags] == [("sea", 0.75, 0.5)]
    assert [tag.name for tag in moon.given_tags] == ["moon"]
    assert [(one.id, one.distance, one.place) for one in moon.similar] == [(4, 0.25, None)]
    ids, vectors = await catalogue.embeddings("enc", [3, 4])
    assert (ids, vectors.tolist()) == ([3], [[1.0]])
    assert await catalogue.imported() == {"f00d"}
    assert await catalogue.posts.guilds() == set()
    assert await catalogue.remove([4]) == ["yek"]
    await catalogue.close()


SECOND_CONTENT = """
INSERT INTO illustrations VALUES (3, 7, 'posted', 'Moon', '', 640, 480, 'key', '2025-01-02');
INSERT INTO marks VALUES (3, 9, 'sea', true, '2025-01-02 03:04:05')
"""


THIRD_CONTENT = """
INSERT INTO forgotten VALUES (1234567890123);
INSERT INTO states VALUES ('deleted_at:77777777777', '2025-05-05T05:05:00+00:00');
INSERT INTO channels VALUES (7, 70, 'reply', '2025-05-05 05:04:00.000000', 77777777777);
INSERT INTO channels VALUES (7, 71, 'reply', '2025-05-05 05:06:00.000000', 77777777777);
INSERT INTO errands VALUES (1, 'delete', 7, 70, 11, 1234567890123);
INSERT INTO jobs VALUES (1, 'import', 7, 70, 77777777777, 0, 'done', 1.0, '',
  '{"place_id": 70, "message_id": 1234567890123, "read": 5, "taken": 3, "failed": 1}', NULL,
  '2025-05-05 05:04:00.000000', '2025-05-05 05:04:30.000000')
"""


async def test_what_the_third_version_remembered_by_ids_is_remembered_without_them(
    url, tmp_path, new_post
):
    await migrated(url, "0003", THIRD_CONTENT)
    catalogue = await Catalogue.open(url)
    moment = datetime(2025, 5, 5, 5, 5, tzinfo=UTC)
    assert not await catalogue.posts.claim(new_post(1234567890123))
    assert await catalogue.posts.claim(new_post(1234567890124))
    assert await catalogue.tombstones.wished_at(77777777777) == moment
    assert await catalogue.tombstones.wished_at(77777777778) is None
    modes = (await catalogue.guilds.settings(7)).modes
    assert (modes[70].changed_by, modes[71].changed_by) == (0, 77777777777), "chosen since"
    (job,) = await catalogue.jobs.of_guild(7, 9)
    assert job.asker_id == 0
    assert json.loads(job.cursor) == {
        "place_id": 0,
        "message_id": 0,
        "read": 5,
        "taken": 3,
        "failed": 1,
    }
    await catalogue.guilds.forget_channel(7, 71)
    assert await catalogue.erase()
    await catalogue.close()
    if url.startswith("postgresql"):
        return  # Whose files are looked through elsewhere.
    content = (tmp_path / "catalogue.sqlite").read_bytes()
    for id_ in (1234567890123, 77777777777):
        assert str(id_).encode() not in content
        assert id_.to_bytes(6, "big") not in content


async def test_marks_of_the_second_version_are_none_of_teachers(url):
    await migrated(url, "0002", SECOND_CONTENT)
    catalogue = await Catalogue.open(url)
    (mark,) = await catalogue.marks.of(3)
    assert (mark.user_id, mark.name, mark.right, mark.by_teacher) == (9, "sea", True, False)
    await catalogue.marks.put(3, 8, {"sea": True})
    await catalogue.close()
