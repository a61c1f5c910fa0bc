"""Nobody sees what they may not see: rule 1 of the design as one function, ``may_show``.

What shows in an answer: only what comes from the answer's guild, from a place that everyone who can
see the answer may read now, and from an age-restricted channel only in one. In doubt, nothing.

Reading an answer takes View Channel where it stands. Reading an older post takes Read Message
History as well, also in the answer's own channel: who sees a channel without its history must not
be shown its history. In a voice channel both take Connect. A thread is read by those who read its
parent; a private one by those of them who are in it or who manage the parent's threads.

Who can see an answer: an ephemeral one, one person, whose roles are known. A public one, everybody
who may read where it stands. Without the members intent Discord does not say who they are, so it is
decided for every member who could exist: with any roles, and with each overwrite that a member has
in either channel. If one of them could read the answer and not the source, the source stays hidden.
Administrators and the owner read everything; other applications are readers like everybody.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.discord.facts import (
    CONNECT,
    MANAGE_THREADS,
    READ_MESSAGE_HISTORY,
    VIEW_CHANNEL,
    ChannelFacts,
    GuildFacts,
    Overwrite,
    Person,
)
from bot.discord.grants import Access, Roles
from bot.places import Place


@dataclass(frozen=True)
class Audience:
    """Who can see an answer.

    Attributes:
        place: Where it stands; None: in a direct message.
        person: The only one who sees it; None: all who may read the place.
    """

    place: Place | None
    person: Person | None = None


def may_show(guild: GuildFacts, audience: Audience, source: Place) -> bool:
    """Whether what was posted at the source may show in an answer to this audience."""
    return _Readers(guild, audience).may_be_shown(source)


def visible_channels(
    guild: GuildFacts, audience: Audience, sources: Iterable[Place]
) -> frozenset[int]:
    """The channel ids of the sources that ``may_show``; those that are alike are decided once."""
    readers = _Readers(guild, audience)
    return frozenset(source.channel_id for source in sources if readers.may_be_shown(source))


class _Readers:
    """Everyone who can see an answer."""

    def __init__(self, guild: GuildFacts, audience: Audience) -> None:
        self._guild = guild
        self._place = audience.place
        self._person = audience.person
        self._roles = Roles(guild)
        self._here = self._channel(audience.place) if audience.place else None
        self._answer = self._roles.access(self._here, _to_read(self._here)) if self._here else None
        self._decisions: dict[tuple[frozenset[Overwrite], int], bool] = {}

    def may_be_shown(self, source: Place) -> bool:
        """Whether every one of them may see here what was posted there."""
        place, here, there = self._place, self._here, self._channel(source)
        if place is None or here is None or there is None:
            return False
        if not place.guild_id == source.guild_id == self._guild.id:
            return False
        if there.nsfw and not here.nsfw:
            return False
        needed = _to_read(there) | READ_MESSAGE_HISTORY
        if source.private and source.channel_id != place.channel_id:
            if self._person is None:
                return False  # whoever reads this place can be missing from that thread
            if source.channel_id not in self._person.threads:
                needed |= MANAGE_THREADS
        alike = (there.overwrites, needed)
        if alike not in self._decisions:
            self._decisions[alike] = self._have(self._roles.access(there, needed))
        return self._decisions[alike]

    def _channel(self, place: Place) -> ChannelFacts | None:
        if self._guild.id not in self._guild.roles:
            return None  # a guild of which nothing is known but its name
        return self._guild.channels.get(place.parent_id or place.channel_id)

    def _have(self, source: Access) -> bool:
        if self._person is not None:
            return self._roles.have(self._person, source)
        return self._answer is not None and self._answer.is_within(source)


def _to_read(channel: ChannelFacts) -> int:
    return VIEW_CHANNEL | CONNECT if channel.voice else VIEW_CHANNEL
