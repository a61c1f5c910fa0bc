"""What decides who may read what in a guild, without discord.py.

Permissions are bits, as Discord numbers them; the role that everybody has carries the guild's id.
"""

from collections.abc import Mapping
from dataclasses import dataclass

ADMINISTRATOR = 1 << 3
VIEW_CHANNEL = 1 << 10
READ_MESSAGE_HISTORY = 1 << 16
CONNECT = 1 << 20
MANAGE_THREADS = 1 << 34
READING = (VIEW_CHANNEL, READ_MESSAGE_HISTORY, CONNECT, MANAGE_THREADS)
"""All that a channel's overwrites can change about who reads it."""


@dataclass(frozen=True)
class Overwrite:
    """What a channel allows and denies to a role or to a member.

    Attributes:
        id: Of the role or of the member.
    """

    id: int
    is_member: bool
    allow: int
    deny: int


@dataclass(frozen=True)
class ChannelFacts:
    """What decides who reads a channel.

    Attributes:
        nsfw: Whether it is age-restricted.
        voice: Whether it is a voice or stage channel.
    """

    id: int
    overwrites: frozenset[Overwrite]
    nsfw: bool
    voice: bool


@dataclass(frozen=True)
class GuildFacts:
    """What decides who reads what in a guild, at one moment.

    Attributes:
        roles: The permissions of each role.
        channels: Those that exist, without the threads, which follow their parents.
    """

    id: int
    owner_id: int
    roles: Mapping[int, int]
    channels: Mapping[int, ChannelFacts]


@dataclass(frozen=True)
class Person:
    """A member whose roles are known.

    Attributes:
        threads: Private threads that this person is known to be in.
    """

    id: int
    role_ids: frozenset[int]
    threads: frozenset[int] = frozenset()
