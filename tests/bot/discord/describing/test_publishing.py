"""Whether an answer may be public."""

from types import SimpleNamespace
from unittest.mock import Mock

import discord
import pytest

from bot.discord.describing.publishing import (
    ONLY_FOR_YOU_SINCE_I,
    ONLY_FOR_YOU_SINCE_YOU,
    obstacle,
)

ENOUGH = {
    "view_channel": True,
    "send_messages": True,
    "send_messages_in_threads": True,
    "embed_links": True,
    "attach_files": True,
}


def asked(own=ENOUGH, asker=ENOUGH, guild_id=7, thread=False):
    channel = Mock(spec_set=discord.Thread if thread else discord.TextChannel)
    return SimpleNamespace(
        guild_id=guild_id,
        channel=channel,
        app_permissions=discord.Permissions(**own),
        permissions=discord.Permissions(**asker),
    )


def test_where_both_may_write_it_may():
    assert obstacle(asked()) is None
    assert obstacle(asked(thread=True)) is None


@pytest.mark.parametrize(
    "missing", ["view_channel", "send_messages", "embed_links", "attach_files"]
)
def test_where_the_bot_lacks_a_permission_it_may_not(missing):
    assert obstacle(asked(own=ENOUGH | {missing: False})) is ONLY_FOR_YOU_SINCE_I


def test_where_the_person_may_not_write_it_may_not():
    found = obstacle(asked(asker=ENOUGH | {"send_messages": False}))
    assert found is ONLY_FOR_YOU_SINCE_YOU


def test_a_thread_has_a_permission_of_its_own():
    without = ENOUGH | {"send_messages_in_threads": False}
    assert obstacle(asked(own=without, thread=True)) is ONLY_FOR_YOU_SINCE_I
    assert obstacle(asked(asker=without, thread=True)) is ONLY_FOR_YOU_SINCE_YOU
    assert obstacle(asked(own=without)) is None
    muted = ENOUGH | {"send_messages": False}
    assert obstacle(asked(own=muted, thread=True)) is None


def test_in_direct_messages_everything_may():
    assert obstacle(asked(own={}, asker={}, guild_id=None)) is None
