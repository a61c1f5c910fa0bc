"""The worker that refits taught tags."""

import asyncio
import re
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from bot.catalogue import Refit, TaughtTag
from bot.errors import TeachingFailedError, TeachingLostError
from bot.teaching import refitting
from bot.teaching.fitting import IncompleteError
from bot.teaching.refitting import MOST_TRIES, Refitting

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
FAST = 0.001


class Taught:
    """Wishes that wait, in memory."""

    def __init__(self) -> None:
        self.waiting: dict[int, Refit] = {}
        self.removed: set[int] = set()
        self.fitted_elsewhere: set[int] = set()
        self.claimed: list[int] = []
        self._asked = asyncio.Event()

    def wish(self, tag_id, reason="taught", job_id=None, at=LONG_AGO) -> None:
        id_ = len(self.waiting) + 1
        self.waiting[id_] = Refit(id_, tag_id, reason, 0, job_id, at)
        self._asked.set()

    async def asked(self):
        await self._asked.wait()
        self._asked.clear()

    async def pending_refits(self):
        return list(self.waiting.values())

    async def claim_refits(self, tag_id):
        self.claimed.append(tag_id)
        return tag_id not in self.fitted_elsewhere

    async def drop_refits(self, ids):
        for id_ in ids:
            self.waiting.pop(id_, None)

    async def request_refit(self, wish):
        self.wish(wish.tag_id, wish.reason)

    async def tag(self, tag_id):
        if tag_id in self.removed:
            return None
        return TaughtTag(7, f"tag {tag_id}", "", 1, tag_id, False, LONG_AGO)


class Fits:
    """Fits in no time, or fails as it is told to."""

    def __init__(self, taught: Taught) -> None:
        self._taught = taught
        self.log: list[tuple[int, int]] = []
        self.errors: dict[int, list[Exception | None]] = {}
        self.meanwhile = lambda: None
        self.seen: list[tuple[str, bool]] = []

    async def refit(self, tag, refits, bundle, *, complete):
        self.log.append((tag.id, len(refits)))
        self.seen.append((bundle.prior_id, complete))
        if self.errors.get(tag.id):
            error = self.errors[tag.id].pop(0)
            if error is not None:
                raise error
            return None
        meanwhile, self.meanwhile = self.meanwhile, lambda: None
        meanwhile()
        await self._taught.drop_refits([one.id for one in refits])
        return len(self.log)


class Worker:
    """The worker with everything around it replaced."""

    def __init__(self) -> None:
        self.taught = Taught()
        self.fits = Fits(self.taught)
        self.swapped: list[int] = []
        self.live: list[int] = []
        self.jobs: dict[int, str] = {}
        catalogue = SimpleNamespace(taught=self.taught, jobs=self, is_shared=False)
        self.refitting = Refitting(catalogue, self, self.fits, self, self.live.append)
        self.facts = SimpleNamespace(encoder_id="e", prior_id="e")

    async def ready(self):
        """Inference is there."""

    async def refresh(self, tag_ids):
        self.swapped += sorted(tag_ids)

    async def update(self, job_id, *, state, message):
        self.jobs[job_id] = f"{state}: {message}"

    async def settled(self, tag_id):
        async with asyncio.timeout(10):
            await self.refitting.settled(tag_id)


@asynccontextmanager
async def working():
    worker = Worker()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(refitting, "FIRST_PAUSE_SECONDS", FAST)
        task = asyncio.create_task(worker.refitting.run())
        try:
            yield worker
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def test_wishes_for_one_tag_are_granted_at_once_and_those_that_come_meanwhile_after():
    async with working() as worker:
        worker.taught.wish(1)
        worker.taught.wish(1)
        worker.fits.meanwhile = lambda: worker.taught.wish(1)
        await worker.settled(1)
        assert worker.fits.log == [(1, 2), (1, 1)]
        assert worker.swapped == worker.live == [1, 1]


