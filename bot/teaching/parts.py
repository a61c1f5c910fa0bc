"""What the parts of teaching work with, and how they find a guild's own tag."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bot.catalogue import Catalogue, TaughtTag
from bot.errors import UnknownTagError
from bot.library import Library
from bot.service import Service
from bot.tags.names import fold
from bot.tags.rules import TagRules
from bot.teaching.bringing import Bringing
from bot.teaching.errors import NO_SUCH_TAG, TeachingError
from bot.teaching.fitting import Fitting
from bot.teaching.refitting import Refitting
from bot.teaching.rescoring import Rescoring
from bot.teaching.rounds import Rounds
from bot.teaching.swapping import Swapping


@dataclass(frozen=True)
class Parts:
    """Each built once.

    Attributes:
        service: What every face shares.
        library: What exists.
        catalogue: The library's database.
        bringing: Image files into the library.
        fitting: Examples into versions.
        swapping: Versions into what answers.
        refitting: The worker that does both.
        rescoring: The worker that scores what was there before.
        rounds: Chooses what to ask next.
    """

    service: Service
    library: Library
    catalogue: Catalogue
    bringing: Bringing
    fitting: Fitting
    swapping: Swapping
    refitting: Refitting
    rescoring: Rescoring
    rounds: Rounds


class TeachingPart:
    """A part of teaching: what can be asked about one concern."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._catalogue = parts.catalogue
        self._taught = parts.catalogue.taught

    async def own(self, guild_id: int) -> list[TaughtTag]:
        """The tags that a guild has taught, by name; whoever asks for them is about to teach."""
        self._parts.refitting.expect()
        return await self._taught.of_guild(guild_id)

    async def get(self, guild_id: int, name: str) -> TaughtTag:
        """The guild's own tag of this name: in either language, or as the guild calls it.

        Raises:
            TeachingError: ``unknown_tag`` if there is none.
        """
        exact = await self._taught.get(guild_id, name)
        if exact is not None:
            return exact
        aliases, wanted = (await self._rules(guild_id)).aliases, fold(name)
        for tag in await self._taught.of_guild(guild_id):
            names = (tag.name, tag.name_ja, aliases.get(tag.name, ""))
            if wanted and wanted in map(fold, names):
                return tag
        raise TeachingError("unknown_tag", NO_SUCH_TAG, name=name)

    async def tag(self, guild_id: int, tag_id: int) -> TaughtTag | None:
        """The guild's own tag of this id, None when it has none (any more)."""
        tag = await self._taught.tag(tag_id)
        return tag if tag is not None and tag.guild_id == guild_id else None

    async def _rules(self, guild_id: int) -> TagRules:
        return (await self._catalogue.guilds.settings(guild_id)).rules


@contextmanager
def still_known(tag: TaughtTag) -> Iterator[None]:
    """Says in everybody's words that a tag was removed meanwhile."""
    try:
        yield
    except UnknownTagError as error:
        raise TeachingError("unknown_tag", NO_SUCH_TAG, name=tag.name) from error
