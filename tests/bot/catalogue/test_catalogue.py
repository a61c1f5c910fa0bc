"""The catalogue: what it keeps, forgets and refuses."""

import sqlite3
from dataclasses import replace

import numpy as np
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from bot.catalogue import Catalogue, Page, tables
from bot.errors import StartError
from bot.illustrations import (
    LOCAL_GUILD,
    Impression,
    Neighbour,
    NewIllustration,
    ScoredTag,
    TagName,
)

TAGS = (ScoredTag("starry sky", "星空", 0.9, 0.5), ScoredTag("sea", "海", 0.2, 0.4))


def new(title: str = "Moon", *near: int, **changes) -> NewIllustration:
    similar = tuple(Neighbour(id_, 0.25 * place) for place, id_ in enumerate(near))
    made = NewIllustration(
        guild_id=LOCAL_GUILD,
        origin="posted",
        title=title,
        title_ja="月",
        width_px=640,
        height_px=480,
        thumbnail=f"key-{title}",
        encoder_id="enc",
        impression=Impression(np.arange(4, dtype=np.float32), TAGS, similar),
        given_tags=(TagName("moon", "月"),),
    )
    return replace(made, **changes)


@pytest.fixture
def url(tmp_path):
    return f"sqlite+aiosqlite:///{tmp_path / 'catalogue.sqlite'}"


@pytest.fixture
async def catalogue(url):
    opened = await Catalogue.open(url)
    yield opened
    await opened.close()


async def test_an_illustration_comes_back_as_it_was_stored(catalogue):
    (moon,) = await catalogue.add([new("Moon")])
    (sun,) = await catalogue.add([new("Sun", moon)])
    stored = await catalogue.illustration(sun)
    assert (stored.title, stored.title_ja, stored.origin) == ("Sun", "月", "posted")
    assert (stored.width_px, stored.height_px, stored.thumbnail) == (640, 480, "key-Sun")
    assert stored.tags == TAGS
    assert stored.given_tags == (TagName("moon", "月"),)
    assert [(one.id, one.distance, one.title) for one in stored.similar] == [(moon, 0.0, "Moon")]
    assert stored.created_at.utcoffset().total_seconds() == 0


async def test_a_batch_keeps_its_order(catalogue):
    ids = await catalogue.add([new(f"number {place}") for place in range(50)])
    assert ids == sorted(ids)
    assert [(await catalogue.illustration(ids[place])).title for place in (0, 49)] == [
        "number 0",
        "number 49",
    ]


async def test_what_was_stored_is_there_after_opening_again(url):
    first = await Catalogue.open(url)
    (id_,) = await first.add([new()])
    await first.close()
    again = await Catalogue.open(url)
    assert (await again.illustration(id_)).title == "Moon"
    await again.close()


async def test_a_forgotten_illustration_leaves_every_table_and_every_reply(catalogue):
    moon, sun = await catalogue.add([new("Moon"), new("Sun")])
    (star,) = await catalogue.add([new("Star", moon, sun)])
    assert await catalogue.remove([moon, 999]) == ["key-Moon"]
    assert await catalogue.illustration(moon) is None
    assert [one.id for one in (await catalogue.illustration(star)).similar] == [sun]
    async with catalogue._engine.connect() as connection:
        for table in (tables.embeddings, tables.scored_tags, tables.given_tags):
            ids = await connection.scalars(sa.select(table.c.illustration_id))
            assert set(ids) == {sun, star}


async def test_no_byte_of_a_forgotten_illustration_stays_in_the_files(catalogue, tmp_path):
    vector = np.frombuffer(b"a face of a cat." * 4, np.float32)
    impression = Impression(vector, TAGS, ())
    (id_,) = await catalogue.add([new("Very private title", impression=impression)])
    await catalogue.add([new("Another")])

    def found(text: bytes) -> bool:
        return any(text in file.read_bytes() for file in tmp_path.iterdir())

    assert found(b"Very private title")
    assert found(b"a face of a cat.")
    await catalogue.remove([id_])
    assert not found(b"Very private title")
    assert not found(b"a face of a cat.")


async def test_an_id_is_never_used_twice(catalogue):
    (first,) = await catalogue.add([new()])
    await catalogue.remove([first])
    (second,) = await catalogue.add([new()])
    assert second > first


