"""Illustrations: what is kept of them, forgotten and refused."""

import numpy as np
import pytest
import sqlalchemy as sa

from bot.catalogue import Page, tables
from bot.illustrations import LOCAL_GUILD, Impression, Neighbour, ScoredTag, TagName
from bot.places import Scope
from tests.bot.postgresql import on_sqlite

TAGS = (ScoredTag("starry sky", "星空", 0.9, 0.5), ScoredTag("sea", "海", 0.2, 0.4))


async def test_an_illustration_comes_back_as_it_was_stored(catalogue, new):
    (moon,) = await catalogue.add([new("Moon")])
    (sun,) = await catalogue.add([new("Sun", moon)])
    stored = await catalogue.illustration(sun)
    assert (stored.title, stored.title_ja, stored.origin) == ("Sun", "月", "posted")
    assert (stored.width_px, stored.height_px, stored.thumbnail) == (640, 480, "key-Sun")
    assert stored.tags == TAGS
    assert stored.given_tags == (TagName("moon", "月"),)
    assert [(one.id, one.distance, one.title) for one in stored.similar] == [(moon, 0.0, "Moon")]
    assert stored.created_at.utcoffset().total_seconds() == 0


async def test_a_batch_keeps_its_order(catalogue, new):
    ids = await catalogue.add([new(f"number {place}") for place in range(50)])
    assert ids == sorted(ids)
    assert [(await catalogue.illustration(ids[place])).title for place in (0, 49)] == [
        "number 0",
        "number 49",
    ]


async def test_a_forgotten_illustration_leaves_every_table_and_every_reply(catalogue, new):
    moon, sun = await catalogue.add([new("Moon"), new("Sun")])
    (star,) = await catalogue.add([new("Star", moon, sun)])
    assert await catalogue.remove([moon, 999]) == ["key-Moon"]
    assert await catalogue.illustration(moon) is None
    assert [one.id for one in (await catalogue.illustration(star)).similar] == [sun]
    async with catalogue._database.reading() as connection:
        for table in (tables.embeddings, tables.scored_tags, tables.given_tags):
            ids = await connection.scalars(sa.select(table.c.illustration_id))
            assert set(ids) == {sun, star}


@on_sqlite
async def test_no_byte_of_a_forgotten_illustration_stays_in_the_files(catalogue, new, tmp_path):
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


async def test_an_id_is_never_used_twice(catalogue, new):
    (first,) = await catalogue.add([new()])
    await catalogue.remove([first])
    (second,) = await catalogue.add([new()])
    assert second > first


async def test_neighbours_that_were_forgotten_meanwhile_are_left_out(catalogue, new):
    (moon,) = await catalogue.add([new("Moon")])
    (sun,) = await catalogue.add([new("Sun", 777, moon)])
    assert [one.id for one in (await catalogue.illustration(sun)).similar] == [moon]
    assert await catalogue.resolve([[Neighbour(777, 0.1)], []]) == [(), ()]


async def test_a_batch_is_stored_completely_or_not_at_all(catalogue, new):
    await catalogue.add([new("Zero", import_key="twice")])
    with pytest.raises(sa.exc.IntegrityError):
        await catalogue.add([new("One"), new("Two", import_key="twice")])
    assert await catalogue.count() == 1


async def test_pages_are_newest_first_and_know_the_total(catalogue, new):
    ids = await catalogue.add([new(str(place)) for place in range(5)])
    await catalogue.add([new("drawn", origin="gallery"), new("elsewhere", guild_id=7)])
    posts, total = await catalogue.page(LOCAL_GUILD, Page(2, before=ids[4], origin="posted"))
    assert ([post.id for post in posts], total) == ([ids[3], ids[2]], 5)
    _, everything = await catalogue.page(LOCAL_GUILD, Page(1))
    assert everything == 6


async def test_what_was_imported_stays_known_after_it_was_forgotten(catalogue, new):
    (id_,) = await catalogue.add([new(import_key="f00d")])
    await catalogue.remove([id_])
    assert await catalogue.imported() == {"f00d"}


async def test_what_a_scope_leaves_out_is_not_resolved(catalogue, new, posted):
    (local,) = await catalogue.add([new("local")])
    (here,) = await posted(1, "here", channel_id=70)
    (there,) = await posted(2, "there", channel_id=71)
    rows = [[Neighbour(one, 0.1) for one in (local, here, there)]]

    async def resolved(scope):
        (row,) = await catalogue.resolve(rows, scope)
        return [one.id for one in row]

    assert await resolved(None) == [local, here, there]
    assert await resolved(Scope(0)) == [local]
    assert await resolved(Scope(7, frozenset({70, 71}))) == [here, there]
    assert await resolved(Scope(7, frozenset({71}))) == [there]
    assert await resolved(Scope(8, frozenset({70, 71}))) == []


async def test_what_was_handed_in_with_a_command_is_in_no_scope(catalogue, posted):
    (example,) = await posted(1, "example", channel_id=0)
    for scope in (Scope(7), Scope(7, frozenset({0, 70}))):
        assert await catalogue.resolve([[Neighbour(example, 0.1)]], scope) == [()]


async def test_where_an_illustration_stands_is_where_its_post_does(catalogue, new, posted):
    (local,) = await catalogue.add([new("Moon")])
    (shown,) = await posted(1, "Sun")
    (handed_in,) = await posted(2, "Star", channel_id=0)
    place = (await catalogue.posts.of_illustrations([shown]))[shown].place
    assert await catalogue.standings([local, shown, handed_in, 999]) == {
        local: (LOCAL_GUILD, None),
        shown: (place.guild_id, place.channel_id),
        handed_in: (place.guild_id, 0),
    }
