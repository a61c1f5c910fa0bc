"""Tombstones: what is to stay forgotten is known again, and cannot be read."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.catalogue import Catalogue, tables

MOMENT = datetime(2025, 5, 5, 5, 5, tzinfo=UTC)
ID = 1234567890123456789


async def seals(catalogue):
    async with catalogue._database.reading() as connection:
        return set(await connection.scalars(sa.select(tables.tombstones.c.seal)))


async def test_a_wish_is_known_again_and_a_later_one_takes_its_place(catalogue):
    assert await catalogue.tombstones.wished_at(ID) is None
    await catalogue.tombstones.wish(ID, MOMENT)
    assert await catalogue.tombstones.wished_at(ID) == MOMENT
    await catalogue.tombstones.wish(ID, MOMENT + timedelta(days=1))
    assert await catalogue.tombstones.wished_at(ID) == MOMENT + timedelta(days=1)
    assert await catalogue.tombstones.wished_at(ID + 1) is None


async def test_a_person_and_a_post_of_the_same_number_are_two(catalogue, new_post):
    await catalogue.tombstones.wish(ID, MOMENT)
    assert await catalogue.posts.claim(new_post(ID))
    await catalogue.posts.remove([ID], for_good=True)
    assert not await catalogue.posts.claim(new_post(ID))
    assert len(await seals(catalogue)) == 2


async def test_seals_outlive_a_restart_and_are_other_ones_in_another_catalogue(
    catalogue, url, tmp_path
):
    await catalogue.tombstones.wish(ID, MOMENT)
    again = await Catalogue.open(url)
    assert await again.tombstones.wished_at(ID) == MOMENT
    await again.close()
    other = await Catalogue.open(f"sqlite:///{tmp_path / 'other.sqlite'}")
    await other.tombstones.wish(ID, MOMENT)
    assert await seals(other) != await seals(catalogue)
    await other.close()


async def test_once_the_key_is_known_no_post_reads_it_again(catalogue, new_post):
    await catalogue.tombstones.wish(ID, MOMENT)
    assert await catalogue.posts.claim(new_post(1))
    statements = []

    def note(_connection, _cursor, statement, *_more):
        statements.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        assert await catalogue.posts.claim(new_post(2))
        assert await catalogue.tombstones.wished_at(ID) == MOMENT
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    assert any("FROM tombstones" in one for one in statements)
    assert not any("states" in one for one in statements)


async def test_a_tombstone_that_was_not_stored_leaves_no_key_behind(catalogue, new_post):
    async def cut_off():
        async with catalogue._database.writing() as connection:
            await catalogue.tombstones.bury(connection, [1])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await cut_off()
    await catalogue.tombstones.wish(ID, MOMENT)
    assert await catalogue.tombstones.wished_at(ID) == MOMENT
    assert await catalogue.posts.claim(new_post(1))
