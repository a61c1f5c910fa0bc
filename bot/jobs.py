"""Long work, led from its beginning to its end: one place to start, watch and cancel all of it.

A job is a row of the catalogue. Work that is led here runs as a task, one at a time for each kind;
when the bot ends, the row stays open and the next start goes on with it. Of several processes on
one catalogue the one that has claimed the row leads it; if that one is gone, another takes it over.
Other jobs (an import of a channel, the fitting of tags) are led where they belong; of those the
runner knows how to cancel them.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from typing import Any, Protocol, TypeVar

from bot.catalogue.claiming import KEEP_SECONDS
from bot.catalogue.jobs import Job, Jobs, JobState, NewJob
from bot.errors import RequestError
from model.errors import HoshizoraError

log = logging.getLogger(__name__)
T = TypeVar("T")

OVER: tuple[JobState, ...] = ("done", "failed", "cancelled")
LOOK_SECONDS = 1.0

Cancel = Callable[[Job], Awaitable[bool]]


class JobFailedError(HoshizoraError):
    """Work came to nothing; the message is what the job's row says of it."""


class JobRunningError(RequestError):
    """A job of this kind is under way, and there is one at a time."""

    def __init__(self, job: Job) -> None:
        super().__init__(
            "job_running",
            f"This is under way already ({int(100 * job.progress)} %), and there is one at a time. "
            "Wait for it, or cancel it.",
        )
        self.job = job


class Report:
    """How work says how far it is."""

    def __init__(self, jobs: Jobs, job_id: int) -> None:
        self._jobs = jobs
        self._job_id = job_id

    async def note(self, progress: float, message: str) -> None:
        """Note how far it is.

        Args:
            progress: From 0 to 1.
            message: What it is doing, in the kind's own code.

        Raises:
            JobFailedError: If nobody wants it any more: its row is gone, or over.
        """
        job = await self._jobs.get(self._job_id)
        if job is None or job.state in OVER:
            raise JobFailedError("unwanted")
        if (job.progress, job.message) != (progress, message):
            await self._jobs.update(self._job_id, progress=progress, message=message)


class Work(Protocol):
    """What leads the jobs of one kind."""

    async def run(self, job: Job, report: Report) -> str:
        """Do it, or go on with it where it was cut off; cancelled as a task.

        Returns:
            What the job's row says at its end.

        Raises:
            JobFailedError: If it comes to nothing.
        """

    async def tidy(self, unfinished: Sequence[Job]) -> None:
        """Clear away what belongs to none of the jobs that go on."""


