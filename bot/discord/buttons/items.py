"""The selects below replies: what they carry in their ids, and what they offer."""

import re
from abc import abstractmethod
from collections.abc import Iterable
from typing import Any, ClassVar, Self

import discord

from bot.discord.acknowledging import defer
from bot.discord.buttons.subject import MOST_LABEL_UNITS, Subject, subject_of
from bot.discord.errors import answered
from bot.discord.escaping import plain
from bot.discord.numbered import NEVER
from bot.discord.texts import COVERED
from bot.illustrations import ScoredTag
from bot.posts import Attachment, Language
from bot.texts import Text

# Parts of the patterns that ids follow.
POST = r"(?P<post>\d{1,19})"
IMAGE = r"(?P<image>\d{1,18})"

NTH_IMAGE = Text(en="Image {number}", ja="{number}枚目")

Select = discord.ui.Select[discord.ui.View]


class ImageSelect(discord.ui.DynamicItem[Select], template=NEVER):
    """Chooses among the images of a post, numbered as the reply numbers them."""

    name: ClassVar[str]

    def __init__(self, post_id: int, options: list[discord.SelectOption]) -> None:
        super().__init__(discord.ui.Select(custom_id=f"{self.name}:{post_id}", options=options))
        self.post_id = post_id

    @classmethod
    def of(cls, subject: Subject) -> Self:
        """With all images of a post, of which one is chosen."""
        return cls(subject.post.id, _image_options(subject))

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction, _item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Made anew at a click."""
        return cls(int(match["post"]), [])

    @answered
    async def callback(self, interaction: discord.Interaction) -> None:
        """Turn to the chosen image."""
        await defer(interaction)
        chosen = int(self.item.values[0])
        await self.turn_to(interaction, await subject_of(interaction, self.post_id, chosen))

    @abstractmethod
    async def turn_to(self, interaction: discord.Interaction, subject: Subject) -> None:
        """Show in the ephemeral answer what there is about that image."""


def tag_options(subject: Subject, chosen: Iterable[str]) -> list[discord.SelectOption]:
    """The tags of an image for a select.

    Args:
        subject: The image.
        chosen: Names of the tags that are selected already.
    """
    key, selected = subject.face.service.tag_search.key, frozenset(chosen)
    return [
        discord.SelectOption(
            label=subject.names(tag), value=key(tag.name), default=tag.name in selected
        )
        for tag in subject.tags
    ]


def tags_of_values(subject: Subject, values: Iterable[str]) -> list[ScoredTag]:
    """The tags that a person selected; what the guild has hidden meanwhile is none of them."""
    key, selected = subject.face.service.tag_search.key, frozenset(values)
    return [tag for tag in subject.tags if key(tag.name) in selected]


def _image_options(subject: Subject) -> list[discord.SelectOption]:
    return [
        discord.SelectOption(
            label=NTH_IMAGE(subject.language, number=number),
            value=str(one.illustration_id),
            description=_title(one, subject.language),
            default=one.illustration_id == subject.illustration.id,
        )
        for number, one in enumerate(subject.post.attachments, start=1)
        if one.illustration_id is not None
    ]


def _title(attachment: Attachment, language: Language) -> str | None:
    if attachment.spoiler:
        return COVERED(language)
    return plain(attachment.title, MOST_LABEL_UNITS) or None
