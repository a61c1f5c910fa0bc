"""The buttons that turn the pages of a search."""

import re
from collections.abc import Sequence
from typing import Any, Self

import discord

from bot.discord.acknowledging import defer
from bot.discord.circumstances import Circumstances, seen_by_one
from bot.discord.errors import answered
from bot.discord.face import Face, face_of
from bot.discord.paging import PAGE, PageButton, Paging, page_buttons
from bot.discord.searching.asking import MOST_TAGS
from bot.discord.searching.finding import find, nothing_found, tags_of
from bot.illustrations import VocabularyTag

_KEY = "[0-9a-f]{8}"
_KEYS = rf"{_KEY}(?::{_KEY}){{0,{MOST_TAGS - 1}}}"


class SearchPage(PageButton, template=rf"search:(?P<page>{PAGE}):(?P<keys>{_KEYS})"):
    """Leads to another page; what is searched for stands in its id."""

    def __init__(self, label: str, page: int, keys: Sequence[str]) -> None:
        custom_id = ":".join(["search", str(page), *keys])
        super().__init__(discord.ui.Button(label=label, custom_id=custom_id))
        self._page = page
        self._keys = tuple(keys)

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction,  # noqa: ARG003 - discord.py hands it over
        item: discord.ui.Item[Any],
        match: re.Match[str],
        /,
    ) -> Self:
        """The button that was clicked, also one from before a restart."""
        label = getattr(item, "label", None) or ""
        return cls(label, int(match["page"]), match["keys"].split(":"))

    @answered
    async def callback(self, interaction: discord.Interaction) -> None:
        """Show that page, as it is now and to this person."""
        await defer(interaction)
        face = face_of(interaction)
        circumstances = await seen_by_one(face, interaction)
        tags = tags_of(
            face.service.tags_of(circumstances.guild_id), self._keys, circumstances.rules
        )
        found = await find(face, circumstances, tags, self._page)
        if found.reply is None:
            words = nothing_found(circumstances, tags)
            await interaction.edit_original_response(
                content=words, embeds=[], attachments=[], view=None
            )
            return
        rendered = await face.renderer.render(found.reply)
        await interaction.edit_original_response(
            embeds=rendered.embeds,
            attachments=rendered.files(),
            view=search_buttons(face, circumstances, tags, found.paging),
        )


def search_buttons(
    face: Face, circumstances: Circumstances, tags: Sequence[VocabularyTag], paging: Paging
) -> discord.ui.View:
    """The buttons below a page of a search."""
    key = face.service.tags_of(circumstances.guild_id).key
    keys = [key(tag.name) for tag in tags]
    return page_buttons(
        paging, circumstances.language, lambda label, page: SearchPage(label, page, keys)
    )
