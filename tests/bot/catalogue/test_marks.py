"""Marks: everybody's own."""

from datetime import UTC, datetime

import pytest

from bot.errors import UnknownPostError


async def test_a_person_can_change_one_verdict_and_keeps_the_others(catalogue, posted):
    (id_,) = await posted(1, "a")
    before = datetime.now(UTC)
    await catalogue.marks.put(id_, 9, {"sea": True, "sky": False})
    await catalogue.marks.put(id_, 9, {"sea": False})
    await catalogue.marks.put(id_, 9, {})
    assert await catalogue.marks.verdicts_of(id_, 9) == {"sea": False, "sky": False}
    assert await catalogue.marks.verdicts_of(id_, 8) == {}
    assert all(before <= mark.created_at for mark in await catalogue.marks.of(id_))


async def test_a_verdict_can_be_taken_back(catalogue, posted):
    (id_,) = await posted(1, "a")
    await catalogue.marks.put(id_, 9, {"sea": True, "sky": False})
    await catalogue.marks.put(id_, 8, {"sea": True})
    await catalogue.marks.put(id_, 9, {"sea": None, "sky": True})
    assert await catalogue.marks.verdicts_of(id_, 9) == {"sky": True}
    assert await catalogue.marks.verdicts_of(id_, 8) == {"sea": True}


async def test_everybody_has_their_own_verdicts(catalogue, posted):
    first, second = await posted(1, "a", "b")
    await catalogue.marks.put(first, 9, {"sea": True})
    await catalogue.marks.put(first, 8, {"sea": False})
    await catalogue.marks.put(second, 9, {"sea": True})
    marks = await catalogue.marks.of(first)
    assert [(mark.user_id, mark.name, mark.right) for mark in marks] == [
        (8, "sea", False),
        (9, "sea", True),
    ]


async def test_a_verdict_on_a_forgotten_illustration_is_refused(catalogue, posted):
    (id_,) = await posted(1, "a")
    await catalogue.remove([id_])
    for verdicts in ({"sea": True}, {}):
        with pytest.raises(UnknownPostError, match=f"no illustration {id_}"):
            await catalogue.marks.put(id_, 9, verdicts)


async def test_a_mark_is_a_teachers_only_if_it_was_made_while_teaching(catalogue, posted, taught):
    (id_,) = await posted(1, "a")
    tag_id = await taught()
    await catalogue.marks.put(id_, 8, {"dusk": True})
    await catalogue.taught.teach_marks(tag_id, 9, {id_: True})
    assert [mark.by_teacher for mark in await catalogue.marks.of(id_)] == [False, True]


async def test_a_teacher_who_changes_their_mind_elsewhere_is_still_heard_as_one(
    catalogue, posted, taught
):
    (id_,) = await posted(1, "a")
    await catalogue.taught.teach_marks(await taught(), 9, {id_: True})
    await catalogue.marks.put(id_, 9, {"dusk": False})
    (mark,) = await catalogue.marks.of(id_)
    assert (mark.right, mark.by_teacher) == (False, True)
