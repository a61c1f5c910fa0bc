"""Which messages are posts, and which of their attachments are images."""

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Protocol, TypeVar

import discord

from bot.titles import clean_title

# By suffix where Discord does not know the type. What is inside decides in the end.
SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff"})
# Images that are drawn from text; there is nothing to decode.
NOT_PIXELS = frozenset({"image/svg+xml"})
ORDINARY = frozenset({discord.MessageType.default, discord.MessageType.reply})
T = TypeVar("T", bound="AttachmentLike")


class AttachmentLike(Protocol):
    """What is looked at of an attachment."""

    @property
    def filename(self) -> str:
        """Its file name, as its author chose it."""
        ...

    @property
    def content_type(self) -> str | None:
        """What Discord takes it for; it believes the file name."""
        ...


def should_tag(message: discord.Message) -> bool:
    """Whether a message is a post: it has an image and comes from a person of a guild.

    What qualifies, all of it:

    * it stands in a guild,
    * its author is a person: no bot, no webhook, not Discord itself,
    * it is an ordinary message or a reply (a forwarded message was posted elsewhere already),
    * at least one attachment claims to be an image.
    """
    return (
        message.guild is not None
        and not message.author.bot
        and message.webhook_id is None
        and message.type in ORDINARY
        and not message.message_snapshots
        and bool(images_of(message.attachments))
    )


def shows_content(message: discord.Message) -> bool:
    """Whether Discord shows what a message holds: without the intent it looks empty; none is."""
    parts = (message.attachments, message.embeds, message.stickers, message.components)
    return bool(message.content or any(parts) or message.poll)


def images_of(attachments: Sequence[T]) -> list[T]:
    """Those attachments that claim to be images, in their order."""
    return [one for one in attachments if _claims_to_be_image(one)]


def title_of(attachment: discord.Attachment) -> str:
    """What an attachment is called: as its author named it, for Discord strips file names."""
    stem = attachment.title or attachment.filename.removeprefix("SPOILER_").rpartition(".")[0]
    return clean_title(f"{stem}." if stem else attachment.filename)


def _claims_to_be_image(attachment: AttachmentLike) -> bool:
    kind = (attachment.content_type or "").partition(";")[0].strip().lower()
    if kind:
        return kind.startswith("image/") and kind not in NOT_PIXELS
    return PurePosixPath(attachment.filename.lower()).suffix in SUFFIXES
