"""Commands in Japanese, and telling Discord of commands only when they have changed.

Why only then: Discord limits how often an application may register its commands, and a start that
changes nothing should cost nothing.
"""

import hashlib
import json
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import discord
from discord import app_commands

Payload = dict[str, Any]

# Discord's walls.
LONGEST_NAME = 32
LONGEST_DESCRIPTION = 100
LONGEST_CHOICE = 100

STATE_KEY = "commands"
ENGLISH = "en"


class SmallFacts(Protocol):
    """What outlives a restart: a text by its key."""

    async def get(self, key: str) -> str | None:
        """The text; None when there is none."""

    async def put(self, key: str, value: str) -> None:
        """Keep a text in place of what was there."""


def named(en: str, ja: str) -> app_commands.locale_str:
    """A name or a description of a command, an option or a choice, in both languages."""
    return app_commands.locale_str(en, ja=ja)


class Translator(app_commands.Translator):
    """Finds the Japanese where ``named`` has put it: beside the English."""

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,  # noqa: ARG002 - discord.py hands it over
    ) -> str | None:
        """The text in Japanese; None for every other language: Discord then shows the English."""
        return string.extras.get("ja") if locale is discord.Locale.japanese else None


async def command_payload(tree: app_commands.CommandTree[Any]) -> list[Payload]:
    """The global commands as ``tree.sync`` would send them.

    Raises:
        ValueError: If Discord would refuse one, in whichever language.
    """
    translator = tree.translator
    payload = [
        await command.get_translated_payload(tree, translator)
        if translator
        else command.to_dict(tree)
        for command in tree.get_commands()
    ]
    for kind in discord.AppCommandType:
        # Only commands of one kind share their names.
        alike = [one for one in payload if one["type"] == kind.value]
        _check(alike, "/", menus=kind is not discord.AppCommandType.chat_input)
    return payload


def payload_digest(payload: Sequence[Payload], application_id: int) -> str:
    """Differs whenever Discord has to be told; the order of the commands says nothing."""
    commands = sorted(json.dumps(one, sort_keys=True) for one in payload)
    content = json.dumps([application_id, commands])
    return hashlib.sha256(content.encode()).hexdigest()


async def sync_if_changed(tree: app_commands.CommandTree[Any], state: SmallFacts) -> bool:
    """Register the commands with Discord unless it was told exactly these before.

    Returns:
        Whether Discord was told.

    Raises:
        MissingApplicationID: Before the login.
        ValueError: If Discord would refuse one of the commands.
        discord.HTTPException: If Discord did not take them; the next start tries again.
    """
    application_id = tree.client.application_id
    if application_id is None:
        raise app_commands.MissingApplicationID
    digest = payload_digest(await command_payload(tree), application_id)
    if await state.get(STATE_KEY) == digest:
        return False
    await tree.sync()
    await state.put(STATE_KEY, digest)
    return True


def _check(entries: Sequence[Payload], path: str, *, menus: bool = False) -> None:
    """Look at commands or options that stand side by side, and at all within them."""
    taken = Counter(one for entry in entries for one in _in_every_language(entry))
    for entry in entries:
        where = f"{path}{entry['name']}"
        for language, name in _texts(entry, "name"):
            if not (0 < len(name) <= LONGEST_NAME and (menus or _is_command_name(name))):
                raise ValueError(
                    f"Expected a name of 1 to {LONGEST_NAME} lower-case letters, digits, - or _ "
                    f"for {where} ({language}). Received: {name!r}"
                )
        clashing = [one for one in _in_every_language(entry) if taken[one] > 1]
        if clashing:
            language, name = clashing[0]
            raise ValueError(f"Two names beside {where} are the same ({language}): {name!r}")
        _check_lengths(entry, "description", LONGEST_DESCRIPTION, where)
        for choice in entry.get("choices", ()):
            _check_lengths(choice, "name", LONGEST_CHOICE, where)
        _check(entry.get("options", ()), f"{where} ")


def _check_lengths(entry: Payload, key: str, longest: int, where: str) -> None:
    for language, text in _texts(entry, key):
        if not 0 < len(text) <= longest:
            raise ValueError(
                f"Expected 1 to {longest} characters for the {key} in {where} ({language}). "
                f"Received {len(text)}: {text!r}"
            )


def _texts(entry: Payload, key: str) -> Iterator[tuple[str, str]]:
    """(Language, text) of a name or a description that has been given."""
    if key in entry:
        yield ENGLISH, entry[key]
        yield from entry.get(f"{key}_localizations", {}).items()


def _in_every_language(entry: Payload) -> list[tuple[str, str]]:
    """(Language, name as it shows there)."""
    names = {ENGLISH: entry["name"], discord.Locale.japanese.value: entry["name"]}
    return list((names | dict(_texts(entry, "name"))).items())


def _is_command_name(name: str) -> bool:
    return name == name.lower() and all(
        letter in "-_'" or unicodedata.category(letter)[0] in "LN" for letter in name
    )
