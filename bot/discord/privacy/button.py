"""The button that confirms ``/privacy delete``; it works after a restart too."""

import discord

from bot.discord.acknowledging import defer
from bot.discord.circumstances import settings_for
from bot.discord.errors import NOT_ALLOWED, RefusalError, answered
from bot.discord.face import face_of
from bot.discord.languages import language_for
from bot.discord.numbered import NumberedButton
from bot.discord.privacy import texts
from bot.discord.privacy.deleting import delete_person
from bot.posts import Language


class DeleteEverything(NumberedButton, template=r"privacy:delete:(?P<user>\d{1,20})"):
    """Deletes everything about the one person for whom it was made."""

    name = "privacy:delete"
    label = texts.CONFIRM_BUTTON
    style = discord.ButtonStyle.danger

    @answered
    async def callback(self, interaction: discord.Interaction) -> None:
        """Delete, and say how much went."""
        if interaction.user.id != self.number:
            raise RefusalError(NOT_ALLOWED)
        await defer(interaction)
        face = face_of(interaction)
        language = language_for(interaction, await settings_for(face, interaction))
        gone = await delete_person(face.library, self.number, interaction.created_at)
        text = texts.DELETED(language, **vars(gone))
        await interaction.edit_original_response(content=text, view=None)


def confirmation(user_id: int, language: Language) -> discord.ui.View:
    """The button, to be attached to the question."""
    view = discord.ui.View(timeout=None)
    view.add_item(DeleteEverything(user_id, language))
    return view
