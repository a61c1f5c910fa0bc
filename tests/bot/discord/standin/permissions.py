"""Who may do what where: computed from roles and overwrites, as Discord's documentation has it."""

from collections.abc import Iterable
from enum import IntFlag
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.bot.discord.standin.world import Channel, Member


class P(IntFlag):
    """The permissions that matter here; the others exist as bits only."""

    CREATE_INVITE = 1 << 0
    KICK_MEMBERS = 1 << 1
    BAN_MEMBERS = 1 << 2
    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    EXTERNAL_EMOJIS = 1 << 18
    CONNECT = 1 << 20
    SPEAK = 1 << 21
    CHANGE_NICKNAME = 1 << 26
    MANAGE_ROLES = 1 << 28
    MANAGE_WEBHOOKS = 1 << 29
    USE_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    SEND_IN_THREADS = 1 << 38
    MODERATE_MEMBERS = 1 << 40
    PIN_MESSAGES = 1 << 51


ALL = (1 << 53) - 1
NONE = 0

# What a new guild gives to everyone.
EVERYONE = int(
    P.CREATE_INVITE
    | P.ADD_REACTIONS
    | P.VIEW_CHANNEL
    | P.SEND_MESSAGES
    | P.EMBED_LINKS
    | P.ATTACH_FILES
    | P.READ_MESSAGE_HISTORY
    | P.MENTION_EVERYONE
    | P.EXTERNAL_EMOJIS
    | P.CONNECT
    | P.SPEAK
    | P.CHANGE_NICKNAME
    | P.USE_COMMANDS
    | P.CREATE_PUBLIC_THREADS
    | P.CREATE_PRIVATE_THREADS
    | P.SEND_IN_THREADS
)
_IN_TIMEOUT = int(P.VIEW_CHANNEL | P.READ_MESSAGE_HISTORY)
# Without SEND_MESSAGES these mean nothing, and Discord takes them away as well.
_OF_SENDING = int(P.MENTION_EVERYONE | P.EMBED_LINKS | P.ATTACH_FILES)


def bits(permissions: object) -> int:
    """The number behind ``P``, ``discord.Permissions`` or a number."""
    return int(getattr(permissions, "value", permissions))


def in_guild(member: "Member") -> int:
    """What a member may do in the guild, before any channel's overwrites."""
    guild = member.guild
    if guild.owner is member:
        return ALL
    granted = guild.everyone.permissions
    for role in member.roles:
        granted |= role.permissions
    return ALL if granted & P.ADMINISTRATOR else granted


def in_channel(member: "Member", channel: "Channel") -> int:
    """What a member may do in a channel; a thread has its parent's overwrites."""
    granted = in_guild(member)
    if granted == ALL:
        return ALL
    place = channel.parent if channel.is_thread and channel.parent else channel
    roles = {role.id for role in member.roles}
    everyone = member.guild.everyone.id
    overwrites = place.overwrites
    for ids in ([everyone], roles, [member.id]):
        deny, allow = _sum_of(overwrites, ids)
        granted = (granted & ~deny) | allow
    if member.timed_out:
        granted &= _IN_TIMEOUT
    return _without_the_pointless(granted, is_thread=channel.is_thread)


def _sum_of(overwrites: "dict[int, tuple[int, int]]", ids: Iterable[int]) -> tuple[int, int]:
    deny = allow = 0
    for one in ids:
        if one in overwrites:
            allowed, denied = overwrites[one]
            allow |= allowed
            deny |= denied
    return deny, allow


def _without_the_pointless(granted: int, *, is_thread: bool) -> int:
    if not granted & P.VIEW_CHANNEL:
        return NONE
    if not granted & (P.SEND_IN_THREADS if is_thread else P.SEND_MESSAGES):
        granted &= ~_OF_SENDING
    return granted


def can_see(member: "Member", channel: "Channel") -> bool:
    """Whether a channel exists for a member: private threads are for those who are in them."""
    granted = in_channel(member, channel)
    if not granted & P.VIEW_CHANNEL:
        return False
    if channel.is_private_thread:
        return member.id in channel.members or bool(granted & P.MANAGE_THREADS)
    return True


def can_send(member: "Member", channel: "Channel") -> bool:
    """Whether a member may write in a channel or thread."""
    needed = P.SEND_IN_THREADS if channel.is_thread else P.SEND_MESSAGES
    return can_see(member, channel) and bool(in_channel(member, channel) & needed)
