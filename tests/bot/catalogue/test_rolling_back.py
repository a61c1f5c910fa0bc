"""Going back: a version's examples count again, whatever was said since."""

import pytest

from bot.catalogue import Examples


@pytest.fixture
async def tag_id(catalogue, posted, taught, published):
    """A tag whose first version has two positives and a negative, and the second other ones."""
    await posted(1, "a", "b", "c", "d")
    await catalogue.people.opt_in(5)
    tag_id = await taught("dusk", 1, 2)
    await catalogue.taught.teach_marks(tag_id, 9, {3: False})
    await published(tag_id)
    await catalogue.taught.teach_marks(tag_id, 8, {1: False, 4: True})
    await catalogue.taught.teach_marks(tag_id, 9, {1: False, 2: None, 3: True})
    await published(tag_id)
    return tag_id


async def version(catalogue, tag_id, number):
    return next(one for one in await catalogue.taught.versions(tag_id) if one.number == number)


async def test_what_counted_then_counts_again(catalogue, tag_id, published):
    assert await catalogue.taught.examples(tag_id) == Examples((3, 4), (1,))
    first = await version(catalogue, tag_id, 1)
    await catalogue.taught.roll_back(tag_id, first.id, 7)
    assert await catalogue.taught.examples(tag_id) == Examples((1, 2), (3,))
    (refit,) = await catalogue.taught.pending_refits()
    assert (refit.tag_id, refit.reason, refit.asked_by) == (tag_id, "rolled_back", 7)
    assert await published(tag_id, reason="rolled_back") == 3


async def test_one_can_go_forward_again(catalogue, tag_id, published):
    second = await version(catalogue, tag_id, 2)
    await catalogue.taught.roll_back(tag_id, (await version(catalogue, tag_id, 1)).id, 7)
    await published(tag_id)
    await catalogue.taught.roll_back(tag_id, second.id, 7)
    assert await catalogue.taught.examples(tag_id) == Examples((3, 4), (1,))


async def test_what_is_said_afterwards_builds_on_it(catalogue, tag_id):
    await catalogue.taught.roll_back(tag_id, (await version(catalogue, tag_id, 1)).id, 7)
    await catalogue.taught.teach_marks(tag_id, 8, {4: False})
    assert await catalogue.taught.examples(tag_id) == Examples((1, 2), (3, 4))


async def test_what_members_say_outside_of_teaching_stays_theirs(catalogue, tag_id):
    await catalogue.marks.put(4, 3, {"dusk": True, "sea": True})
    await catalogue.taught.roll_back(tag_id, (await version(catalogue, tag_id, 1)).id, 7)
    assert await catalogue.marks.verdicts_of(4, 3) == {"dusk": True, "sea": True}


async def test_what_may_not_be_learnt_from_any_more_does_not_come_back(catalogue, tag_id):
    first = await version(catalogue, tag_id, 1)
    await catalogue.people.opt_out(5)
    await catalogue.remove([1])
    await catalogue.taught.roll_back(tag_id, first.id, 7)
    assert await catalogue.taught.examples(tag_id) == Examples((2,), ())
