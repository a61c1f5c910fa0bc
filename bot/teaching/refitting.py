"""The worker that refits taught tags: one at a time, whatever happens to the processes.

Every wish for a refit is a row that was written with what it is about: marks, examples, a
forgotten illustration. So a kill at any moment loses none, and the next start works them off.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from bot.catalogue import Catalogue, DatabaseTroubleError, NewRefit, Refit, TaughtTag
from bot.catalogue.claiming import kept
from bot.errors import (
    TeachingFailedError,
    TeachingLostError,
    UnavailableError,
    UnknownTagError,
)
from bot.inference.client import BundleFacts
from bot.inference.supervisor import InferenceSupervisor
from bot.teaching.fitting import Fitting, IncompleteError
from bot.teaching.swapping import Swapping

log = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 30.0
# Then embeddings that were missing may be there.
LATER_SECONDS = 5.0
# Then the teaching process may survive a tag that it was lost with each time.
MUCH_LATER_SECONDS = 60.0
# What was forgotten must leave a tag, so such a wish is never given up; at last once an hour.
FIRST_RETRY_SECONDS, LONGEST_RETRY_SECONDS = 15.0, 3600.0
# The marks of a round come a second apart: they become one version, unless somebody waits for it.
REST_SECONDS = 3.0
# So often a tag is tried before that is called a failure, or others need not wait for it.
MOST_TRIES = 5
# What nobody waits for goes last.
_PATIENT = ("retrained", "bundle")


class Refitting:
    """Works wishes off, and says when a tag has none left."""

    def __init__(
        self,
        catalogue: Catalogue,
        inference: InferenceSupervisor,
        fitting: Fitting,
        swapping: Swapping,
        on_live: Callable[[int], None],
    ) -> None:
        self._catalogue = catalogue
        self._taught = catalogue.taught
        self._inference = inference
        self._fitting = fitting
        self._swapping = swapping
        self._on_live = on_live
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._waiting: dict[int, list[asyncio.Future[None]]] = {}
        # Tags that are set aside for a while, and the encoder that has embedded all.
        self._later: set[int] = set()
        self._complete: str | None = None
        self._warming: asyncio.Task[None] | None = None
        # The refits that wait for something forgotten, and whose tags were looked at for that.
        self._taken_out: set[int] = set()
        # How often the teaching process was lost with a tag.
        self._lost: dict[int, int] = {}
        # How long a tag that cannot be fitted without what was forgotten is let be next time.
        self._retries: dict[int, float] = {}

    async def run(self) -> None:
        """Refit whatever is wished, until cancelled."""
        await self._inference.ready()
        listening = asyncio.create_task(self._listen())
        pause = FIRST_PAUSE_SECONDS
        try:
            while True:
                self._wake.clear()
                if await self._try_to_work_off():
                    pause = FIRST_PAUSE_SECONDS
                    self._idle.set()
                    await self._wake.wait()
                    self._idle.clear()
                else:
                    await asyncio.sleep(pause)
                    pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
        finally:
            tasks = [task for task in (listening, self._warming) if task is not None]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def idle(self) -> None:
        """Wait until there is nothing to refit: what has time gives way to it."""
        await self._idle.wait()

    def expect(self) -> None:
        """Somebody is about to teach: what is slow to start, starts now."""
        if self._warming is None or self._warming.done():
            self._warming = asyncio.create_task(self._fitting.warm_up())

    async def settled(self, tag_id: int) -> None:
        """Wait until every wish that was written for a tag so far is live, or cannot be granted."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(tag_id, []).append(future)
        self._wake.set()
        try:
            await future
        finally:
            waiting = self._waiting.get(tag_id, [])
            with contextlib.suppress(ValueError):
                waiting.remove(future)
            if not waiting:
                self._waiting.pop(tag_id, None)

    def embedded(self) -> None:
        """Every illustration has its embedding of the served encoder: nothing is waited for."""
        self._complete = self._inference.facts.encoder_id
        self._later.clear()
        self._wake.set()

    def published_elsewhere(self, tag_ids: Collection[int]) -> None:
        """Another process has published versions of some tags: whoever waits for them is told."""
        self._later.difference_update(tag_ids)
        self._wake.set()

    def _look_again(self, tag_id: int) -> None:
        self._later.discard(tag_id)
        self._wake.set()

    async def _listen(self) -> None:
        while True:
            await self._taught.asked()
            self._wake.set()

    async def _try_to_work_off(self) -> bool:
        """Work everything off; False: something is not there now, and is to be tried again."""
        try:
            await self._work_off()
        except (UnavailableError, DatabaseTroubleError) as error:
            log.warning("teaching: trying again: %s", error)
            return False
        except Exception:
            log.exception("teaching: trying again after an unexpected error")
            return False
        return True

    async def _work_off(self) -> None:
        while True:
            waiting = {tag_id: list(futures) for tag_id, futures in self._waiting.items()}
            pending = await self._taught.pending_refits()
            open_tags = {one.tag_id for one in pending}
            await self._tell_of({one: waiting[one] for one in waiting.keys() - open_tags})
            await self._take_out(pending)
            put_off = self._later | self._being_marked(pending)
            now = [one for one in pending if one.tag_id not in put_off]
            if not now:
                return
            tag_id = min(now, key=self._urgency).tag_id
            if not await self._taught.claim_refits(tag_id):
                self._set_aside(tag_id, LATER_SECONDS)
                continue
            async with kept(f"tag {tag_id}", partial(self._renew, tag_id)):
                await self._refit(tag_id, [one for one in now if one.tag_id == tag_id])

    async def _renew(self, tag_id: int) -> bool:
        """Keep a tag's refits claimed; it is tried again where some of them are not free now."""
        await self._taught.claim_refits(tag_id)
        return True

    async def _tell_of(self, settled: Mapping[int, Sequence[asyncio.Future[None]]]) -> None:
        """Tell who waits for tags that have no open wishes."""
        if settled and self._catalogue.is_shared:
            await self._swapping.refresh(settled)  # Another process may have granted them.
        for futures in settled.values():
            _tell(futures)

    async def _take_out(self, pending: Sequence[Refit]) -> None:
        """What was learnt from something that is forgotten does not answer until the refit."""
        forgotten = {one.id: one.tag_id for one in pending if one.reason == "forgotten"}
        new = forgotten.keys() - self._taken_out
        if new:
            await self._swapping.refresh({forgotten[id_] for id_ in new})
        self._taken_out = set(forgotten)

    def _being_marked(self, pending: Sequence[Refit]) -> set[int]:
        """The tags that somebody is marking right now, and whose next version nobody waits for."""
        now = datetime.now(UTC)
        since = now - timedelta(seconds=REST_SECONDS)
        marked = {one.tag_id for one in pending if since < one.created_at <= now}
        hurried = {one.tag_id for one in pending if one.job_id or one.reason != "taught"}
        resting = marked - hurried - self._waiting.keys()
        if resting:
            asyncio.get_running_loop().call_later(REST_SECONDS, self._wake.set)
        return resting

    def _urgency(self, refit: Refit) -> tuple[int, bool, int]:
        """What comes first; a tag that the teaching process was lost with lets the others pass."""
        return self._lost.get(refit.tag_id, 0), refit.reason in _PATIENT, refit.id

    async def _refit(self, tag_id: int, refits: Sequence[Refit]) -> None:
        try:
            tag = await self._taught.tag(tag_id)
            if tag is None or not await self._published(tag, refits):
                return
        except IncompleteError:
            self._set_aside(tag_id, LATER_SECONDS)
            return
        except TeachingLostError as error:
            self._lost[tag_id] = self._lost.get(tag_id, 0) + 1
            if self._lost[tag_id] < MOST_TRIES:
                raise
            log.error("tag %d: the teaching process is lost each time: %s", tag_id, error)
            self._set_aside(tag_id, MUCH_LATER_SECONDS)
            return
        except TeachingFailedError as error:
            await self._fail(tag_id, refits, error)
            return
        self._lost.pop(tag_id, None)
        self._retries.pop(tag_id, None)
        await self._swapping.refresh([tag_id])
        self._on_live(tag_id)

    def _set_aside(self, tag_id: int, seconds: float) -> None:
        """Let a tag's wishes stand, and everything else go on."""
        self._later.add(tag_id)
        asyncio.get_running_loop().call_later(seconds, self._look_again, tag_id)

    async def _published(self, tag: TaughtTag, refits: Sequence[Refit]) -> bool:
        """Fit and publish, again where something was forgotten or the bundle changed meanwhile.

        Returns:
            False: the tag was removed.

        Raises:
            TeachingFailedError: If it does not succeed.
        """
        failure = TeachingFailedError("Its examples changed each time while it was fitted.")
        for _ in range(MOST_TRIES):
            facts = self._inference.facts
            complete = self._complete == facts.encoder_id
            try:
                number = await self._fitting.refit(tag, refits, facts, complete=complete)
            except UnknownTagError:
                return False
            except TeachingFailedError as error:
                failure = error
                await asyncio.sleep(FIRST_PAUSE_SECONDS)
                continue
            if number is not None:
                await self._follow_the_bundle(tag, facts)
                return True
        raise failure

    async def _follow_the_bundle(self, tag: TaughtTag, fitted_for: BundleFacts) -> None:
        """Wish again for what was fitted for a bundle that another has taken over from meanwhile.

        That one looked for such tags before this version was there.
        """
        # One that has still to start looks for such tags itself.
        with contextlib.suppress(UnavailableError, UnknownTagError):
            if self._inference.facts.prior_id != fitted_for.prior_id:
                await self._taught.request_refit(NewRefit(tag.id, "bundle"))

    async def _fail(self, tag_id: int, refits: Sequence[Refit], error: Exception) -> None:
        """Let go of wishes that cannot be granted, but of none that comes from forgetting."""
        dropped = [one for one in refits if one.reason != "forgotten"]
        for job_id in {one.job_id for one in dropped if one.job_id is not None}:
            await self._catalogue.jobs.update(job_id, state="failed", message=str(error))
        await self._taught.drop_refits([one.id for one in dropped])
        if len(dropped) == len(refits):
            log.error("tag %d: it cannot be refitted; its last version stays: %s", tag_id, error)
            return
        pause = self._retries.get(tag_id, FIRST_RETRY_SECONDS)
        self._retries[tag_id] = min(2 * pause, LONGEST_RETRY_SECONDS)
        log.error(
            "tag %d: it cannot be refitted without what was forgotten, and says nothing until it "
            "is; trying again in %.0f s: %s",
            *(tag_id, pause, error),
        )
        self._set_aside(tag_id, pause)
        _tell(self._waiting.get(tag_id, ()))


def _tell(futures: Sequence[asyncio.Future[None]]) -> None:
    for future in futures:
        if not future.done():
            future.set_result(None)
