"""What may be learnt from, and whose word counts."""

import pytest

from bot.catalogue import Examples
from bot.errors import UnknownTagError
from bot.illustrations import LOCAL_GUILD

NONE = Examples((), ())


async def test_only_marks_on_illustrations_of_authors_who_consent_now_are_learnt_from(
    catalogue, posted, taught
):
    (willing,) = await posted(1, "a", author=5)
    (unwilling,) = await posted(2, "b", author=6)
    tag_id = await taught()
    await catalogue.taught.teach_marks(tag_id, 6, {willing: True, unwilling: True})
    assert await catalogue.taught.examples(tag_id) == NONE
    await catalogue.people.opt_in(5)
    assert await catalogue.taught.examples(tag_id) == Examples((willing,), ())
    await catalogue.people.opt_out(5)
    assert await catalogue.taught.examples(tag_id) == NONE


async def test_who_marks_need_not_consent_and_does_not_consent_for_the_author(
    catalogue, posted, taught
):
    (id_,) = await posted(1, "a", author=5)
    tag_id = await taught()
    await catalogue.taught.teach_marks(tag_id, 6, {id_: False})
    await catalogue.people.opt_in(6)
    assert await catalogue.taught.examples(tag_id) == NONE
    await catalogue.people.opt_in(5)
    await catalogue.people.opt_out(6)
    assert await catalogue.taught.examples(tag_id) == Examples((), (id_,))


async def test_what_was_handed_in_is_learnt_from_without_its_authors_consent(
    catalogue, posted, taught
):
    handed, other = await posted(1, "a", "b", author=5)
    tag_id = await taught("dusk", handed)
    await catalogue.taught.teach_marks(tag_id, 9, {other: True})
    assert await catalogue.taught.examples(tag_id) == Examples((handed,), ())


async def test_in_the_local_channel_everything_is_learnt_from(catalogue, new, taught):
    first, second = await catalogue.add([new("a"), new("b")])
    tag_id = await taught("dusk", guild=LOCAL_GUILD, by=0)
    await catalogue.taught.teach_marks(tag_id, 0, {first: True, second: False})
    assert await catalogue.taught.examples(tag_id) == Examples((first,), (second,))
    assert (await catalogue.taught.trainable_ids(LOCAL_GUILD)).tolist() == [first, second]


async def test_the_majority_decides_and_a_tie_counts_for_nothing(catalogue, posted, taught):
    most, even, least = await posted(1, "a", "b", "c")
    await catalogue.people.opt_in(5)
    tag_id = await taught()
    for user_id, right in ((1, True), (2, False), (3, True)):
        await catalogue.taught.teach_marks(tag_id, user_id, {most: right, least: not right})
    for user_id, right in ((1, True), (2, False)):
        await catalogue.taught.teach_marks(tag_id, user_id, {even: right})
    assert await catalogue.taught.examples(tag_id) == Examples((most,), (least,))


async def test_where_a_teacher_spoke_only_teachers_count(catalogue, posted, taught):
    first, second = await posted(1, "a", "b")
    await catalogue.people.opt_in(5)
    tag_id = await taught()
    for member in (1, 2, 3):
        await catalogue.marks.put(first, member, {"dusk": False})
        await catalogue.marks.put(second, member, {"dusk": False})
    await catalogue.taught.teach_marks(tag_id, 9, {first: True})
    assert await catalogue.taught.examples(tag_id) == Examples((first,), (second,))
    assert await catalogue.taught.examples(tag_id, teachers_only=True) == Examples((first,), ())


async def test_marks_of_another_tag_or_guild_are_none_of_this_one(catalogue, posted, taught):
    (here,) = await posted(1, "a")
    (there,) = await posted(2, "b", guild=8)
    tag_id = await taught()
    other_tag, elsewhere = await taught("dawn", here), await taught("dusk", there, guild=8)
    assert await catalogue.taught.examples(tag_id) == NONE
    assert await catalogue.taught.examples(other_tag) == Examples((here,), ())
    assert await catalogue.taught.examples(elsewhere) == Examples((there,), ())
    assert await catalogue.taught.marked_ids(tag_id) == set()


async def test_it_is_known_who_marked_what_whether_it_may_be_learnt_from_or_not(
    catalogue, posted, taught
):
    first, second, third = await posted(1, "a", "b", "c")
    tag_id = await taught()
    await catalogue.taught.teach_marks(tag_id, 9, {first: True})
    await catalogue.taught.teach_marks(tag_id, 8, {second: False})
    await catalogue.marks.put(third, 8, {"dusk": True})
    marked = catalogue.taught.marked_ids
    assert await marked(tag_id) == {first, second, third}
    assert await marked(tag_id, teachers_only=True) == {first, second}
    assert await marked(tag_id, 8) == {second, third}
    assert await marked(tag_id, 8, teachers_only=True) == {second}


async def test_of_a_removed_tag_nothing_is_known(catalogue, taught):
    tag_id = await taught()
    await catalogue.taught.remove(tag_id)
    for ask in (catalogue.taught.examples, catalogue.taught.marked_ids):
        with pytest.raises(UnknownTagError, match=f"no taught tag {tag_id}"):
            await ask(tag_id)


async def test_the_dialogue_is_offered_only_what_may_be_learnt_from_and_seen(
    catalogue, posted, taught
):
    (willing,) = await posted(1, "a", author=5)
    (hidden,) = await posted(2, "b", author=5, channel_id=71)
    handed, _ = await posted(3, "c", "d", author=6)
    (from_a_command,) = await posted(4, "e", author=9, channel_id=0)
    (elsewhere,) = await posted(5, "f", author=5, guild=8)
    await taught("dusk", handed, from_a_command)
    await catalogue.people.opt_in(5)
    trainable = catalogue.taught.trainable_ids
    assert (await trainable(7)).tolist() == [willing, hidden, handed, from_a_command]
    assert (await trainable(7, {70})).tolist() == [willing, handed]
    assert (await trainable(7, set())).tolist() == []
    assert (await trainable(8)).tolist() == [elsewhere]
