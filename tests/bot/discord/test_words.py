"""What people read of commands: in the menu that Discord shows, and in the bot's sentences."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.bot.sentences import JAPANESE, every_sentence

Json = dict[str, Any]
QUOTED_COMMAND = re.compile(r"`/([^`]+)`")
HAS_OPTIONS = (1, 2)


def said(entry: Json, key: str, language: str) -> str:
    """A name or a description as it shows in a language."""
    return (entry.get(f"{key}_localizations") or {}).get(language) or entry[key]


def command_names(commands: list[Json], language: str) -> Iterator[str]:
    """All commands as people type them."""
    for one in commands:
        name = said(one, "name", language)
        below = [part for part in one.get("options", ()) if part["type"] in HAS_OPTIONS]
        if below:
            yield from (f"{name} {rest}" for rest in command_names(below, language))
        else:
            yield name


def described(entries: list[Json]) -> Iterator[Json]:
    """Commands, groups and options: whatever has a description."""
    for one in entries:
        if one.get("description"):
            yield one
        yield from described(one.get("options", []))


@pytest.fixture
async def commands(community, discord) -> list[Json]:
    """What Discord was told."""
    return discord.commands.of(None)


async def test_every_command_that_a_sentence_names_exists_under_that_name(commands):
    for language in ("en", "ja"):
        known = set(command_names(commands, language))
        unknown = {
            (name, named)
            for name, text in every_sentence().items()
            for named in QUOTED_COMMAND.findall(getattr(text, language))
            if named not in known
        }
        assert unknown == set()


async def test_descriptions_are_phrases_in_both_languages(commands):
    for one in described(commands):
        english, japanese = said(one, "description", "en"), said(one, "description", "ja")
        assert not JAPANESE.search(english), english
        assert JAPANESE.search(japanese), japanese
        assert not english.endswith("."), english
        assert not japanese.endswith("。"), japanese


async def test_admins_commands_are_for_those_who_manage_the_server_and_not_for_messages(commands):
    manage_server, in_guilds = str(1 << 5), [0]
    for one in commands:
        is_admins = one["name"] in ("settings", "tag-admin", "library", "Add as example…")
        assert (one.get("default_member_permissions") == manage_server) is is_admins
        assert (one.get("contexts") == in_guilds) is (is_admins or one["name"] == "search")
