"""Teaching tags: what every face asks for, in one place.

Whatever is acknowledged here stands in the catalogue already. A model of it follows by itself
(``bot.teaching.refitting``); ``live`` waits for it. Who may teach is for the faces to decide.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager

from bot.catalogue import NewRefit
from bot.errors import TeachingFailedError, UnknownTagError
from bot.inference.client import BundleFacts
from bot.library import Library
from bot.service import Service
from bot.teaching.bringing import Bringing, ExampleImage
from bot.teaching.dialogue import Dialogue
from bot.teaching.fitting import Fitting, IncompleteError
from bot.teaching.operating import Operating, PastVersion
from bot.teaching.parts import Parts
from bot.teaching.refitting import Refitting
from bot.teaching.registering import Registered, Registering
from bot.teaching.rescoring import Rescoring
from bot.teaching.rounds import Round, Rounds
from bot.teaching.swapping import Swapping
from bot.teaching.teacher import Teacher

__all__ = ["ExampleImage", "PastVersion", "Registered", "Round", "Teaching"]

log = logging.getLogger(__name__)


class Teaching(Registering, Dialogue, Operating):
    """Everything that can be done with guilds' own tags."""

    @classmethod
    def build(
        cls, service: Service, library: Library, swapping: Swapping, teacher: Teacher
    ) -> "Teaching":
        """Build every part of teaching."""
        catalogue, inference = library.catalogue, service.inference
        rescoring = Rescoring(catalogue, inference, teacher)
        fitting = Fitting(catalogue, teacher)
        return cls(
            Parts(
                service=service,
                library=library,
                catalogue=catalogue,
                bringing=Bringing(library, service.pipeline),
                fitting=fitting,
                swapping=swapping,
                refitting=Refitting(catalogue, inference, fitting, swapping, rescoring.ask),
                rescoring=rescoring,
                rounds=Rounds(catalogue, library.index, inference, teacher),
            )
        )

    @asynccontextmanager
    async def working(self, owns: Callable[[int], bool]) -> AsyncIterator[None]:
        """Refit, and score what was there before, in the background meanwhile.

        Args:
            owns: Whether a guild is this process's, and no other one's.
        """
        parts = self._parts
        await parts.bringing.tidy(owns)
        tasks = [
            asyncio.create_task(parts.refitting.run()),
            asyncio.create_task(parts.rescoring.run(parts.refitting)),
        ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def expect(self) -> None:
        """Start what is slow to start: somebody may teach soon."""
        self._parts.refitting.expect()

    async def reread(self, tag_ids: Collection[int]) -> None:
        """Let what another process has made of some tags answer here too."""
        await self._parts.swapping.refresh(tag_ids)
        self._parts.refitting.published_elsewhere(tag_ids)

    async def switched(self) -> None:
        """Every illustration has its embedding of the served encoder: learn what could not be.

        For each start and each change of bundles, after the library was read anew.
        """
        parts = self._parts
        for tag_id in await self._outdated(parts.service.inference.facts):
            with contextlib.suppress(UnknownTagError):  # it was removed meanwhile
                await self._taught.request_refit(NewRefit(tag_id, "bundle"))
        parts.refitting.embedded()
        await parts.rescoring.ask_all()

    async def refit_for(self, bundle: BundleFacts, teacher: Teacher) -> int:
        """Fit every tag for a bundle that is not served yet, as far as it is not fitted.

        Args:
            bundle: Of whose encoder the whole library has embeddings by now.
            teacher: On that bundle.

        Returns:
            How many tags were fitted; call it until there are none: what is marked meanwhile is
            learnt for the bundle that is served.

        Raises:
            TeachingLostError: If the teaching process was lost; trying again helps.
            TeachingFailedError: If it refuses the bundle: every tag would be missing.
        """
        fitting, count = Fitting(self._catalogue, teacher), 0
        outdated = await self._outdated(bundle)
        if outdated:
            await teacher.warm_up()
        for tag_id in outdated:
            tag = await self._taught.tag(tag_id)
            if tag is None:
                continue
            try:
                number = await fitting.refit(tag, (), bundle, complete=True)
            except (UnknownTagError, IncompleteError):
                continue  # removed meanwhile, or nothing of its examples can be embedded
            except TeachingFailedError:
                log.exception("tag %d: cannot be fitted for another bundle", tag_id)
                continue
            if number is not None:
                await self._parts.swapping.refresh([tag_id])
                count += 1
        return count

    async def _outdated(self, bundle: BundleFacts) -> list[int]:
        """The tags whose newest version was fitted for another bundle's prior.

        A tag without any version has a wish of its own that stands.
        """
        ids: list[int] = []
        for tag in await self._taught.every():
            newest = next(iter(await self._taught.versions(tag.id)), None)
            if newest is not None and newest.prior_id != bundle.prior_id:
                ids.append(tag.id)
        return ids
