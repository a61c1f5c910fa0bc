"""Which images of a message, or of a command's option, somebody asks about."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import discord

from bot.discord.posting.qualifying import images_of, title_of
from bot.titles import clean_title

MOST_IMAGES = 10
# What is covered in a text; links in it are covered with the previews that Discord makes of them.
_COVERED = re.compile(r"\|\|(.+?)\|\|", re.DOTALL)


@dataclass(frozen=True)
class SentImage:
    """An image on Discord that has not been looked at.

    Attributes:
        url: Where Discord hands it out; empty: nowhere any more.
        size_bytes: What Discord says of its size; 0: unknown.
        title: What it is called, in the words of whoever sent it.
        spoiler: Whether it was covered.
        attachment_id: Discord's id of the attachment; 0: it is none.
        error: The code that says why there is no use in looking at it; empty otherwise.
    """

    url: str
    size_bytes: int
    title: str
    spoiler: bool
    attachment_id: int = 0
    error: str = ""


def option_image(attachment: discord.Attachment) -> SentImage:
    """The image that was handed in with a command."""
    error = "" if images_of([attachment]) else "not_an_image"
    return _attached(attachment, error)


def message_images(message: discord.Message) -> list[SentImage]:
    """The images of a message, those of a forwarded one included; at most ten, each once."""
    by_url: dict[str, SentImage] = {}
    parts: list[discord.Message | discord.MessageSnapshot] = [message, *message.message_snapshots]
    for part in parts:
        for image in _part_images(part):
            by_url.setdefault(image.url, image)
    return list(by_url.values())[:MOST_IMAGES]


def _part_images(part: discord.Message | discord.MessageSnapshot) -> Iterator[SentImage]:
    for attachment in images_of(part.attachments):
        yield _attached(attachment, "")
    covered = " ".join(_COVERED.findall(part.content))
    for embed in part.embeds:
        # Only the address of Discord's own proxy: the other one leads wherever its author wanted,
        # to the bot's own network as well.
        url = embed.image.proxy_url or embed.thumbnail.proxy_url
        if url:
            title = embed.title or clean_title(url.partition("?")[0])
            yield SentImage(url, 0, title, bool(embed.url) and str(embed.url) in covered)


def _attached(attachment: discord.Attachment, error: str) -> SentImage:
    return SentImage(
        attachment.url,
        attachment.size,
        title_of(attachment),
        attachment.is_spoiler(),
        attachment.id,
        error,
    )
