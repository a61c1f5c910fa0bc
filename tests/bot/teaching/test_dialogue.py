"""Teaching a tag further."""

import asyncio

import pytest

from bot.teaching.errors import TeachingError
from tests.bot.teaching.lessons import (
    MEMBER,
    OTHERS,
    PURPLES,
    SECOND_TEACHER,
    SECRET,
    TEACHER,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_two_who_teach_at_once_do_not_lose_each_others_marks(guild):
    registered, examples = await guild.taught()
    await guild.catalogue.people.opt_in(MEMBER)
    ids = await guild.posted(OTHERS[:4])
    mark = guild.teaching.mark
    await asyncio.gather(
        mark(guild.id, "grape", TEACHER, {ids[0]: False, ids[1]: True}),
        mark(guild.id, "grape", SECOND_TEACHER, {ids[2]: False, ids[3]: False}),
    )
    await guild.teaching.live(registered.tag_id)
    assert await guild.examples(registered.tag_id) == ({*examples, ids[1]}, {ids[0], *ids[2:]})


async def test_of_one_persons_marks_the_last_counts_and_of_two_that_differ_none(guild):
    registered, examples = await guild.taught()
    await guild.catalogue.people.opt_in(MEMBER)
    one, two, three = await guild.posted(OTHERS[:3])
    mark = guild.teaching.mark
    await mark(guild.id, "grape", TEACHER, {one: True, two: True, three: True})
    await mark(guild.id, "grape", TEACHER, {one: False, three: None})
    await mark(guild.id, "grape", SECOND_TEACHER, {two: False})
    await guild.teaching.live(registered.tag_id)
    assert await guild.examples(registered.tag_id) == (set(examples), {one})
    said = await guild.teaching.said(guild.id, "grape", TEACHER, [one, two, three])
    assert said == {one: False, two: True}


async def test_marks_on_what_may_not_be_learnt_from_teach_nothing(guild):
    registered, examples = await guild.taught()
    (silent,) = await guild.posted(OTHERS[:1], author_id=99)
    await guild.teaching.mark(guild.id, "grape", TEACHER, {silent: False, 10**9: True})
    await guild.teaching.live(registered.tag_id)
    assert await guild.examples(registered.tag_id) == (set(examples), set())


async def test_what_is_handed_in_is_learnt_from_whoever_the_author_is(guild):
    registered, examples = await guild.taught(examples=1)
    more = await guild.posted(PURPLES[1:3], author_id=99)
    tag = await guild.teaching.hand_in(guild.id, "GRAPE", more, TEACHER)
    assert tag.id == registered.tag_id
    await guild.teaching.live(tag.id)
    assert await guild.examples(tag.id) == ({*examples, *more}, set())


async def test_a_dialogue_offers_only_what_may_be_learnt_from_seen_and_is_not_marked_yet(guild):
    await guild.taught()
    await guild.catalogue.people.opt_in(50)
    offered = set(await guild.posted(OTHERS, author_id=50))
    await guild.posted(OTHERS[:2], author_id=99)
    await guild.posted(OTHERS[:2], author_id=50, channel_id=SECRET)
    asked = await guild.teaching.round(guild.id, "grape", guild.scope, TEACHER, 4)
    assert (asked.version, asked.positives, asked.negatives) == (1, 3, 0)
    assert asked.remaining == len(offered)
    first = [one.id for one in asked.illustrations]
    assert len(first) == len(asked.scores) == 4
    assert set(first) <= offered
    await guild.teaching.mark(guild.id, "grape", TEACHER, dict.fromkeys(first, False))
    again = await guild.teaching.round(guild.id, "grape", guild.scope, TEACHER)
    assert {one.id for one in again.illustrations} <= offered - set(first)
    assert again.remaining == len(offered) - 4


async def test_a_tag_that_nobody_taught_here_is_told_so(guild):
    for wish in (
        guild.teaching.mark(guild.id, "red", TEACHER, {1: True}),
        guild.teaching.round(guild.id, "red", guild.scope, TEACHER),
        guild.teaching.hand_in(guild.id, "red", [1], TEACHER),
        guild.teaching.history(guild.id, "red"),
    ):
        with pytest.raises(TeachingError) as error:
            await wish
        assert error.value.code == "unknown_tag"
