"""The button that confirms ``/privacy delete``; it works after a restart too."""

import re
from typing import Any, Self

import discord

from bot.discord.acknowledging import defer
from bot.discord.circumstances import settings_for
from bot.discord.errors import NOT_ALLOWED, RefusalError, answered
from bot.discord.face import face_of
from bot.discord.languages import language_for
from bot.discord.privacy import texts
from bot.discord.privacy.deleting import delete_person
from bot.posts import Language


class DeleteEverything(
    discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"privacy:delete:(?P<user>\d{1,20})"
):
    """Deletes everything about the one person for whom it was made."""

    def __init__(self, user_id: int, language: Language = "en") -> None:
        super().__init__(
            discord.ui.Button(
                style=discord.ButtonStyle.danger,
                label=texts.CONFIRM_BUTTON(language),
                custom_id=f"privacy:delete:{user_id}",
            )
        )
        self._user_id = user_id

    @classmethod
    async def from_custom_id(
        cls,
        _interaction: discord.Interaction,
        _item: discord.ui.Item[Any],
        match: re.Match[str],
        /,
    ) -> Self:
        """The button that was clicked."""
        return cls(int(match["user"]))

    @answered
    async def callback(self, interaction: discord.Interaction) -> None:
        """Delete, and say how much went."""
        if interaction.user.id != self._user_id:
            raise RefusalError(NOT_ALLOWED)
        await defer(interaction)
        face = face_of(interaction)
        language = language_for(interaction, await settings_for(face, interaction))
        gone = await delete_person(face.library, self._user_id)
        text = texts.DELETED(language, **vars(gone))
        await interaction.edit_original_response(content=text, view=None)


def confirmation(user_id: int, language: Language) -> discord.ui.View:
    """The button, to be attached to the question."""
    view = discord.ui.View(timeout=None)
    view.add_item(DeleteEverything(user_id, language))
    return view
