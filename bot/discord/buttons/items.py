"""The selects below replies: what they carry in their ids, and what they offer."""

from abc import abstractmethod
from collections.abc import Collection, Iterable
from typing import Self

import discord

from bot.discord.acknowledging import defer
from bot.discord.buttons.subject import MOST_LABEL_UNITS, Subject, subject_of
from bot.discord.errors import answered
from bot.discord.escaping import plain
from bot.discord.numbered import NEVER, NumberedSelect
from bot.discord.texts import COVERED
from bot.illustrations import ScoredTag
from bot.posts import Attachment, Language, Post
from bot.texts import Text

# Parts of the patterns that ids follow.
POST = r"(?P<post>\d{1,19})"
IMAGE = r"(?P<image>\d{1,18})"

NTH_IMAGE = Text(en="Image {number}", ja="{number}枚目")


class ImageSelect(NumberedSelect, template=NEVER):
    """Chooses among the images of a post, numbered as the reply numbers them."""

    @classmethod
    def of(cls, subject: Subject) -> Self:
        """With all images of a post, of which one is chosen."""
        options = image_options(subject.post, subject.language, {subject.illustration.id})
        return cls(subject.post.id, discord.ui.Select(options=options))

    @answered
    async def callback(self, interaction: discord.Interaction) -> None:
        """Turn to the chosen image."""
        await defer(interaction)
        chosen = int(self.item.values[0])
        await self.turn_to(interaction, await subject_of(interaction, self.number, chosen))

    @abstractmethod
    async def turn_to(self, interaction: discord.Interaction, subject: Subject) -> None:
        """Show in the ephemeral answer what there is about that image."""


def tag_options(subject: Subject, chosen: Iterable[str]) -> list[discord.SelectOption]:
    """The tags of an image for a select.

    Args:
        subject: The image.
        chosen: Names of the tags that are selected already.
    """
    key, selected = subject.search.key, frozenset(chosen)
    return [
        discord.SelectOption(
            label=subject.names(tag), value=key(tag.name), default=tag.name in selected
        )
        for tag in subject.tags
    ]


def tags_of_values(subject: Subject, values: Iterable[str]) -> list[ScoredTag]:
    """The tags that a person selected; what the guild has hidden meanwhile is none of them."""
    key, selected = subject.search.key, frozenset(values)
    return [tag for tag in subject.tags if key(tag.name) in selected]


def image_options(
    post: Post, language: Language, chosen: Collection[int]
) -> list[discord.SelectOption]:
    """The images of a post for a select, numbered as the reply numbers them.

    Args:
        post: The post.
        language: Of who sees the select.
        chosen: Which of its illustrations are selected already.
    """
    return [
        discord.SelectOption(
            label=NTH_IMAGE(language, number=number),
            value=str(one.illustration_id),
            description=_title(one, language),
            default=one.illustration_id in chosen,
        )
        for number, one in enumerate(post.attachments, start=1)
        if one.illustration_id is not None
    ]


def _title(attachment: Attachment, language: Language) -> str | None:
    if attachment.spoiler:
        return COVERED(language)
    return plain(attachment.title, MOST_LABEL_UNITS) or None
