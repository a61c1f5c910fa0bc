"""Marks: everybody's own, and learnt from only where the author agrees."""

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


async def test_only_marks_on_illustrations_of_authors_who_consent_now_are_learnt_from(
    catalogue, posted, new
):
    (willing,) = await posted(1, "a", author=5)
    (unwilling,) = await posted(2, "b", author=6)
    (local,) = await catalogue.add([new("local")])
    for id_ in (willing, unwilling, local):
        await catalogue.marks.put(id_, 6, {"sea": True})
    assert await catalogue.marks.trainable() == []
    await catalogue.people.opt_in(5)
    assert [mark.illustration_id for mark in await catalogue.marks.trainable()] == [willing]
    await catalogue.people.opt_out(5)
    assert await catalogue.marks.trainable() == []


async def test_who_marks_need_not_consent_and_does_not_consent_for_the_author(catalogue, posted):
    (id_,) = await posted(1, "a", author=5)
    await catalogue.marks.put(id_, 6, {"sea": True})
    await catalogue.people.opt_in(6)
    assert await catalogue.marks.trainable() == []
    await catalogue.people.opt_in(5)
    await catalogue.people.opt_out(6)
    assert len(await catalogue.marks.trainable()) == 1
