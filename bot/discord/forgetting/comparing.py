"""What an edit changed about a post's images."""

from collections.abc import Sequence
from dataclasses import dataclass

import discord

from bot.discord.posting.qualifying import images_of
from bot.posts import Post


@dataclass(frozen=True)
class Change:
    """The difference between a post as it is known and its message as it stands.

    Attributes:
        removed: Illustrations whose attachment is gone.
        added: Whether there are images that are not known yet.
        nothing_left: Whether the message has no image any more.
    """

    removed: tuple[int, ...]
    added: bool
    nothing_left: bool


def compare(post: Post, attachments: Sequence[discord.Attachment]) -> Change:
    """Compare a post with the attachments of its message."""
    present = {one.id for one in images_of(attachments)}
    known = {one.attachment_id for one in post.attachments}
    return Change(
        removed=tuple(
            one.illustration_id
            for one in post.attachments
            if one.illustration_id is not None and one.attachment_id not in present
        ),
        added=bool(present - known),
        nothing_left=not present,
    )
