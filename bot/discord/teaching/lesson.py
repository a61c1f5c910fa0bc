"""A tag that is being taught, and how to speak about it to the person who teaches."""

from collections.abc import Collection
from dataclasses import dataclass

import discord

from bot.catalogue import TaughtTag
from bot.discord.circumstances import settings_for
from bot.discord.embeds import tag_names
from bot.discord.errors import NOT_IN_DIRECT_MESSAGES, RefusalError
from bot.discord.escaping import safe
from bot.discord.face import Face, face_of
from bot.discord.languages import language_for
from bot.discord.teachers import require_teacher
from bot.discord.teaching import texts
from bot.illustrations import TagName
from bot.posts import Language
from bot.tags.rules import TagRules
from bot.teaching.teaching import Teaching

MOST_SHOWN_UNITS = 60


@dataclass(frozen=True)
class Lesson:
    """What somebody teaches at this moment.

    Attributes:
        tag: A tag of the guild's own.
        language: The teacher's.
        rules: The guild's.
        user_id: The teacher.
    """

    face: Face
    tag: TaughtTag
    language: Language
    rules: TagRules
    user_id: int

    @property
    def teaching(self) -> Teaching:
        """What it is taught through."""
        return self.face.teaching

    @property
    def title(self) -> str:
        """Everything that the tag is called, as it was written."""
        name = TagName(self.tag.name, self.tag.name_ja)
        return " · ".join(tag_names(name, self.language, self.rules.aliases))

    @property
    def called(self) -> str:
        """What it is called in a sentence."""
        return called(self.tag.name, self.tag.name_ja, self.language)

    async def said(self, ids: Collection[int]) -> dict[int, bool]:
        """What this teacher has said of some illustrations."""
        tag = self.tag
        return await self.teaching.said(tag.guild_id, tag.name, self.user_id, list(ids))

    async def mark(self, verdicts: dict[int, bool | None]) -> None:
        """Keep what this teacher says of some illustrations; None takes it back."""
        if verdicts:
            await self.teaching.mark(self.tag.guild_id, self.tag.name, self.user_id, verdicts)


def called(name: str, name_ja: str, language: Language) -> str:
    """What a tag is called in a sentence: its name in that language, escaped."""
    best, *_ = tag_names(TagName(name, name_ja), language, {})
    return safe(best, MOST_SHOWN_UNITS)


async def lesson_of(interaction: discord.Interaction, tag_id: int) -> Lesson:
    """The lesson that a button carries; acknowledge the click before.

    Raises:
        RefusalError: If the tag was removed, or the person may not teach.
    """
    face = face_of(interaction)
    guild_id = interaction.guild_id
    if guild_id is None:
        raise RefusalError(NOT_IN_DIRECT_MESSAGES)
    await require_teacher(face.teachers, interaction)
    tag = await face.teaching.tag(guild_id, tag_id)
    if tag is None:
        raise RefusalError(texts.TAG_IS_GONE)
    return await lesson_about(face, interaction, tag)


async def lesson_about(face: Face, interaction: discord.Interaction, tag: TaughtTag) -> Lesson:
    """A lesson about a tag of the guild where something is asked."""
    settings = await settings_for(face, interaction)
    language = language_for(interaction, settings)
    return Lesson(face, tag, language, settings.rules, interaction.user.id)
