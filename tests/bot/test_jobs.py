"""bot/jobs.py: a job begins once, says how far it is, ends once, and goes on after a restart."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot import jobs as jobs_module
from bot.catalogue import Catalogue, Job, NewJob
from bot.jobs import JobFailedError, JobRunner, JobRunningError, Report, to_its_end
from bot.replies import error_text
from tests.bot.postgresql import on_postgresql

NEW = NewJob("rebuild", 7, 0, 5, 0)


class Waiting:
    """Work that notes half of itself and then waits to be told how it ends."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.unfinished: list[list[int]] = []
        self.end: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def run(self, job: Job, report: Report) -> str:
        self.begun.append(job.id)
        await report.note(0.5, "half")
        return await asyncio.shield(self.end)

    async def tidy(self, unfinished: Sequence[Job]) -> None:
        self.unfinished.append([job.id for job in unfinished])


@pytest.fixture
async def work() -> Waiting:
    return Waiting()


@pytest.fixture
async def runner(
    catalogue: Catalogue, work: Waiting, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[JobRunner]:
    monkeypatch.setattr(jobs_module, "LOOK_SECONDS", 0.01)
    made = JobRunner(catalogue.jobs)
    made.lead("rebuild", work)
    yield made
    await made.close()


async def ended(runner: JobRunner, job_id: int) -> Job:
    return [job async for job in runner.follow(job_id)][-1]


async def test_a_job_runs_and_says_at_its_end_what_came_of_it(runner, work, until) -> None:
    job_id = await runner.start(NEW)
    changes = []
    async for job in runner.follow(job_id):
        changes.append((job.state, job.progress, job.message))
        if job.message == "half":
            work.end.set_result("published it")
    assert changes[-2:] == [("running", 0.5, "half"), ("done", 1.0, "published it")]
    await until(lambda: work.unfinished == [[]])


async def test_work_that_comes_to_nothing_keeps_how_far_it_was(runner, work) -> None:
    job_id = await runner.start(NEW)
    work.end.set_exception(JobFailedError("worse 0.1 0.2 30"))
    job = await ended(runner, job_id)
    assert (job.state, job.progress, job.message) == ("failed", 0.5, "worse 0.1 0.2 30")


async def test_an_unexpected_error_ends_the_job_and_stands_in_the_log(runner, work, caplog) -> None:
    job_id = await runner.start(NEW)
    work.end.set_exception(ZeroDivisionError())
    job = await ended(runner, job_id)
    assert (job.state, job.message) == ("failed", "internal")
    assert "ZeroDivisionError" in caplog.text


async def test_who_cancels_while_the_end_is_noted_comes_too_late(
    runner, work, catalogue, monkeypatch
) -> None:
    noting, goes_on, update = asyncio.Event(), asyncio.Event(), catalogue.jobs.update

    async def slowly(job_id, **changes):
        if changes.get("state") == "done":
            noting.set()
            await goes_on.wait()
        await update(job_id, **changes)

    monkeypatch.setattr(catalogue.jobs, "update", slowly)
    job_id = await runner.start(NEW)
    work.end.set_result("published it")
    await noting.wait()
    cancelling = asyncio.create_task(runner.cancel(job_id))
    await asyncio.sleep(0.1)
    goes_on.set()
    assert await cancelling is False
    assert (await catalogue.jobs.get(job_id)).state == "done"


async def test_what_cannot_be_taken_back_is_done_however_often_it_is_cancelled() -> None:
    goes_on, done = asyncio.Event(), []

    async def publish() -> None:
        await goes_on.wait()
        done.append("published")

    async def lead() -> str:
        await to_its_end(publish())
        return "noted"

    leading = asyncio.create_task(lead())
    for _ in range(3):
        await asyncio.sleep(0)
        leading.cancel()
    await asyncio.sleep(0)
    goes_on.set()
    assert await leading == "noted"
    assert done == ["published"]


async def test_there_is_one_job_of_a_kind_at_a_time(runner, work) -> None:
    results = await asyncio.gather(
        runner.start(NEW), runner.start(replace(NEW, guild_id=8)), return_exceptions=True
    )
    (refused,) = (one for one in results if isinstance(one, Exception))
    assert isinstance(refused, JobRunningError)
    assert error_text(refused).code == "job_running"
    assert len(work.begun) <= 1
    work.end.set_result("")
    (job_id,) = (one for one in results if isinstance(one, int))
    await ended(runner, job_id)
    assert await runner.start(NEW) > job_id


async def test_a_cancelled_job_ends_at_once_and_is_cleared_away(runner, work, until) -> None:
    job_id = await runner.start(NEW)
    await until(lambda: work.begun)
    assert await runner.cancel(job_id)
    assert (await ended(runner, job_id)).state == "cancelled"
    assert work.unfinished == [[]]
    assert not await runner.cancel(job_id)


async def test_a_job_can_be_cancelled_before_its_first_step(runner, work) -> None:
    job_id = await runner.start(NEW)
    assert await runner.cancel(job_id)
    assert (await ended(runner, job_id)).state == "cancelled"


async def test_unknown_jobs_and_kinds_nobody_leads_are_not_cancelled(runner, catalogue) -> None:
    assert not await runner.cancel(99)
    assert not await runner.cancel(await catalogue.jobs.add(replace(NEW, kind="mystery")))


async def test_a_job_that_is_led_elsewhere_is_cancelled_there(runner, catalogue) -> None:
    asked = []

    async def cancel(job: Job) -> bool:
        asked.append(job.id)
        return True

    runner.led_elsewhere("teach", cancel)
    job_id = await catalogue.jobs.add(replace(NEW, kind="teach"))
    assert await runner.cancel(job_id)
    assert asked == [job_id]


async def test_a_restart_goes_on_with_what_was_under_way(runner, work, catalogue, until) -> None:
    job_id = await runner.start(NEW)
    await until(lambda: work.begun)
    await runner.close()
    job = await catalogue.jobs.get(job_id)
    assert job is not None
    assert job.state == "running"
    again = Waiting()
    after = JobRunner(catalogue.jobs)
    after.lead("rebuild", again)
    await after.resume()
    again.end.set_result("published it")
    assert (await ended(after, job_id)).state == "done"
    assert again.begun == [job_id]
    await until(lambda: again.unfinished == [[job_id], []])
    await after.close()


async def test_work_ends_when_its_row_is_gone_or_over(runner, work, catalogue) -> None:
    """A guild that removes the bot takes its jobs along."""
    job_id = await runner.start(NEW)
    await catalogue.jobs.update(job_id, state="cancelled")
    with pytest.raises(JobFailedError):
        await Report(catalogue.jobs, job_id).note(0.1, "step")
    with pytest.raises(JobFailedError):
        await Report(catalogue.jobs, 99).note(0.1, "step")
    assert [job async for job in runner.follow(99)] == []


@pytest.fixture
async def elsewhere(
    url: str, runner: JobRunner, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[JobRunner, Waiting]]:
    """The runner of another process on the same catalogue, and its work."""
    monkeypatch.setattr(jobs_module, "KEEP_SECONDS", 0.05)
    opened = await Catalogue.open(url, "another")
    made, its_work = JobRunner(opened.jobs), Waiting()
    made.lead("rebuild", its_work)
    yield made, its_work
    await made.close()
    await opened.close()


async def test_a_process_leaves_the_jobs_of_another_alone(runner, elsewhere, work) -> None:
    other, its_work = elsewhere
    job_id = await runner.start(NEW)
    await other.resume()
    with pytest.raises(JobRunningError):
        await other.start(NEW)
    work.end.set_result("published it")
    assert (await ended(other, job_id)).message == "published it"
    assert its_work.begun == []


async def test_a_process_takes_over_the_jobs_of_one_that_is_gone(
    runner, elsewhere, work, until, monkeypatch
) -> None:
    other, its_work = elsewhere
    monkeypatch.setattr("bot.catalogue.claiming.LEASE", timedelta(seconds=-1))
    job_id = await runner.start(NEW)
    await until(lambda: work.begun)
    await runner.close()
    monkeypatch.setattr("bot.catalogue.claiming.LEASE", timedelta(seconds=60))
    await other.resume()
    await until(lambda: its_work.begun == [job_id])
    its_work.end.set_result("published it")
    assert (await ended(other, job_id)).state == "done"


async def test_a_process_that_was_thought_gone_gives_its_job_up(
    runner, elsewhere, work, until, catalogue, monkeypatch
) -> None:
    other, its_work = elsewhere
    monkeypatch.setattr("bot.catalogue.claiming.LEASE", timedelta(seconds=-1))
    job_id = await runner.start(NEW)
    monkeypatch.setattr("bot.catalogue.claiming.LEASE", timedelta(seconds=60))
    await other.resume()
    await until(lambda: its_work.begun == [job_id])
    await runner.resume()
    await until(lambda: not runner._running)
    its_work.end.set_result("published it")
    assert (await ended(other, job_id)).message == "published it"


async def test_what_one_process_cancels_another_does_not_call_a_failure(
    runner, elsewhere, work, catalogue, until
) -> None:
    other, _ = elsewhere
    job_id = await runner.start(NEW)
    await until(lambda: work.begun)
    assert await other.cancel(job_id)
    work.end.set_exception(JobFailedError("unwanted"))
    await until(lambda: work.unfinished)
    job = await catalogue.jobs.get(job_id)
    assert (job.state, job.message) == ("cancelled", "")


@on_postgresql
async def test_what_another_process_cancels_ends_at_once_and_is_cleared_away(
    runner, elsewhere, work, until
) -> None:
    other, _ = elsewhere
    job_id = await runner.start(NEW)
    await until(lambda: work.begun)
    assert await other.cancel(job_id)
    await until(lambda: not runner._running)
    assert work.unfinished == [[]]
    assert (await ended(runner, job_id)).state == "cancelled"
