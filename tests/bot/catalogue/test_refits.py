"""Refits: no reason is lost, and jobs are as far as their refits are."""

import asyncio

import pytest

from bot.catalogue import NewJob, NewRefit
from bot.errors import UnknownTagError

JOB = NewJob("retrain", 7, 70, 9, 70)


async def waiting(catalogue):
    return [
        (one.tag_id, one.reason, one.asked_by) for one in await catalogue.taught.pending_refits()
    ]


async def test_a_second_reason_while_the_first_is_under_way_is_not_struck_off_with_it(
    catalogue, posted, taught
):
    first, second = await posted(1, "a", "b")
    tag_id = await taught("dusk", first)
    (under_way,) = await catalogue.taught.pending_refits()
    await catalogue.taught.hand_in(tag_id, [second], 8)
    await catalogue.taught.drop_refits([under_way.id])
    assert await waiting(catalogue) == [(tag_id, "taught", 8)]


async def test_the_oldest_come_first(catalogue, taught):
    ids = [await taught(name) for name in ("b", "a", "c")]
    pending = await catalogue.taught.pending_refits()
    assert [one.tag_id for one in pending] == ids


async def test_one_who_waits_is_told_and_finds_everything_that_was_asked_for(catalogue, taught):
    asked = asyncio.create_task(catalogue.taught.asked())
    await asyncio.sleep(0)
    assert not asked.done()
    await taught("dusk")
    await asyncio.wait_for(asked, 1)
    await taught("dawn")
    await taught("noon")
    await asyncio.wait_for(catalogue.taught.asked(), 1)
    assert len(await waiting(catalogue)) == 3
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(catalogue.taught.asked(), 0.01)


async def test_a_transaction_that_fails_asks_for_nothing(catalogue, posted, taught):
    (known,) = await posted(1, "a")
    with pytest.raises(Exception, match="no illustration 99"):
        await taught("dusk", known, 99)
    assert await catalogue.taught.get(7, "dusk") is None
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(catalogue.taught.asked(), 0.01)


async def test_one_tag_can_be_fitted_again(catalogue, taught, published):
    tag_id = await taught()
    await published(tag_id, model=None)
    job_id = await catalogue.taught.request_refit(NewRefit(tag_id, "retrained", 8), JOB)
    (refit,) = await catalogue.taught.pending_refits()
    assert (refit.tag_id, refit.reason, refit.asked_by) == (tag_id, "retrained", 8)
    assert refit.job_id == job_id


async def test_a_removed_tag_cannot_be_fitted_again(catalogue, taught):
    tag_id = await taught()
    await catalogue.taught.remove(tag_id)
    with pytest.raises(UnknownTagError):
        await catalogue.taught.request_refit(NewRefit(tag_id, "retrained"))


async def test_all_tags_of_a_guild_or_of_all_can_be_fitted_again(catalogue, taught):
    here, there = await taught("dusk"), await taught("dusk", guild=8)
    await catalogue.taught.drop_refits([1, 2])
    assert await catalogue.taught.request_refits(7, "retrained", 9) == (1, None)
    assert await catalogue.taught.request_refits(None, "bundle") == (2, None)
    assert await waiting(catalogue) == [
        (here, "retrained", 9),
        (here, "bundle", 0),
        (there, "bundle", 0),
    ]


async def test_a_job_is_as_far_as_its_refits_are(catalogue, taught, published):
    tags = [await taught(name) for name in ("a", "b", "c", "d")]
    count, job_id = await catalogue.taught.request_refits(7, "retrained", 9, JOB)
    assert count == 4
    seen = []
    for tag_id in tags:
        job = await catalogue.jobs.get(job_id)
        seen.append((job.state, job.progress))
        await published(tag_id, model=None)
    job = await catalogue.jobs.get(job_id)
    assert seen == [("queued", 0.0), ("running", 0.25), ("running", 0.5), ("running", 0.75)]
    assert (job.state, job.progress) == ("done", 1.0)


async def test_a_job_that_has_nothing_to_do_is_done(catalogue):
    count, job_id = await catalogue.taught.request_refits(7, "retrained", 9, JOB)
    job = await catalogue.jobs.get(job_id)
    assert (count, job.state, job.progress) == (0, "done", 1.0)


async def test_no_job_waits_for_a_tag_that_was_removed_or_whose_guild_was_left(catalogue, taught):
    tag_id, _ = await taught("dusk"), await taught("dusk", guild=8)
    _, job_id = await catalogue.taught.request_refits(None, "bundle", job=JOB)
    await catalogue.guilds.forget(8)
    assert (await catalogue.jobs.get(job_id)).progress == 0.5
    await catalogue.taught.remove(tag_id)
    assert (await catalogue.jobs.get(job_id)).state == "done"


async def test_what_a_cancelled_job_had_done_stays_and_the_rest_waits_no_more(
    catalogue, taught, published
):
    done, left = await taught("a"), await taught("b")
    await catalogue.taught.drop_refits([1, 2])
    _, job_id = await catalogue.taught.request_refits(7, "retrained", 9, JOB)
    await published(done, model=None)
    assert await catalogue.taught.cancel(job_id)
    assert not await catalogue.taught.cancel(job_id)
    assert await waiting(catalogue) == []
    assert (await catalogue.jobs.get(job_id)).state == "cancelled"
    assert len(await catalogue.taught.versions(done)) == 1
    assert await catalogue.taught.versions(left) == []
    assert not await catalogue.taught.cancel(99)
