"""The buttons that turn the pages of the vocabulary."""

import re
from typing import Any, Self

import discord

from bot.discord.acknowledging import defer
from bot.discord.circumstances import seen_by_one
from bot.discord.errors import answered
from bot.discord.face import face_of
from bot.discord.paging import PAGE, PageButton, page_buttons
from bot.discord.tags.listing import tags_page


class TagsPage(PageButton, template=rf"tags:(?P<page>{PAGE})"):
    """Leads to another page."""

    def __init__(self, label: str, page: int) -> None:
        super().__init__(discord.ui.Button(label=label, custom_id=f"tags:{page}"))
        self._page = page

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction,  # noqa: ARG003 - discord.py hands it over
        item: discord.ui.Item[Any],
        match: re.Match[str],
        /,
    ) -> Self:
        """The button that was clicked, also one from before a restart."""
        return cls(getattr(item, "label", None) or "", int(match["page"]))

    @answered
    async def callback(self, interaction: discord.Interaction) -> None:
        """Show that page."""
        await defer(interaction)
        face = face_of(interaction)
        circumstances = await seen_by_one(face, interaction)
        embed, paging = await tags_page(face, circumstances, self._page)
        view = page_buttons(paging, circumstances.language, TagsPage)
        await interaction.edit_original_response(embed=embed, view=view)
