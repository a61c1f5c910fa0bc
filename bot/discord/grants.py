"""Who has a permission in a channel, and whether anybody could have one without another.

Why no search through sets of roles: a permission is had in one of two ways and lacked in one of
two, and each is of the form "one of these roles, none of those". A set of roles that meets several
such terms still meets them when it keeps just one role for each; and there is such a set unless the
terms together rule out every role that one of them asks for. So trying the choices of ways is exact
for any number of roles, and many roles take hardly longer than few.

Sets of roles are bit masks. ``EVERYONE`` is the role that every member has.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

from bot.discord.facts import (
    ADMINISTRATOR,
    READING,
    ChannelFacts,
    GuildFacts,
    Overwrite,
    Person,
)

EVERYONE = 1
ANY_MEMBER = -1
"""In the place of a member's id: somebody of whom no overwrite speaks."""


class Terms(NamedTuple):
    """What the roles of a member must be like: at least one of some, none of others."""

    one_of: int
    none_of: int


class Grant(NamedTuple):
    """The roles that decide over a permission, in the order in which they have their say.

    Attributes:
        allow: Who has one of these has the permission.
        deny: Of the others, who has one of these lacks it.
        give: Of the others, who has one of these has it, and nobody else.
    """

    allow: int
    deny: int
    give: int

    def is_held_with(self, roles: int) -> bool:
        """Whether a member with just these roles has the permission."""
        return bool(roles & self.allow or (roles & self.give and not roles & self.deny))

    @property
    def ways_to_have(self) -> list[Terms]:
        """Who meets one of these has the permission, and nobody else."""
        return _possible(Terms(self.allow, 0), Terms(self.give, self.deny))

    @property
    def ways_to_lack(self) -> list[Terms]:
        """Who meets one of these lacks the permission, and nobody else."""
        return _possible(Terms(self.deny, self.allow), Terms(EVERYONE, self.allow | self.give))


def someone_could(have: Iterable[Grant], lack: Iterable[Grant]) -> bool:
    """Whether some roles give all of the one permissions and not all of the other."""
    ways_to_lack = [way for grant in lack for way in grant.ways_to_lack]
    return any(
        _agree(*ways, way)
        for ways in product(*(grant.ways_to_have for grant in have))
        for way in ways_to_lack
    )


def _possible(*ways: Terms) -> list[Terms]:
    return [way for way in ways if _agree(way)]


def _agree(*terms: Terms) -> bool:
    """Whether one set of roles could meet them all."""
    ruled_out = 0
    for one in terms:
        ruled_out |= one.none_of
    return not ruled_out & EVERYONE and all(one.one_of & ~ruled_out for one in terms)


@dataclass(frozen=True)
class Access:
    """Who has some permissions in a channel.

    Attributes:
        by_roles: What decides over each permission where nothing is said of the member.
        own: What is allowed and what is denied to single members, whatever their roles.
        administrators: Roles to which nothing can be denied.
    """

    by_roles: Mapping[int, Grant]
    own: Mapping[int, tuple[int, int]]
    administrators: int

    def of(self, member_id: int) -> list[Grant]:
        """What decides over each permission for this member."""
        allowed, denied = self.own.get(member_id, (0, 0))
        return [
            Grant(EVERYONE, 0, 0)
            if permission & allowed
            else Grant(self.administrators, EVERYONE, 0)
            if permission & denied
            else grant
            for permission, grant in self.by_roles.items()
        ]

    def is_within(self, other: "Access") -> bool:
        """Whether everybody who could have this access has the other one too."""
        members = self.own.keys() | other.own.keys() | {ANY_MEMBER}
        # One of those of whom both say the same stands for all of them.
        kinds = {(self.own.get(member), other.own.get(member)): member for member in members}
        return not any(
            someone_could(have=self.of(member), lack=other.of(member)) for member in kinds.values()
        )


class Roles:
    """The roles of a guild, and what they decide."""

    def __init__(self, guild: GuildFacts) -> None:
        self._guild = guild
        self._masks = {role_id: 2 << number for number, role_id in enumerate(guild.roles)}
        self._masks[guild.id] = EVERYONE
        self._administrators = self._that_give(ADMINISTRATOR)
        self._given = {permission: self._that_give(permission) for permission in READING}

    def have(self, person: Person, access: Access) -> bool:
        """Whether the person's roles give this access."""
        roles = EVERYONE | self._mask(person.role_ids)
        return all(grant.is_held_with(roles) for grant in access.of(person.id))

    def access(self, channel: ChannelFacts, permissions: int) -> Access:
        """Who has all of these permissions in a channel."""
        wanted = [one for one in READING if one & permissions]
        by_roles = {one: self._grant(channel.overwrites, one) for one in wanted}
        own = {
            one.id: (one.allow & permissions, one.deny & permissions)
            for one in channel.overwrites
            if one.is_member
        }
        own[self._guild.owner_id] = (permissions, 0)
        return Access(by_roles, own, self._administrators)

    def _grant(self, overwrites: Collection[Overwrite], permission: int) -> Grant:
        allowed = [one.id for one in overwrites if one.allow & permission and not one.is_member]
        denied = [one.id for one in overwrites if one.deny & permission and not one.is_member]
        give = self._given[permission]
        if self._guild.id in denied:
            give = 0
        if self._guild.id in allowed:
            give = EVERYONE
        # What is said of everyone only stands in for what roles give: other roles' say outdoes it.
        allow, deny = self._mask(allowed) & ~EVERYONE, self._mask(denied) & ~EVERYONE
        return Grant(allow | self._administrators, deny, give)

    def _mask(self, role_ids: Iterable[int]) -> int:
        """The roles among these that exist."""
        mask = 0
        for role_id in role_ids:
            mask |= self._masks.get(role_id, 0)
        return mask

    def _that_give(self, permission: int) -> int:
        return self._mask(one for one, given in self._guild.roles.items() if given & permission)
