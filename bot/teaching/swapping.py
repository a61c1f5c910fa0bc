"""What answers: brings the taught tags that are live in line with the catalogue.

Why one way for everything: a refit, a rollback, a promotion, a removal and forgetting all commit
first and are then read again here, one after the other. So whatever overlaps, the last look sees
the last commit, and nothing that was removed comes back.
"""

import asyncio
import contextlib
from collections.abc import Collection

from bot.catalogue import Catalogue, CurrentVersion
from bot.errors import UnavailableError
from bot.inference.supervisor import InferenceSupervisor
from bot.tags.overlay import Overlay
from bot.tags.own import LiveTag, OwnTag


def live_tag(current: CurrentVersion) -> LiveTag:
    """A version of the catalogue, as inference takes it."""
    tag, version = current.tag, current.version
    own = OwnTag(
        name=tag.name,
        name_ja=tag.name_ja,
        threshold=version.threshold,
        support=version.positives,
        tag_id=tag.id,
        guild_id=tag.guild_id,
        promoted=tag.promoted,
        number=version.number,
    )
    return LiveTag(own, version.prior_id, current.model)


class Swapping:
    """Swaps versions in and out."""

    def __init__(
        self, catalogue: Catalogue, overlay: Overlay, inference: InferenceSupervisor
    ) -> None:
        self._taught = catalogue.taught
        self._overlay = overlay
        self._inference = inference
        self._one_at_a_time = asyncio.Lock()

    async def refresh(self, tag_ids: Collection[int]) -> None:
        """Let what the catalogue holds now of some tags be what answers; all in one moment.

        Those that it has no longer, or no model of, are taken out. During a change of bundles
        there are two of them, each with versions of its own.
        """
        async with self._one_at_a_time:
            for prior_id in await self._priors(tag_ids):
                found = [await self._taught.current(tag_id, prior_id) for tag_id in tag_ids]
                tags = [live_tag(one) for one in found if one is not None]
                gone = set(tag_ids) - {one.tag.tag_id for one in tags}
                await self._overlay.swap(tags, gone, prior_id)

    async def drop(self, tag_ids: Collection[int]) -> None:
        """Take out tags that were removed."""
        async with self._one_at_a_time:
            await self._overlay.swap(gone=tag_ids)

    async def _priors(self, tag_ids: Collection[int]) -> set[str]:
        versions = [one for tag_id in tag_ids for one in await self._taught.versions(tag_id)]
        priors = {one.prior_id for one in versions}
        with contextlib.suppress(UnavailableError):  # a process that starts reads all of them
            priors.add(self._inference.facts.prior_id)
        return priors
