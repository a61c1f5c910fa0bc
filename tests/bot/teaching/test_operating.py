"""Operating taught tags."""

import asyncio

import pytest

from bot.teaching.errors import TeachingError
from tests.bot.teaching.lessons import MEMBER, OTHERS, PURPLES, TEACHER, Guild

pytestmark = pytest.mark.asyncio(loop_scope="module")
OPERATOR = 9


async def test_a_tag_counts_in_its_own_guild_until_it_is_promoted(guild, picture):
    await guild.taught("plum tree")
    elsewhere = Guild(guild.bot, picture, guild.id + 1)
    assert "plum tree" not in await elsewhere.tags(PURPLES[0])
    await guild.teaching.promote(guild.id, "plum tree", True, OPERATOR)
    assert "plum tree" in await elsewhere.tags(PURPLES[0])
    await guild.teaching.promote(guild.id, "plum tree", False, OPERATOR)
    assert "plum tree" not in await elsewhere.tags(PURPLES[0])
    assert "plum tree" in await guild.tags(PURPLES[0])


async def test_a_rollback_takes_back_what_was_marked_since_and_can_be_taken_back(guild):
    registered, examples = await guild.taught()
    await guild.catalogue.people.opt_in(MEMBER)
    wrong, later = await guild.posted(OTHERS[:2])
    teaching, tag_id = guild.teaching, registered.tag_id
    await teaching.mark(guild.id, "grape", TEACHER, {wrong: True})
    await teaching.live(tag_id)
    assert await teaching.rollback(guild.id, "grape", None, OPERATOR) == 1
    await teaching.live(tag_id)
    assert await guild.examples(tag_id) == (set(examples), set())
    await teaching.mark(guild.id, "grape", TEACHER, {later: False})
    await teaching.live(tag_id)
    assert await guild.examples(tag_id) == (set(examples), {later})
    assert await teaching.rollback(guild.id, "grape", 2, OPERATOR) == 2
    await teaching.live(tag_id)
    assert await guild.examples(tag_id) == ({*examples, wrong}, set())
    history = await teaching.history(guild.id, "grape")
    assert [(one.number, one.reason) for one in history] == [
        (5, "rolled_back"),
        (4, "taught"),
        (3, "rolled_back"),
        (2, "taught"),
        (1, "taught"),
    ]
    assert [one.number for one in history if one.current] == [5]
    assert [one.created_by for one in history] == [OPERATOR, TEACHER, OPERATOR, TEACHER, TEACHER]
    assert all(one.restorable for one in history)


async def test_one_cannot_go_back_to_what_is_not_there(guild):
    await guild.taught()
    with pytest.raises(TeachingError, match="no earlier version") as error:
        await guild.teaching.rollback(guild.id, "grape", None, TEACHER)
    assert error.value.code == "no_versions"
    with pytest.raises(TeachingError, match="version 7") as error:
        await guild.teaching.rollback(guild.id, "grape", 7, TEACHER)
    assert error.value.code == "unknown_version"


async def test_what_was_fitted_anew_for_something_forgotten_is_no_step_to_go_back(guild):
    registered, (first, *rest) = await guild.taught()
    await guild.catalogue.people.opt_in(MEMBER)
    (wrong,) = await guild.posted(OTHERS[:1])
    await guild.teaching.mark(guild.id, "grape", TEACHER, {wrong: False})
    await guild.teaching.live(registered.tag_id)
    await guild.bot.library.forget([first])
    assert (await guild.teaching.live(registered.tag_id)).number == 3
    assert await guild.teaching.rollback(guild.id, "grape", None, TEACHER) == 1
    await guild.teaching.live(registered.tag_id)
    assert await guild.examples(registered.tag_id) == (set(rest), set())


async def test_a_retraining_lets_everybodys_marks_count_and_a_dialogue_keeps_them(guild):
    registered, examples = await guild.taught()
    await guild.catalogue.people.opt_in(MEMBER)
    said, taught = await guild.posted(OTHERS[:2])
    await guild.catalogue.marks.put(said, MEMBER, {"grape": False})
    await guild.teaching.mark(guild.id, "grape", TEACHER, {taught: False})
    await guild.teaching.live(registered.tag_id)
    assert await guild.examples(registered.tag_id) == (set(examples), {taught})
    job_id = await guild.teaching.retrain(guild.id, TEACHER)
    await guild.teaching.live(registered.tag_id)
    job = await guild.catalogue.jobs.get(job_id)
    assert (job.kind, job.state, job.progress) == ("retrain", "done", 1.0)
    assert await guild.examples(registered.tag_id) == (set(examples), {said, taught})
    await guild.teaching.mark(guild.id, "grape", TEACHER, {taught: None})
    await guild.teaching.live(registered.tag_id)
    assert await guild.examples(registered.tag_id) == (set(examples), {said})


async def test_where_nothing_was_taught_nothing_is_retrained(guild):
    with pytest.raises(TeachingError) as error:
        await guild.teaching.retrain(guild.id, TEACHER)
    assert error.value.code == "no_tags"


async def test_a_removed_tag_is_not_said_any_more_and_its_name_is_free(guild):
    _, examples = await guild.taught()
    await guild.teaching.remove(guild.id, "grape", TEACHER)
    assert "grape" not in await guild.tags(PURPLES[0])
    assert guild.bot.service.tags_of(guild.id).exact("grape") is None
    again = await guild.teaching.register(guild.id, "grape", "", examples, TEACHER)
    assert (await guild.teaching.live(again.tag_id)).number == 1


async def test_whoever_removes_a_tag_a_moment_later_hears_that_it_is_gone(guild):
    await guild.taught()
    removals = [guild.teaching.remove(guild.id, "grape", TEACHER) for _ in range(2)]
    outcomes = await asyncio.gather(*removals, return_exceptions=True)
    (error,) = [one for one in outcomes if one is not None]
    assert isinstance(error, TeachingError)
    assert error.code == "unknown_tag"


async def test_a_forgotten_example_is_unlearnt_and_without_any_the_tag_says_nothing(guild):
    registered, (first, *rest) = await guild.taught()
    await guild.bot.library.forget([first])
    version = await guild.teaching.live(registered.tag_id)
    assert (version.reason, version.positives) == ("forgotten", 2)
    assert guild.bot.service.overlay.live(registered.tag_id).number == version.number
    await guild.bot.library.forget(rest)
    assert await guild.teaching.live(registered.tag_id) is None
    assert "grape" not in await guild.tags(PURPLES[0])
    asked = await guild.teaching.round(guild.id, "grape", guild.scope, TEACHER)
    assert (asked.version, asked.illustrations) == (0, ())


async def test_the_tags_of_a_guild_that_was_left_are_taken_out(guild):
    registered, _ = await guild.taught()
    await guild.catalogue.guilds.forget(guild.id)
    await guild.teaching.left(guild.id)
    assert guild.bot.service.overlay.live(registered.tag_id) is None
    assert "grape" not in await guild.tags(PURPLES[0])