async def test_a_tag_that_another_process_fits_is_left_to_it_and_looked_at_later(
    monkeypatch, until
):
    monkeypatch.setattr(refitting, "LATER_SECONDS", 0.05)
    async with working() as worker:
        worker.taught.fitted_elsewhere.add(1)
        worker.taught.wish(1)
        worker.taught.wish(2)
        await worker.settled(2)
        assert worker.fits.log == [(2, 1)]
        worker.taught.fitted_elsewhere.clear()
        await until(lambda: worker.fits.log == [(2, 1), (1, 1)])


async def test_a_tag_that_takes_longer_than_a_lease_stays_claimed_while_it_is_fitted(
    monkeypatch, until
):
    monkeypatch.setattr("bot.catalogue.claiming.KEEP_SECONDS", FAST)
    async with working() as worker:
        refit, claimed = worker.fits.refit, worker.taught.claimed

        async def slow(*asked, **more):
            await until(lambda: len(claimed) > 3)
            return await refit(*asked, **more)

        monkeypatch.setattr(worker.fits, "refit", slow)
        worker.taught.wish(1)
        await worker.settled(1)
        count = len(claimed)
        await asyncio.sleep(20 * FAST)
        assert claimed == [1] * count, "and no longer than that"


async def test_marks_that_follow_each_other_become_one_version(monkeypatch, until):
    monkeypatch.setattr(refitting, "REST_SECONDS", 0.2)
    async with working() as worker:
        for _ in range(3):
            worker.taught.wish(1, at=datetime.now(UTC))
            await asyncio.sleep(0.02)
        assert worker.fits.log == []
        await until(lambda: worker.fits.log)
        assert worker.fits.log == [(1, 3)]


@pytest.mark.parametrize("wish", [{"job_id": 5}, {"reason": "rolled_back"}])
async def test_a_wish_of_its_own_is_granted_at_once(wish, until):
    async with working() as worker:
        worker.taught.wish(1, at=datetime.now(UTC), **wish)
        async with asyncio.timeout(1):
            await until(lambda: worker.fits.log)


async def test_whoever_waits_does_not_wait_for_more_marks():
    async with working() as worker:
        worker.taught.wish(1, at=datetime.now(UTC))
        async with asyncio.timeout(1):
            await worker.refitting.settled(1)
        assert worker.fits.log == [(1, 1)]


async def test_what_somebody_waits_for_comes_before_a_retraining():
    worker = Worker()
    for tag_id in (1, 2):
        worker.taught.wish(tag_id, "retrained")
    worker.taught.wish(3)
    task = asyncio.create_task(worker.refitting.run())
    await worker.settled(1)
    task.cancel()
    assert [tag_id for tag_id, _ in worker.fits.log] == [3, 1, 2][: len(worker.fits.log)]


async def test_a_lost_teaching_process_is_tried_again_and_other_tags_pass():
    async with working() as worker:
        worker.fits.errors[1] = [TeachingLostError("lost")] * 2
        worker.taught.wish(1)
        worker.taught.wish(2)
        await worker.settled(1)
        assert [tag_id for tag_id, _ in worker.fits.log] == [1, 2, 1, 1]


async def test_what_the_process_is_lost_with_each_time_keeps_nothing_else_waiting(monkeypatch):
    monkeypatch.setattr(refitting, "MUCH_LATER_SECONDS", 0.05)
    async with working() as worker:
        worker.fits.errors[1] = [TeachingLostError("lost")] * (MOST_TRIES + 1)
        worker.taught.wish(1)
        async with asyncio.timeout(10):
            await worker.refitting.idle()
        assert len(worker.fits.log) == MOST_TRIES
        await worker.settled(1)
        assert worker.live == [1]


async def test_what_cannot_be_fitted_fails_with_its_job_and_the_others_go_on():
    async with working() as worker:
        worker.fits.errors[1] = [TeachingFailedError("damaged")] * MOST_TRIES
        worker.taught.wish(1, job_id=5)
        worker.taught.wish(2)
        await worker.settled(1)
        await worker.settled(2)
        assert worker.jobs == {5: "failed: damaged"}
        assert worker.live == [2]


