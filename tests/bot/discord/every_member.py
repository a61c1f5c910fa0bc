"""Who could read what, decided by counting out every member that a small guild could have.

Independent of the bot's own way of deciding it: tests hold both against each other.
"""

from itertools import combinations

from hypothesis import strategies as st

from bot.discord.facts import ChannelFacts, GuildFacts, Overwrite
from bot.places import Place

VIEW, HISTORY, CONNECT, THREADS, ADMINISTRATOR = (1 << bit for bit in (10, 16, 20, 34, 3))
EVERYTHING = VIEW | HISTORY | CONNECT | THREADS
EVERYONE, *ROLES = range(1, 6)
OWNER, *MEMBERS = range(5, 8)  # numbers of roles and of members may meet
SOMEBODY = 9


def permissions(facts: GuildFacts, channel: ChannelFacts, member: int, roles: frozenset) -> int:
    """A member's permissions, step by step as Discord describes them."""
    if member == facts.owner_id:
        return EVERYTHING
    result = facts.roles[facts.id]
    for role in roles:
        result |= facts.roles[role]
    if result & ADMINISTRATOR:
        return EVERYTHING
    for one in channel.overwrites:
        if one.id == facts.id and not one.is_member:
            result = (result & ~one.deny) | one.allow
    denied = allowed = 0
    for one in channel.overwrites:
        if one.id in roles and not one.is_member:
            denied |= one.deny
            allowed |= one.allow
    result = (result & ~denied) | allowed
    for one in channel.overwrites:
        if one.id == member and one.is_member:
            result = (result & ~one.deny) | one.allow
    return result


def can_read(facts: GuildFacts, where: Place, member: int, roles: frozenset, *, old: bool) -> bool:
    channel = facts.channels[where.parent_id or where.channel_id]
    has = permissions(facts, channel, member, roles)
    needed = VIEW | HISTORY * old | CONNECT * channel.voice
    return has & needed == needed


def all_may_see(facts: GuildFacts, where: Place, source: Place) -> bool:
    others = [role for role in facts.roles if role != facts.id]
    return not any(
        can_read(facts, where, member, frozenset(roles), old=False)
        and not can_read(facts, source, member, frozenset(roles), old=True)
        for size in range(len(others) + 1)
        for roles in combinations(others, size)
        for member in (SOMEBODY, OWNER, *MEMBERS)
    )


some_permissions = st.sets(st.sampled_from([VIEW, HISTORY, CONNECT, THREADS])).map(sum)


@st.composite
def guilds(draw) -> GuildFacts:
    administrator = st.sampled_from([0] * 9 + [ADMINISTRATOR])
    roles = {EVERYONE: draw(some_permissions) | draw(administrator)}
    for role in ROLES[: draw(st.integers(0, len(ROLES)))]:
        roles[role] = draw(some_permissions) | draw(administrator)

    def channel(channel_id: int) -> ChannelFacts:
        everybody = [(one, False) for one in roles] + [(one, True) for one in (OWNER, *MEMBERS)]
        said = []
        for one, is_member in draw(st.sets(st.sampled_from(everybody), max_size=6)):
            denied = draw(some_permissions)
            said.append(Overwrite(one, is_member, draw(some_permissions) & ~denied, denied))
        age = draw(st.sampled_from([False, False, False, True]))
        return ChannelFacts(channel_id, frozenset(said), age, draw(st.booleans()))

    return GuildFacts(1, OWNER, roles, {one: channel(one) for one in (10, 11)})


PLACES = [
    Place(1, 10),
    Place(1, 11),
    Place(1, 101, 10),
    Place(1, 111, 11),
    Place(1, 102, 10, private=True),
    Place(1, 112, 11, private=True),
]
places = st.sampled_from(PLACES)


def suits_the_age(facts: GuildFacts, where: Place, source: Place) -> bool:
    channels = [facts.channels[one.parent_id or one.channel_id] for one in (where, source)]
    return channels[0].nsfw or not channels[1].nsfw
