"""The teaching process from the bot's side: asked, lost, idle, refused."""

import asyncio
import os
import signal
from contextlib import asynccontextmanager

import pytest

from bot.errors import TeachingFailedError, TeachingLostError
from bot.fakes import FakeIdentity, FakePrior, publish_fake
from bot.processes.children import Child
from bot.teaching.teacher import Teacher, TeacherOptions
from model.teaching import Taught
from tests.bot.live_tags import NONE, TAGGER, embedded

FAKE = TeacherOptions(prior="bot.fakes:FakePrior")
TEAL, RED = (0, 128, 128), (220, 30, 30)
PRIOR = TAGGER.prior.id


@asynccontextmanager
async def teaching(options=FAKE, idle_seconds=60.0):
    teacher = Teacher(options, idle_seconds)
    try:
        yield teacher
    finally:
        await teacher.close()
        assert teacher.pid is None


async def test_what_is_fitted_is_what_the_prior_says_and_scores_as_it_does():
    async with teaching() as teacher:
        assert teacher.pid is None
        positives, negatives = embedded(TEAL, (10, 130, 120)), embedded(RED)
        fitted = await teacher.fit(PRIOR, positives, negatives)
        taught = Taught.from_bytes(fitted.model)
        expected = TAGGER.prior.teach(positives, negatives)
        assert (fitted.support, fitted.threshold) == (2, expected.threshold)
        scores = await teacher.score(fitted.model, embedded(TEAL, RED))
        assert scores.tolist() == TAGGER.prior.score([taught], embedded(TEAL, RED))[:, 0].tolist()
        assert (await teacher.score(fitted.model, NONE)).shape == (0,)


async def test_many_are_scored_in_portions(monkeypatch):
    monkeypatch.setattr("bot.teaching.teacher.SCORED_AT_ONCE", 2)
    async with teaching() as teacher:
        model = (await teacher.fit(PRIOR, embedded(TEAL), NONE)).model
        some = embedded(*((n, 99, 200 - n) for n in range(0, 250, 50)))
        whole = TAGGER.prior.score([Taught.from_bytes(model)], some)[:, 0]
        assert (await teacher.score(model, some)).tolist() == pytest.approx(whole.tolist())


async def test_what_to_ask_next_is_chosen_among_the_candidates():
    async with teaching() as teacher:
        marked = embedded(TEAL)
        model = (await teacher.fit(PRIOR, marked, NONE)).model
        candidates = embedded((0, 120, 120), RED, (30, 60, 200), (0, 90, 140), (250, 250, 250))
        choice = await teacher.choose(model, candidates, marked, 3)
        assert len(choice.scores) == 5
        assert 1 <= len(choice.positions) == len(set(choice.positions)) <= 3
        assert set(choice.positions) <= set(range(5))


async def test_what_cannot_be_done_is_said_and_the_process_goes_on():
    async with teaching() as teacher:
        await teacher.warm_up()
        pid = teacher.pid
        for wrong in (
            teacher.fit(PRIOR, NONE, embedded(RED)),
            teacher.fit("another encoder", embedded(TEAL), NONE),
            teacher.score(b"no model", embedded(RED)),
        ):
            with pytest.raises(TeachingFailedError):
                await wrong
        assert (await teacher.fit(PRIOR, embedded(TEAL), NONE)).support == 1
        assert teacher.pid == pid


async def test_a_process_that_is_killed_is_told_so_and_the_next_request_starts_another():
    async with teaching() as teacher:
        await teacher.warm_up()
        first = teacher.pid
        asking = asyncio.create_task(teacher.fit(PRIOR, embedded(TEAL), NONE))
        os.kill(first, signal.SIGKILL)
        with pytest.raises(TeachingLostError):
            await asking
        assert (await teacher.fit(PRIOR, embedded(TEAL), NONE)).support == 1
        assert teacher.pid not in (None, first)


async def test_whoever_gives_up_waiting_costs_the_process_nothing():
    async with teaching() as teacher:
        await teacher.warm_up()
        pid = teacher.pid
        asking = asyncio.create_task(teacher.fit(PRIOR, embedded(TEAL), NONE))
        await asyncio.sleep(0)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        assert (await teacher.fit(PRIOR, embedded(RED), NONE)).support == 1
        assert teacher.pid == pid


async def test_it_runs_at_low_priority_and_ends_when_nobody_needs_it(until):
    async with teaching(idle_seconds=0.3) as teacher:
        await asyncio.gather(teacher.warm_up(), teacher.warm_up())
        pid = teacher.pid
        own = os.getpriority(os.PRIO_PROCESS, 0)
        assert os.getpriority(os.PRIO_PROCESS, pid) == min(own + 10, 19)
        await until(lambda: teacher.pid is None)
        assert (await teacher.fit(PRIOR, embedded(TEAL), NONE)).support == 1
        assert teacher.pid != pid


async def test_one_start_serves_all_who_ask_meanwhile_also_when_the_first_gives_up():
    async with teaching() as teacher:
        first, second = (
            asyncio.create_task(teacher.fit(PRIOR, embedded(colour), NONE))
            for colour in (TEAL, RED)
        )
        await asyncio.sleep(0.05)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        assert (await second).support == 1


async def test_being_ended_during_a_start_is_told_to_whoever_waits(monkeypatch):
    launched = asyncio.Event()

    async def hear_nothing(*_: object) -> None:
        launched.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(Child, "receive", hear_nothing)
    async with teaching() as teacher:
        asking = asyncio.create_task(teacher.fit(PRIOR, embedded(TEAL), NONE))
        await launched.wait()
        await teacher.close()
        with pytest.raises(TeachingLostError, match="being ended"):
            await asking


async def test_it_turns_to_another_bundle_and_finishes_what_it_does(tmp_path):
    publish_fake(tmp_path / "other", FakeIdentity("other-colours", "*"))
    async with teaching() as teacher:
        await teacher.warm_up()
        before = asyncio.create_task(teacher.fit(PRIOR, embedded(TEAL), NONE))
        await asyncio.sleep(0)
        teacher.turn_to(TeacherOptions(str(tmp_path / "other"), FAKE.prior))
        assert (await before).support == 1
        model = (
            await teacher.fit(FakePrior.load(tmp_path / "other").id, embedded(TEAL), NONE)
        ).model
        assert Taught.from_bytes(model).encoder_id == "other-colours"
