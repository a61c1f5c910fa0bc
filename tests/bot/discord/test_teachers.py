"""Who may teach where Discord does not decide it: from a guild's integration settings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.discord.teachers import said_of

GUILD, TEACHERS, OTHERS, MIRA = 1, 20, 21, 300
ROLE, USER, CHANNEL = 1, 2, 3


def said(*permissions):
    return said_of(
        GUILD,
        [{"id": str(id_), "type": kind, "permission": open_} for id_, kind, open_ in permissions],
    )


@pytest.mark.parametrize(
    ("permissions", "role_ids", "verdict"),
    [
        ([], [GUILD, TEACHERS], None),
        ([(TEACHERS, ROLE, True)], [GUILD, TEACHERS], True),
        ([(TEACHERS, ROLE, True)], [GUILD], None),
        ([(TEACHERS, ROLE, True), (OTHERS, ROLE, False)], [GUILD, TEACHERS, OTHERS], True),
        ([(OTHERS, ROLE, False)], [GUILD, OTHERS], False),
        ([(MIRA, USER, False), (TEACHERS, ROLE, True)], [GUILD, TEACHERS], False),
        ([(MIRA, USER, True), (OTHERS, ROLE, False)], [GUILD, OTHERS], True),
        ([(GUILD, ROLE, True)], [GUILD], True),
        ([(GUILD, ROLE, True), (OTHERS, ROLE, False)], [GUILD, OTHERS], False),
        ([(GUILD, ROLE, False), (TEACHERS, ROLE, True)], [GUILD, TEACHERS], True),
        ([(MIRA, CHANNEL, True)], [GUILD], None),
    ],
)
def test_the_member_outdoes_roles_and_those_outdo_everybody(permissions, role_ids, verdict):
    assert said(*permissions).of(MIRA, role_ids) is verdict


@given(st.dictionaries(st.integers(2, 9), st.booleans()), st.sets(st.integers(2, 9)))
def test_one_role_that_it_is_open_to_is_enough(by_role, role_ids):
    permissions = [(role, ROLE, open_) for role, open_ in by_role.items()]
    verdict = said(*permissions).of(MIRA, [GUILD, *role_ids])
    held = [by_role[role] for role in role_ids if role in by_role]
    assert verdict is (any(held) if held else None)
