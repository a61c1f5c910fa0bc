"""Teaching: what was acknowledged is there, all of it or nothing."""

import asyncio

import pytest
import sqlalchemy as sa

from bot.catalogue import Examples, NewJob, NewTag
from bot.errors import TagExistsError, UnknownPostError, UnknownTagError

TAG = NewTag(7, "dusk", "夕暮れ", 9)
JOB = NewJob("tag", 7, 70, 9, 70)


async def test_a_tag_is_registered_with_its_examples_its_refit_and_its_job(catalogue, posted):
    first, second = await posted(1, "a", "b")
    tag_id, job_id = await catalogue.taught.register(TAG, [second, first, second], JOB)
    assert await catalogue.taught.examples(tag_id) == Examples((first, second), ())
    (refit,) = await catalogue.taught.pending_refits()
    assert (refit.tag_id, refit.reason, refit.asked_by) == (tag_id, "taught", 9)
    assert refit.job_id == job_id
    job = await catalogue.jobs.get(job_id)
    assert (job.kind, job.state, job.asker_id) == ("tag", "queued", 9)


async def test_a_guild_teaches_a_name_once(catalogue, taught):
    await taught("dusk")
    with pytest.raises(TagExistsError, match="'dusk' already"):
        await taught("dusk")
    await taught("dusk", guild=8)
    assert len(await catalogue.taught.pending_refits()) == 2


async def test_of_many_who_register_a_name_at_once_one_does(catalogue, taught):
    made = await asyncio.gather(*(taught("dusk") for _ in range(5)), return_exceptions=True)
    assert sum(isinstance(one, TagExistsError) for one in made) == 4
    assert len(await catalogue.taught.of_guild(7)) == 1


@pytest.mark.parametrize("where", [{"guild": 8}, None])
async def test_an_example_that_is_not_the_guilds_is_refused_and_nothing_is_kept(
    catalogue, posted, where
):
    (known,) = await posted(1, "a")
    other = 99 if where is None else (await posted(2, "b", **where))[0]
    with pytest.raises(UnknownPostError, match=f"no illustration {other};"):
        await catalogue.taught.register(TAG, [known, other], JOB)
    assert await catalogue.taught.of_guild(7) == []
    assert await catalogue.taught.pending_refits() == []
    assert await catalogue.marks.of(known) == []
    assert await catalogue.jobs.of_guild(7, 9) == []
    assert (await catalogue.taught.trainable_ids(7)).tolist() == []


async def test_registering_is_one_transaction(catalogue, posted, refuse):
    (id_,) = await posted(1, "a")
    refuse("INSERT", "refits")
    with pytest.raises(sa.exc.IntegrityError, match="full"):
        await catalogue.taught.register(TAG, [id_], JOB)
    assert await catalogue.taught.of_guild(7) == []
    assert await catalogue.marks.of(id_) == []


async def test_more_examples_can_be_handed_in_by_anybody(catalogue, posted, taught):
    first, second = await posted(1, "a", "b")
    tag_id = await taught("dusk", first)
    assert await catalogue.taught.hand_in(tag_id, [first, second], 8) is None
    assert await catalogue.taught.hand_in(tag_id, [second], 8, JOB) is not None
    assert await catalogue.taught.examples(tag_id) == Examples((first, second), ())
    assert [one.asked_by for one in await catalogue.taught.pending_refits()] == [9, 8, 8]
    with pytest.raises(UnknownPostError):
        await catalogue.taught.hand_in(tag_id, [99], 8)


async def test_two_who_teach_one_tag_keep_each_others_marks(catalogue, posted, taught):
    first, second, third = await posted(1, "a", "b", "c")
    tag_id = await taught("dusk", first, second, third)
    mark = catalogue.taught.teach_marks
    await asyncio.gather(
        mark(tag_id, 8, {first: True, second: False}), mark(tag_id, 9, {third: False})
    )
    assert await catalogue.taught.examples(tag_id) == Examples((first,), (third,))
    assert len(await catalogue.marks.of(second)) == 2


async def test_a_persons_last_word_counts_and_can_be_taken_back(catalogue, posted, taught):
    (id_,) = await posted(1, "a")
    tag_id = await taught("dusk", id_)
    await catalogue.taught.teach_marks(tag_id, 9, {id_: False})
    assert await catalogue.taught.examples(tag_id) == Examples((), (id_,))
    await catalogue.taught.teach_marks(tag_id, 9, {id_: None})
    assert await catalogue.taught.examples(tag_id) == Examples((), ())
    assert len(await catalogue.taught.pending_refits()) == 3


async def test_marks_on_what_is_gone_are_left_out_and_the_others_stored(catalogue, posted, taught):
    gone, here = await posted(1, "a", "b")
    (elsewhere,) = await posted(2, "c", guild=8)
    tag_id = await taught()
    await catalogue.remove([gone])
    verdicts = {gone: True, here: True, elsewhere: True}
    assert await catalogue.taught.teach_marks(tag_id, 9, verdicts) == {here}
    assert await catalogue.taught.marked_ids(tag_id) == {here}
    before = await catalogue.taught.pending_refits()
    assert await catalogue.taught.teach_marks(tag_id, 9, {gone: True}) == set()
    assert await catalogue.taught.pending_refits() == before


async def test_a_removed_tag_is_taught_nothing(catalogue, posted, taught):
    (id_,) = await posted(1, "a")
    tag_id = await taught()
    await catalogue.taught.remove(tag_id)
    for attempt in (
        catalogue.taught.hand_in(tag_id, [id_], 9),
        catalogue.taught.teach_marks(tag_id, 9, {id_: True}),
        catalogue.taught.set_promoted(tag_id, promoted=True),
        catalogue.taught.remove(tag_id),
    ):
        with pytest.raises(UnknownTagError, match="may have been removed"):
            await attempt
