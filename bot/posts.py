"""What the service knows about a post in a guild: where it stands, what it holds, how far it is.

Numbers are Discord's own snowflakes. The local channel needs none of this: there a post is one
illustration.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bot.places import AttachmentKey, Place
from bot.tags.rules import NO_RULES, TagRules

PostState = Literal["pending", "quiet", "asked", "answered", "imported", "silent", "example"]
Mode = Literal["off", "reply", "quiet"]
Language = Literal["en", "ja"]


@dataclass(frozen=True)
class NewPost:
    """A message with images that the service has just taken on.

    Attributes:
        id: The message's id.
        created_at: When it was posted, in UTC.
    """

    id: int
    place: Place
    author_id: int
    created_at: datetime


@dataclass(frozen=True)
class Attachment(AttachmentKey):
    """An attachment that has been worked on.

    Attributes:
        illustration_id: What became of it; None: nothing.
        error: The code that says why nothing; empty otherwise.
    """

    illustration_id: int | None
    error: str


@dataclass(frozen=True)
class Post(NewPost):
    """A post of the catalogue.

    Attributes:
        state: ``pending``: taken on; ``quiet``: answered when somebody clicks; ``asked``: somebody
            has clicked; ``answered``; ``imported``: never to be answered; ``silent``: there was
            nothing to say; ``example``: no message at all, but what an admin handed in with a
            command. It stands nowhere (``NOWHERE``), so that it is shown to nobody.
        reply_id: The bot's own message, None without one.
        attachments: Those that were worked on, in their order.
    """

    state: PostState
    reply_id: int | None
    attachments: tuple[Attachment, ...]

    @property
    def open(self) -> bool:
        """Whether it is still to be answered, or to be reacted to."""
        return self.state in ("pending", "asked")

    @property
    def illustration_ids(self) -> tuple[int, ...]:
        """Its illustrations in their order."""
        return tuple(
            one.illustration_id for one in self.attachments if one.illustration_id is not None
        )


@dataclass(frozen=True)
class ChannelMode:
    """What an admin chose for a channel.

    Attributes:
        changed_at: Since when; what was posted before is never answered unasked.
        changed_by: The admin, who is told when the bot cannot do it; 0: nobody who is known.
    """

    mode: Mode
    changed_at: datetime
    changed_by: int


@dataclass(frozen=True)
class GuildSettings:
    """What a guild chose.

    Attributes:
        language: Of public replies; empty: the guild's own locale decides.
        rules: On tags.
        modes: By channel id; other channels follow ``bot.autotag.default``.
    """

    language: Language | Literal[""] = ""
    rules: TagRules = NO_RULES
    modes: Mapping[int, ChannelMode] = field(default_factory=dict)

    def chosen(self, place: Place) -> ChannelMode | None:
        """What an admin chose there; a thread follows its channel unless it has its own."""
        return self.modes.get(place.channel_id) or self.modes.get(place.parent_id)

    def mode(self, place: Place, default: Mode) -> Mode:
        """What is done with posts there."""
        chosen = self.chosen(place)
        return chosen.mode if chosen else default

    def mode_for(self, post: Post, default: Mode) -> Mode:
        """What is done with a post: one that somebody has asked for is answered."""
        return "reply" if post.state == "asked" else self.mode(post.place, default)
