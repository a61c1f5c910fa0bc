"""The dialogue that asks for a tag's names.

Why its answer is not heard by the object that opened it: that one is gone after a restart, while
somebody may still be writing. What was written is read from the interaction, and the id of the
dialogue says what it is about.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import discord

from bot.discord.teaching import texts
from bot.posts import Language
from bot.teaching.names import LONGEST_NAME

MODAL = re.compile(r"example-name:(?P<post>\d{1,19})")
_NAME, _NAME_JA = "name", "name_ja"
# So long the library keeps the object, which nobody needs.
_KEPT_SECONDS = 60.0


class Names(NamedTuple):
    """What a tag is to be called, as it was written."""

    name: str
    name_ja: str


def name_modal(post_id: int, language: Language) -> discord.ui.Modal:
    """Asks what the tag is called that a post's images are examples of."""
    modal = discord.ui.Modal(
        title=texts.NEW_OR_OTHER_TAG(language),
        custom_id=f"example-name:{post_id}",
        timeout=_KEPT_SECONDS,
    )
    for key, label in ((_NAME, texts.TAG_NAME), (_NAME_JA, texts.TAG_NAME_JA)):
        field: discord.ui.TextInput[discord.ui.Modal] = discord.ui.TextInput(
            label=label(language),
            custom_id=key,
            required=key == _NAME,
            max_length=LONGEST_NAME,
        )
        modal.add_item(field)
    return modal


def post_of_modal(interaction: discord.Interaction) -> int | None:
    """The post that a filled-in dialogue is about; None: it is another dialogue, or none."""
    if interaction.type is not discord.InteractionType.modal_submit:
        return None
    data: Any = interaction.data or {}
    match = MODAL.fullmatch(data.get("custom_id", ""))
    return int(match["post"]) if match else None


def names_in_modal(interaction: discord.Interaction) -> Names:
    """What was written in it."""
    data: Any = interaction.data or {}
    written = dict(_fields(data.get("components", ())))
    return Names(written.get(_NAME, ""), written.get(_NAME_JA, ""))


def _fields(components: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - Discord's own JSON
    """(Id, what was written) of each field, in whichever kind of row it stands."""
    for one in components:
        if "value" in one:
            yield one.get("custom_id", ""), one["value"]
        yield from _fields([*one.get("components", ()), *filter(None, [one.get("component")])])