async def test_a_wish_that_comes_from_forgetting_is_never_dropped(monkeypatch, caplog, until):
    monkeypatch.setattr(refitting, "FIRST_RETRY_SECONDS", 0.5)
    async with working() as worker:
        worker.fits.errors[1] = [TeachingFailedError("It cannot.")] * 2 * MOST_TRIES
        worker.taught.wish(1, job_id=5)
        worker.taught.wish(1, "forgotten")
        worker.taught.wish(2)
        await worker.settled(1)  # Whoever waits is told that it came to nothing for now.
        assert worker.jobs == {5: "failed: It cannot."}
        await worker.settled(2)
        assert [one.reason for one in worker.taught.waiting.values()] == ["forgotten"]
        await until(lambda: not worker.taught.waiting)
        assert worker.live == [2, 1]
        pauses = re.findall(r"trying again in (\d+) s", caplog.text)
        assert len(pauses) == 2
        assert worker.refitting._retries == {}


async def test_what_changes_while_it_is_fitted_is_fitted_again():
    async with working() as worker:
        worker.fits.errors[1] = [None, None]
        worker.taught.wish(1)
        await worker.settled(1)
        assert len(worker.fits.log) == 3
        assert worker.live == [1]


async def test_a_tag_that_waits_for_embeddings_is_set_aside_until_all_are_there():
    async with working() as worker:
        worker.fits.errors[1] = [IncompleteError()]
        worker.taught.wish(1)
        worker.taught.wish(2)
        await worker.settled(2)
        waiting = asyncio.create_task(worker.settled(1))
        await asyncio.sleep(0.01)
        assert not waiting.done()
        worker.refitting.embedded()
        await waiting
        assert worker.live == [2, 1]


async def test_a_tag_that_was_set_aside_is_looked_at_again_after_a_while(monkeypatch):
    monkeypatch.setattr(refitting, "LATER_SECONDS", 0.01)
    async with working() as worker:
        worker.fits.errors[1] = [IncompleteError(), IncompleteError()]
        worker.taught.wish(1)
        await worker.settled(1)
        assert worker.live == [1]


async def test_what_was_learnt_from_the_forgotten_does_not_answer_until_the_refit():
    async with working() as worker:
        seen = []
        worker.fits.meanwhile = lambda: seen.extend(worker.swapped)
        worker.taught.wish(1, "forgotten")
        await worker.settled(1)
        assert seen == [1]
        assert worker.swapped == [1, 1]


async def test_tags_that_learnt_from_the_forgotten_are_taken_out_once_each():
    async with working() as worker:
        for tag_id in (1, 2, 3):
            worker.taught.wish(tag_id, "forgotten")
        await worker.settled(3)
        assert worker.swapped == [1, 2, 3, 1, 2, 3]


async def test_an_unexpected_error_does_not_end_the_worker():
    async with working() as worker:
        worker.fits.errors[1] = [ValueError("unexpected")]
        worker.taught.wish(1)
        await worker.settled(1)
        assert worker.live == [1]


async def test_idle_is_when_nothing_is_left_to_refit():
    async with working() as worker:
        async with asyncio.timeout(10):
            await worker.refitting.idle()
        worker.taught.wish(1)
        await worker.settled(1)
        async with asyncio.timeout(10):
            await worker.refitting.idle()


async def test_what_was_fitted_for_a_bundle_that_was_taken_over_from_meanwhile_is_fitted_again():
    async with working() as worker:
        new = SimpleNamespace(encoder_id="new", prior_id="new")
        worker.fits.meanwhile = lambda: setattr(worker, "facts", new)
        worker.taught.wish(1)
        await worker.settled(1)
        assert [prior_id for prior_id, _ in worker.fits.seen] == ["e", "new"]


async def test_of_another_encoder_the_embeddings_are_waited_for_anew():
    async with working() as worker:
        worker.refitting.embedded()
        worker.taught.wish(1)
        await worker.settled(1)
        worker.facts = SimpleNamespace(encoder_id="new", prior_id="new")
        worker.taught.wish(1)
        await worker.settled(1)
        worker.refitting.embedded()
        worker.taught.wish(1)
        await worker.settled(1)
        assert worker.fits.seen == [("e", True), ("new", False), ("new", True)]
