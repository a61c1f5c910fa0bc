"""Where in a guild a post stands, and where an illustration of a post comes from."""

from dataclasses import dataclass

# The channel of what stands in none: the examples that an admin handed in with a command.
NOWHERE = 0


@dataclass(frozen=True)
class Place:
    """Where a post or an answer stands.

    Attributes:
        channel_id: The channel, or the thread; ``NOWHERE``: no message stands for it.
        parent_id: The channel that a thread belongs to; 0 for anything but a thread.
        private: Whether it is a private thread.
    """

    guild_id: int
    channel_id: int
    parent_id: int = 0
    private: bool = False

    def link(self, message_id: int) -> str:
        """The address of a message that stands here."""
        return f"https://discord.com/channels/{self.guild_id}/{self.channel_id}/{message_id}"


@dataclass(frozen=True)
class Scope:
    """Which illustrations an answer may show.

    Attributes:
        channels: Only those whose post stands in one of these; None: all of the guild.
    """

    guild_id: int
    channels: frozenset[int] | None = None

    def includes(self, place: Place | None) -> bool:
        """Whether what was posted there may be shown; None: it is of the local channel."""
        if place is None:
            return self.channels is None
        if place.guild_id != self.guild_id or place.channel_id == NOWHERE:
            return False
        return self.channels is None or place.channel_id in self.channels


@dataclass(frozen=True)
class AttachmentKey:
    """Which attachment of which post an illustration comes from.

    Attributes:
        attachment_id: Discord's id of the attachment.
        place: Its position in the message, from 0.
        title: Made of its file name, safe to store, not yet safe to show.
        spoiler: Whether its author covered it.
    """

    post_id: int
    attachment_id: int
    place: int
    title: str
    spoiler: bool
