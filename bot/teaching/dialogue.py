"""Teaching a tag further: more examples, marks, and what to ask next."""

import asyncio
from collections.abc import Collection, Mapping, Sequence

from bot.catalogue import TaughtTag, Version
from bot.places import Scope
from bot.teaching.parts import TeachingPart, still_known
from bot.teaching.registering import checked_examples
from bot.teaching.rounds import Round

GRID = 9
LIVE_SECONDS = 10.0


class Dialogue(TeachingPart):
    """The dialogue with whoever teaches; several people may hold it at once."""

    async def hand_in(
        self, guild_id: int, name: str, ids: Sequence[int], user_id: int
    ) -> TaughtTag:
        """Hand illustrations in as examples that have a tag; its next version follows by itself.

        Raises:
            TeachingError: ``unknown_tag``, ``no_examples`` or ``too_many_examples``.
            UnknownPostError: If one is no illustration of this guild (any more).
        """
        tag = await self.get(guild_id, name)
        with still_known(tag):
            await self._taught.hand_in(tag.id, checked_examples(ids), user_id)
        return tag

    async def mark(
        self, guild_id: int, name: str, user_id: int, verdicts: Mapping[int, bool | None]
    ) -> TaughtTag:
        """Keep what a person says while teaching; the tag's next version follows by itself.

        Args:
            guild_id: Where.
            name: The tag's.
            user_id: Who says so. What this person said before of the same illustration is
                overwritten; what others said stands beside it.
            verdicts: By illustration, whether it has the tag; None takes back what this person
                said. Those that the guild has not (any more) are left out.

        Raises:
            TeachingError: ``unknown_tag``.
        """
        tag = await self.get(guild_id, name)
        with still_known(tag):
            await self._taught.teach_marks(tag.id, user_id, verdicts)
        return tag

    async def said(
        self, guild_id: int, name: str, user_id: int, ids: Sequence[int]
    ) -> dict[int, bool]:
        """What a person said of some illustrations, as far as they said anything."""
        tag = await self.get(guild_id, name)
        found: dict[int, bool] = {}
        for id_ in ids:
            verdict = (await self._catalogue.marks.verdicts_of(id_, user_id)).get(tag.name)
            if verdict is not None:
                found[id_] = verdict
        return found

    async def round(
        self,
        guild_id: int,
        name: str,
        scope: Scope,
        user_id: int,
        count: int = GRID,
        skip: Collection[int] = (),
    ) -> Round:
        """What to ask next, with the version that is live now.

        Args:
            guild_id: Where.
            name: The tag's.
            scope: What may be shown to whom teaches.
            user_id: Who teaches.
            count: About how many at most.
            skip: What is not to be asked about now: somebody had no opinion on it.

        Raises:
            TeachingError: ``unknown_tag``.
            UnavailableError: If inference or the teaching process is not there.
        """
        tag = await self.get(guild_id, name)
        with still_known(tag):
            return await self._parts.rounds.ask(tag, scope, user_id, count, skip)

    async def live(self, tag_id: int, timeout_seconds: float = LIVE_SECONDS) -> Version | None:
        """Wait until everything that was said of a tag so far is learnt and answers.

        Returns:
            The version that answers; None: there is none, since the tag has no examples, could
            not be learnt, or was removed.

        Raises:
            TimeoutError: If it takes longer; it goes on all the same.
        """
        async with asyncio.timeout(timeout_seconds):
            await self._parts.refitting.settled(tag_id)
        return await self.current(tag_id)

    async def current(self, tag_id: int) -> Version | None:
        """The version of a tag that answers now, None when there is none.

        Raises:
            UnavailableError: If inference has not started yet.
        """
        prior_id = self._parts.service.inference.facts.prior_id
        found = await self._taught.current(tag_id, prior_id)
        return None if found is None else found.version