class JobRunner:
    """Leads jobs, and cancels those that are led elsewhere."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs
        self._work: dict[str, Work] = {}
        self._elsewhere: dict[str, Cancel] = {}
        self._running: dict[int, asyncio.Task[None]] = {}
        self._starting = asyncio.Lock()
        self._keeping: asyncio.Task[None] | None = None
        # Of what runs here: jobs that are over, or another process's by now.
        self._given_up: set[int] = set()
        jobs.on_over_elsewhere(self._give_up)

    def lead(self, kind: str, work: Work) -> None:
        """Lead jobs of a kind from now on."""
        self._work[kind] = work

    def led_elsewhere(self, kind: str, cancel: Cancel) -> None:
        """Note how a job of a kind is cancelled that is not led here.

        Args:
            kind: The kind.
            cancel: Cancels one; False: it is over already.
        """
        self._elsewhere[kind] = cancel

    async def start(self, new: NewJob) -> int:
        """Begin a job of a kind that is led here.

        Returns:
            Its id.

        Raises:
            JobRunningError: If one of its kind is under way.
        """
        async with self._starting:
            job, is_new = await self._jobs.start(new)
        if not is_new:
            raise JobRunningError(job)
        self._begin(job)
        return job.id

    async def resume(self) -> None:
        """Go on with what was under way when the bot ended, and from then on with what others left.

        Others: processes that led a job and are gone.
        """
        for kind, work in self._work.items():
            await work.tidy(await self._jobs.open_(kind))
            for job in await self._jobs.claim(kind):
                self._begin(job)
        self._keeping = asyncio.create_task(self._keep())

    async def close(self) -> None:
        """End for now: the next start goes on."""
        if self._keeping is not None:
            await _cancelled(self._keeping)
        await _cancelled(*self._running.values())

    async def cancel(self, job_id: int) -> bool:
        """Cancel a job, whoever leads it, and wait until it has ended here.

        Another process that leads it ends it as soon as it hears of that.

        Returns:
            False: there is none, it is over already, or nobody knows how to cancel it.
        """
        job = await self._jobs.get(job_id)
        if job is None or job.state in OVER:
            return False
        if job.kind in self._elsewhere:
            return await self._elsewhere[job.kind](job)
        if job.kind not in self._work:
            return False
        if job_id in self._running:
            await _cancelled(self._running[job_id])
        job = await self._jobs.get(job_id)  # It may have ended by itself in the last moment.
        if job is None or job.state in OVER:
            return False
        await self._end(job, "cancelled", "")
        return True

    async def follow(self, job_id: int) -> AsyncIterator[Job]:
        """Each change of a job of any kind; the last one is its end."""
        shown = None
        while (job := await self._jobs.get(job_id)) is not None:
            news = (job.state, job.progress, job.message)
            if news != shown:
                shown = news
                yield job
            if job.state in OVER:
                return
            await asyncio.sleep(LOOK_SECONDS)

    async def _keep(self) -> None:
        """Keep what is led here, and give up what another process has taken over meanwhile."""
        while True:
            await asyncio.sleep(KEEP_SECONDS)
            led = dict(self._running)
            try:
                for job_id in led.keys() - await self._jobs.keep(led.keys()):
                    self._give_up(job_id)
                for kind in self._work:
                    for job in await self._jobs.take_over(kind):
                        self._begin(job)
            except Exception:
                log.exception("jobs: an unexpected error; trying again")

    def _give_up(self, job_id: int) -> None:
        """Lead a job no more, if it is led here: it is over, or another process has taken it."""
        if job_id in self._running:
            self._given_up.add(job_id)
            self._running[job_id].cancel()

    def _begin(self, job: Job) -> None:
        if job.id in self._running:
            return
        if job.state == "running":
            log.info("%s %d goes on", job.kind, job.id)
        task = asyncio.create_task(self._lead(job))
        self._running[job.id] = task
        # Not in the task itself: one that is cancelled before its first step never runs at all.
        task.add_done_callback(lambda _: self._left(job.id))

    def _left(self, job_id: int) -> None:
        del self._running[job_id]
        self._given_up.discard(job_id)

    async def _lead(self, job: Job) -> None:
        try:
            await self._jobs.update(job.id, state="running")
            message = await self._work[job.kind].run(job, Report(self._jobs, job.id))
        except asyncio.CancelledError:
            if job.id in self._given_up:
                await to_its_end(self._tidy(job.kind))
            raise
        except JobFailedError as error:
            await to_its_end(self._end(job, "failed", str(error)))
        except Exception:
            log.exception("%s %d: stopped by an unexpected error", job.kind, job.id)
            await to_its_end(self._end(job, "failed", "internal"))
        else:
            await to_its_end(self._end(job, "done", message))

    async def _end(self, job: Job, state: JobState, message: str) -> None:
        """Note how a job ended, then clear away what it has left."""
        log.info("%s %d: %s %s", job.kind, job.id, state, message)
        progress = 1.0 if state == "done" else None
        await self._jobs.update(job.id, state=state, progress=progress, message=message)
        await self._tidy(job.kind)

    async def _tidy(self, kind: str) -> None:
        """Clear away what belongs to no job that goes on."""
        async with self._starting:  # Nothing begins in what is just being cleared away.
            await self._work[kind].tidy(await self._jobs.open_(kind))


async def to_its_end(work: Coroutine[Any, Any, T]) -> T:
    """Do what cannot be taken back once it has begun: whoever cancels meanwhile comes too late."""
    task = asyncio.create_task(work)
    while not task.done():  # Two may cancel it, one after the other.
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.shield(task)
    return await task


async def _cancelled(*tasks: asyncio.Task[None]) -> None:
    """End tasks, whatever they are doing."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
