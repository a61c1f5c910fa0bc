"""Forgetting: illustrations and posts go, and every answer that showed them is seen to."""

import pytest
import sqlalchemy as sa

from bot.catalogue import NewAnswer, tables
from bot.illustrations import Neighbour
from bot.places import Place
from tests.bot.postgresql import on_sqlite


async def errands(catalogue):
    return [(one.kind, one.message_id, one.post_id) for one in await catalogue.errands.pending()]


async def rows(catalogue, table):
    async with catalogue._database.reading() as connection:
        return (await connection.execute(sa.select(table))).all()


async def test_every_answer_that_shows_it_is_rendered_again_once(catalogue, posted):
    moon, sun = await posted(1, "moon", "sun")
    await posted(2, "a", "b", near=(moon, sun), reply=22)
    await posted(3, "c", near=(sun,), reply=33)
    await posted(4, "d", near=(moon,), reply=44)
    await catalogue.answers.add(NewAnswer(55, Place(7, 70), 5), [Neighbour(moon, 0.5)])
    await catalogue.answers.add(NewAnswer(66, Place(7, 70), 5), [Neighbour(sun, 0.5)])
    assert await catalogue.remove([moon]) == ["key-moon"]
    assert sorted(await errands(catalogue)) == [
        ("render", 22, 2),
        ("render", 44, 4),
        ("render", 55, None),
    ]


async def test_an_errand_knows_where_its_message_stands(catalogue, posted):
    (moon,) = await posted(1, "moon")
    await posted(2, "a", near=(moon,), reply=22, channel_id=71, parent_id=70)
    await catalogue.remove([moon])
    (errand,) = await catalogue.errands.pending()
    assert (errand.guild_id, errand.channel_id) == (7, 71)


async def test_the_answer_to_an_image_that_is_gone_is_rendered_without_it(catalogue, posted):
    moon, _ = await posted(1, "moon", "sun", reply=11)
    await catalogue.remove([moon])
    assert await errands(catalogue) == [("render", 11, 1)]
    assert len((await catalogue.posts.get(1)).attachments) == 1


async def test_a_post_whose_images_are_all_gone_is_still_a_post(catalogue, posted):
    await catalogue.remove(await posted(1, "moon", "sun"))
    assert (await catalogue.posts.get(1)).attachments == ()


async def test_a_forgotten_post_takes_everything_of_it_along(catalogue, posted):
    moon, sun = await posted(1, "moon", "sun")
    await catalogue.marks.put(moon, 9, {"sea": True})
    await posted(2, "a", near=(moon,))
    assert await catalogue.posts.remove([1, 999]) == {moon: "key-moon", sun: "key-sun"}
    assert await catalogue.posts.get(1) is None
    assert [row.post_id for row in await rows(catalogue, tables.attachments)] == [2]
    for table in (tables.marks, tables.neighbours):
        assert await rows(catalogue, table) == []
    assert await catalogue.count() == 1


async def test_the_reply_to_a_forgotten_post_is_deleted_and_not_rendered(catalogue, posted):
    (moon,) = await posted(1, "moon", reply=11)
    (sun,) = await posted(2, "sun", near=(moon,), reply=22)
    await posted(3, "star", near=(sun,), reply=33)
    await catalogue.posts.remove([1, 2])
    assert sorted(await errands(catalogue)) == [
        ("delete", 11, None),
        ("delete", 22, None),
        ("render", 33, 3),
    ]


async def test_a_reply_that_waited_to_be_rendered_is_deleted_instead(catalogue, posted):
    (moon,) = await posted(1, "moon")
    await posted(2, "sun", near=(moon,), reply=22)
    await catalogue.remove([moon])
    await catalogue.posts.remove([2])
    assert await errands(catalogue) == [("delete", 22, None)]


async def test_a_second_reason_for_an_errand_is_not_struck_off_with_the_first(catalogue, posted):
    moon, sun = await posted(1, "moon", "sun")
    await posted(2, "a", near=(moon, sun), reply=22)
    await catalogue.remove([moon])
    (under_way,) = await catalogue.errands.pending()
    await catalogue.remove([sun])
    await catalogue.errands.done(under_way.id)
    assert await errands(catalogue) == [("render", 22, 2)]


async def test_without_its_errands_nothing_is_forgotten(catalogue, posted, refuse):
    (moon,) = await posted(1, "moon")
    await posted(2, "a", near=(moon,), reply=22)
    refuse("INSERT", "errands")
    with pytest.raises(sa.exc.IntegrityError, match="full"):
        await catalogue.remove([moon])
    with pytest.raises(sa.exc.IntegrityError, match="full"):
        await catalogue.posts.remove([1, 2])
    assert await catalogue.count() == 2
    assert await catalogue.posts.known([1, 2]) == {1, 2}


async def test_without_the_forgetting_there_are_no_errands(catalogue, posted, refuse):
    (moon,) = await posted(1, "moon")
    await posted(2, "a", near=(moon,), reply=22)
    refuse("DELETE", "illustrations")
    with pytest.raises(sa.exc.IntegrityError):
        await catalogue.remove([moon])
    assert await errands(catalogue) == []


@on_sqlite
async def test_very_many_illustrations_are_forgotten_at_once(catalogue, posted):
    """More than SQLite takes values in one statement; PostgreSQL takes twice as many."""
    (sun,) = await posted(1, "sun", reply=11)
    many = 50_000
    async with catalogue._database.writing() as connection:
        (first,) = await connection.scalars(
            sa.select(sa.func.max(tables.illustrations.c.id) + sa.literal(1))
        )
        row = dict.fromkeys(("guild_id", "width_px", "height_px"), 7)
        row |= dict.fromkeys(("origin", "title", "title_ja", "thumbnail"), "x")
        row["created_at"] = (await catalogue.posts.get(1)).created_at
        await connection.execute(sa.insert(tables.illustrations), [row] * many)
        neighbour = {"illustration_id": sun, "rank": 0, "neighbour_id": first, "distance": 0.5}
        await connection.execute(sa.insert(tables.neighbours), [neighbour])
    assert len(await catalogue.remove(range(first, first + many))) == many
    assert await catalogue.count() == 1
    assert await errands(catalogue) == [("render", 11, 1)]


@on_sqlite
async def test_no_byte_of_a_forgotten_post_stays_in_the_files(catalogue, posted, tmp_path):
    def found(text: str) -> bool:
        return any(text.encode() in file.read_bytes() for file in tmp_path.iterdir())

    moon, _ = await posted(1, "Very private title", "Another private title")
    await posted(2, "Public title", near=(moon,), reply=22)
    await catalogue.marks.put(moon, 9, {"a very private verdict": True})
    private = ("Very private title", "Another private title", "a very private verdict")
    assert all(map(found, private))
    await catalogue.posts.remove([1])
    assert not any(map(found, private))
    assert found("Public title")


@on_sqlite
async def test_no_byte_of_forgotten_marks_and_choices_stays_in_the_files(
    catalogue, posted, tmp_path
):
    def found(text: str) -> bool:
        return any(text.encode() in file.read_bytes() for file in tmp_path.iterdir())

    (moon,) = await posted(1, "moon")
    await catalogue.marks.put(moon, 9, {"a very private verdict": True})
    await catalogue.guilds.set_tag(7, "sea", alias="a very private alias")
    assert found("a very private verdict")
    assert found("a very private alias")
    await catalogue.people.forget_marks(9)
    assert not found("a very private verdict")
    await catalogue.guilds.forget(7)
    assert not found("a very private alias")
