"""Errands: they wait until they are done, also across a restart."""

from bot.catalogue import Catalogue
from bot.catalogue.errands import Target, insert_errands


async def note(catalogue, kind, *messages):
    async with catalogue._database.writing() as connection:
        await insert_errands(connection, kind, [Target(7, 70, one, None) for one in messages])


async def test_errands_wait_oldest_first_until_they_are_done(url):
    first = await Catalogue.open(url)
    await note(first, "render", 22, 11)
    await note(first, "delete", 33)
    await first.close()
    again = await Catalogue.open(url)
    pending = await again.errands.pending()
    assert [(one.kind, one.message_id) for one in pending] == [
        ("render", 22),
        ("render", 11),
        ("delete", 33),
    ]
    await again.errands.done(pending[0].id)
    await again.errands.done(999)
    assert [one.message_id for one in await again.errands.pending()] == [11, 33]
    await again.close()


async def test_one_message_has_one_errand_and_the_newest_counts(catalogue):
    await note(catalogue, "render", 11)
    (before,) = await catalogue.errands.pending()
    await note(catalogue, "render", 11)
    (after,) = await catalogue.errands.pending()
    assert after.id > before.id
    await note(catalogue, "delete", 11)
    (last,) = await catalogue.errands.pending()
    assert last.kind == "delete"


async def test_an_id_of_an_errand_is_never_used_twice(catalogue):
    await note(catalogue, "render", 11)
    (before,) = await catalogue.errands.pending()
    await catalogue.errands.done(before.id)
    await note(catalogue, "render", 11)
    (after,) = await catalogue.errands.pending()
    assert after.id > before.id


async def test_no_targets_are_no_errands(catalogue):
    await note(catalogue, "render")
    assert await catalogue.errands.pending() == []