async def test_neighbours_that_were_forgotten_meanwhile_are_left_out(catalogue):
    (moon,) = await catalogue.add([new("Moon")])
    (sun,) = await catalogue.add([new("Sun", 777, moon)])
    assert [one.id for one in (await catalogue.illustration(sun)).similar] == [moon]
    assert await catalogue.resolve([[Neighbour(777, 0.1)], []]) == [(), ()]


async def test_a_batch_is_stored_completely_or_not_at_all(catalogue):
    await catalogue.add([new("Zero", import_key="twice")])
    with pytest.raises(sa.exc.IntegrityError):
        await catalogue.add([new("One"), new("Two", import_key="twice")])
    assert await catalogue.count() == 1


async def test_pages_are_newest_first_and_know_the_total(catalogue):
    ids = await catalogue.add([new(str(place)) for place in range(5)])
    await catalogue.add([new("drawn", origin="gallery"), new("elsewhere", guild_id=7)])
    posts, total = await catalogue.page(LOCAL_GUILD, Page(2, before=ids[4], origin="posted"))
    assert ([post.id for post in posts], total) == ([ids[3], ids[2]], 5)
    _, everything = await catalogue.page(LOCAL_GUILD, Page(1))
    assert everything == 6


async def test_another_guild_sees_only_its_own(catalogue):
    here, there = await catalogue.add([new("here"), new("there", guild_id=7)])
    assert (await catalogue.allowed_ids(7)).tolist() == [there]
    assert (await catalogue.allowed_ids(LOCAL_GUILD)).tolist() == [here]


async def test_a_guild_that_is_alone_needs_no_filter(catalogue):
    await catalogue.add([new()])
    assert await catalogue.allowed_ids(LOCAL_GUILD) is None
    assert (await catalogue.allowed_ids(7)).tolist() == []


async def test_embeddings_are_those_of_one_encoder(catalogue):
    ids = await catalogue.add([new("a"), new("b"), new("c", encoder_id="other")])
    found, vectors = await catalogue.embeddings("enc", ids[::-1])
    assert found == ids[:2]
    assert vectors.tolist() == [[0, 1, 2, 3]] * 2
    assert await catalogue.embedded_ids("other") == {ids[2]}
    nothing, empty = await catalogue.embeddings("enc", [])
    assert (nothing, empty.shape) == ([], (0, 0))


async def test_what_was_imported_stays_known_after_it_was_forgotten(catalogue):
    (id_,) = await catalogue.add([new(import_key="f00d")])
    await catalogue.remove([id_])
    assert await catalogue.imported() == {"f00d"}


async def test_the_migrations_arrive_at_the_tables_of_the_code(catalogue):
    def differences(connection):
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return compare_metadata(context, tables.metadata)

    async with catalogue._engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_opening_prints_nothing(url, capfd, caplog):
    opened = await Catalogue.open(url)
    await opened.close()
    assert capfd.readouterr() == ("", "")
    assert [record for record in caplog.records if record.name.startswith("alembic")] == []


async def test_a_file_that_is_no_database_is_refused_with_words(url, tmp_path):
    (tmp_path / "catalogue.sqlite").write_bytes(b"this is no database, but long enough\n" * 50)
    with pytest.raises(StartError, match=r"cannot be opened.*not a database"):
        await Catalogue.open(url)


async def test_a_catalogue_of_a_newer_version_is_refused_with_words(url, tmp_path):
    await (await Catalogue.open(url)).close()
    with sqlite3.connect(tmp_path / "catalogue.sqlite") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(StartError, match=r"cannot be opened.*9999"):
        await Catalogue.open(url)


async def test_a_migration_that_is_cut_off_leaves_no_half_of_itself(url, tmp_path, monkeypatch):
    def cut(*_arguments, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr("alembic.op.create_index", cut)
    with pytest.raises(KeyboardInterrupt):
        await Catalogue.open(url)
    monkeypatch.undo()
    with sqlite3.connect(tmp_path / "catalogue.sqlite") as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == []
    connection.close()
    await (await Catalogue.open(url)).close()


async def test_embeddings_of_a_new_encoder_are_added_to_what_still_exists(catalogue):
    ids = await catalogue.add([new("a"), new("b")])
    assert await catalogue.unembedded("enc") == []
    assert await catalogue.unembedded("next") == list(zip(ids, ["key-a", "key-b"], strict=True))
    await catalogue.remove([ids[0]])
    stored = await catalogue.add_embeddings("next", ids, np.ones((2, 3), np.float32))
    assert stored == [False, True]
    assert await catalogue.unembedded("next") == []
    assert await catalogue.embedded_ids("next") == {ids[1]}
