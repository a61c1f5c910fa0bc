"""Operating taught tags: their history, going back, retraining, removing, promoting."""

import contextlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile

from bot.catalogue import NewJob, RefitReason, Version
from bot.errors import UnknownTagError
from bot.tags.own import OwnTag
from bot.teaching.errors import NO_EARLIER_VERSION, NO_SUCH_VERSION, NO_TAGS, TeachingError
from bot.teaching.parts import TeachingPart, still_known
from bot.teaching.registering import TEACH

log = logging.getLogger(__name__)

RETRAIN = "retrain"


@dataclass(frozen=True)
class PastVersion:
    """A version of a tag, as its history shows it.

    Attributes:
        number: From 1.
        reason: What it was fitted for.
        positives: How many examples it was fitted on that have the tag.
        negatives: How many that have not.
        created_by: Who wished for it; 0: the bot.
        current: Whether it answers now.
        restorable: Whether one can go back to it: it still has examples.
    """

    number: int
    reason: RefitReason
    positives: int
    negatives: int
    created_at: datetime
    created_by: int
    current: bool
    restorable: bool


class Operating(TeachingPart):
    """What those who run a guild or the bot do with taught tags."""

    async def history(self, guild_id: int, name: str) -> tuple[PastVersion, ...]:
        """The versions of a tag, newest first.

        Raises:
            TeachingError: ``unknown_tag``.
        """
        tag = await self.get(guild_id, name)
        live = self._parts.service.overlay.live(tag.id)
        restorable = await self._taught.restorable(tag.id)
        return tuple(
            PastVersion(
                number=one.number,
                reason=one.reason,
                positives=one.positives,
                negatives=one.negatives,
                created_at=one.created_at,
                created_by=one.created_by,
                current=live is not None and live.number == one.number,
                restorable=one.id in restorable,
            )
            for one in await self._taught.versions(tag.id)
        )

    async def rollback(self, guild_id: int, name: str, version: int | None, user_id: int) -> int:
        """Go back to a version: the tag's examples become that version's again.

        What was marked since is taken back, whoever marked it: it is why one goes back. The
        history keeps it, so one can go forward again.

        Args:
            guild_id: Where.
            name: The tag's.
            version: Its number; None: the newest before the examples of now.
            user_id: Who wants it.

        Returns:
            The number of the version that it goes back to; a newer one is made of its examples.

        Raises:
            TeachingError: ``unknown_tag``; ``unknown_version`` if there is none of this number, or
                nothing is left of its examples; ``no_versions`` if there is no earlier one.
        """
        tag = await self.get(guild_id, name)
        versions = await self._taught.versions(tag.id)
        wished = [one for one in versions if one.number == version]
        restorable = await self._taught.restorable(tag.id)
        targets = _before(versions) if version is None else wished
        target = next((one for one in targets if one.id in restorable), None)
        if target is None and version is None:
            raise TeachingError("no_versions", NO_EARLIER_VERSION, name=tag.name)
        if target is None:
            raise TeachingError("unknown_version", NO_SUCH_VERSION, name=tag.name, version=version)
        with still_known(tag):
            await self._taught.roll_back(tag.id, target.id, user_id)
        log.info("tag %d: back to version %d, by %d", tag.id, target.number, user_id)
        return target.number

    async def retrain(self, guild_id: int, user_id: int, notice_channel_id: int = 0) -> int:
        """Refit all of a guild's own tags with everybody's marks that may be learnt from.

        Returns:
            The job that is done when all of them are live.

        Raises:
            TeachingError: ``no_tags`` if the guild has taught none.
        """
        job = NewJob(RETRAIN, guild_id, 0, user_id, notice_channel_id)
        if not await self._taught.of_guild(guild_id):
            raise TeachingError("no_tags", NO_TAGS)
        count, job_id = await self._taught.request_refits(guild_id, "retrained", user_id, job)
        if job_id is None:
            raise TypeError("A retraining with a job has no job. Expected its id.")
        log.info("guild %d: %d tags are retrained, job %d", guild_id, count, job_id)
        return job_id

    async def remove(self, guild_id: int, name: str, user_id: int) -> None:
        """Remove a tag with everything that was said of it here; its handed in pictures go too.

        Raises:
            TeachingError: ``unknown_tag``.
        """
        tag = await self.get(guild_id, name)
        with still_known(tag):
            await self._remove(tag.id)
        log.info("tag %d: removed by %d", tag.id, user_id)

    async def promote(self, guild_id: int, name: str, promoted: bool, user_id: int) -> None:  # noqa: FBT001 - as the command has it
        """Let a guild's tag count in every guild, or in its own alone again.

        Raises:
            TeachingError: ``unknown_tag``.
        """
        tag = await self.get(guild_id, name)
        with still_known(tag):
            await self._taught.set_promoted(tag.id, promoted=promoted)
        await self._parts.swapping.refresh([tag.id])
        self._parts.rescoring.ask(tag.id)
        log.info("tag %d: promoted: %s, by %d", tag.id, promoted, user_id)

    async def cancel(self, job_id: int, guild_id: int) -> bool:
        """Cancel a registration or a retraining; what it has not refitted yet stays as it is.

        A tag that has no version yet goes with its registration.

        Returns:
            False: it is over already, or no such job of this guild.
        """
        job = await self._catalogue.jobs.get(job_id)
        if job is None or job.guild_id != guild_id or job.kind not in (TEACH, RETRAIN):
            return False
        refits = [one for one in await self._taught.pending_refits() if one.job_id == job_id]
        if not await self._taught.cancel(job_id):
            return False
        if job.kind == TEACH:
            for tag_id in {one.tag_id for one in refits}:
                if not await self._taught.versions(tag_id):
                    with contextlib.suppress(UnknownTagError):  # somebody was faster
                        await self._remove(tag_id)
        return True

    async def left(self, guild_id: int) -> None:
        """Take out the tags of a guild that the bot has left and forgotten."""
        await self._parts.swapping.drop([one.tag_id for one in self._own(guild_id)])

    async def _remove(self, tag_id: int) -> None:
        posts = await self._taught.remove(tag_id)
        await self._parts.swapping.drop([tag_id])
        await self._parts.library.forget_posts(posts)

    def _own(self, guild_id: int) -> list[OwnTag]:
        return [
            one for one in self._parts.service.overlay.own(guild_id) if one.guild_id == guild_id
        ]


def _before(versions: Sequence[Version]) -> Sequence[Version]:
    """The versions before the examples of now, all newest first.

    What was forgotten and another bundle only had the same examples fitted anew.
    """
    anew = sum(1 for _ in takewhile(lambda one: one.reason in ("forgotten", "bundle"), versions))
    return versions[anew + 1 :]
