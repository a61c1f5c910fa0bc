"""The select that goes back to a version, and the button that confirms a removal.

Both carry the tag's number in their ids, so they work after a restart too.
"""

from collections.abc import Sequence

import discord

from bot.discord.acknowledging import defer
from bot.discord.autocompleting import MOST_CHOICES
from bot.discord.errors import answered
from bot.discord.numbered import NumberedButton, NumberedSelect, Select
from bot.discord.tag_admin import texts
from bot.discord.teaching.dialogue import TAG
from bot.discord.teaching.grid import LEARNING_PATIENCE_SECONDS
from bot.discord.teaching.history import history_text, version_label
from bot.discord.teaching.lesson import Lesson, lesson_of
from bot.discord.teaching.texts import STILL_LEARNING
from bot.posts import Language
from bot.teaching.operating import PastVersion

# Of the 2,000 that a message takes.
MOST_HISTORY_UNITS = 1500


class VersionSelect(NumberedSelect, template=rf"tag-rollback:{TAG}"):
    """The versions that one can go back to."""

    name = "tag-rollback"

    @answered
    async def callback(self, interaction: discord.Interaction) -> None:
        """Go back to the chosen version."""
        await defer(interaction)
        lesson = await lesson_of(interaction, self.number)
        tag, wanted = lesson.tag, int(self.item.values[0])
        number = await lesson.teaching.rollback(tag.guild_id, tag.name, wanted, lesson.user_id)
        await show_versions(interaction, lesson, number)


class ConfirmRemoval(NumberedButton, template=rf"tag-remove:{TAG}"):
    """Removes the tag for which it was made."""

    name = "tag-remove"
    label = texts.REMOVE
    style = discord.ButtonStyle.danger

    @answered
    async def callback(self, interaction: discord.Interaction) -> None:
        """Remove it."""
        await defer(interaction)
        lesson = await lesson_of(interaction, self.number)
        tag = lesson.tag
        await lesson.teaching.remove(tag.guild_id, tag.name, lesson.user_id)
        content = texts.REMOVED(lesson.language, tag=lesson.called)
        await interaction.edit_original_response(content=content, view=None)


def removal_view(tag_id: int, language: Language) -> discord.ui.View:
    """The button, to be attached to the question."""
    view = discord.ui.View(timeout=None)
    view.add_item(ConfirmRemoval(tag_id, language))
    return view


async def show_versions(interaction: discord.Interaction, lesson: Lesson, number: int) -> None:
    """Say to which version a tag went back, with its history, once that is learnt.

    Args:
        interaction: Acknowledged; only the person who asks sees its answer.
        lesson: The tag.
        number: The version whose examples count again.
    """
    tag, language = lesson.tag, lesson.language
    lines = [texts.ROLLED_BACK(language, tag=lesson.called, number=number)]
    try:
        await lesson.teaching.live(tag.id, LEARNING_PATIENCE_SECONDS)
    except TimeoutError:
        lines.append(STILL_LEARNING(language))
    versions = await lesson.teaching.history(tag.guild_id, tag.name)
    lines += ["", history_text(language, versions, MOST_HISTORY_UNITS, names=True)]
    view = _versions_view(tag.id, language, versions)
    await interaction.edit_original_response(content="\n".join(lines), view=view)


def _versions_view(
    tag_id: int, language: Language, versions: Sequence[PastVersion]
) -> discord.ui.View:
    view = discord.ui.View(timeout=None)
    options = [
        discord.SelectOption(label=version_label(language, one), value=str(one.number))
        for one in versions
        if one.restorable
    ][:MOST_CHOICES]
    if options:
        select: Select = discord.ui.Select(placeholder=texts.GO_BACK_TO(language), options=options)
        view.add_item(VersionSelect(tag_id, select))
    return view
