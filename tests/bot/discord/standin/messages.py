"""Messages: what they hold, who is pinged by them, and how Discord writes them."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tests.bot.discord.standin import writing
from tests.bot.discord.standin.files import Attachment
from tests.bot.discord.standin.permissions import P, in_channel
from tests.bot.discord.standin.snowflakes import moment

if TYPE_CHECKING:
    from tests.bot.discord.standin.people import User
    from tests.bot.discord.standin.world import Channel

Json = dict[str, Any]

ORDINARY, REPLY, CHAT_COMMAND, MENU_COMMAND = 0, 19, 20, 23
CROSSPOSTED, SUPPRESS_EMBEDS, EPHEMERAL, LOADING, HAS_SNAPSHOT = (
    1 << 0,
    1 << 2,
    1 << 6,
    1 << 7,
    1 << 14,
)

_MENTION = re.compile(r"<@!?(\d+)>")
_ROLE_MENTION = re.compile(r"<@&(\d+)>")
_EVERYONE = re.compile(r"@(everyone|here)\b")


@dataclass(eq=False, repr=False)
class Message:
    """A message.

    Attributes:
        embeds: As Discord gives them out, ``attachment://`` already resolved.
        embedded: Ids of attachments that an embed shows: Discord leaves those out of the list.
        reference: The message replied to or forwarded: Discord's own object.
        referenced: The same as a message, while it exists.
        snapshot: Of a forward: what was forwarded, as Discord copies it.
        interaction: Discord's ``interaction_metadata`` when a command or click made it.
        ephemeral_for: The one who sees it; None: everybody.
        reactions: Emoji → ids of those who reacted, in their order.
        pinged: Ids, and "everyone", that this really notified.
    """

    id: int
    channel: "Channel"
    author: "User"
    content: str = ""
    attachments: list[Attachment] = field(default_factory=list)
    embeds: list[Json] = field(default_factory=list)
    embedded: set[int] = field(default_factory=set)
    components: list[Json] = field(default_factory=list)
    type: int = ORDINARY
    flags: int = 0
    reference: Json | None = None
    referenced: "Message | None" = None
    snapshot: Json | None = None
    interaction: Json | None = None
    ephemeral_for: "User | None" = None
    nonce: str | int | None = None
    edited_at: datetime | None = None
    reactions: dict[str, list[int]] = field(default_factory=dict)
    pinged: set[int | str] = field(default_factory=set)
    deleted: bool = False
    pinned: bool = False
    edits: int = 0

    @property
    def created_at(self) -> datetime:
        return moment(self.id)

    @property
    def ephemeral(self) -> bool:
        return bool(self.flags & EPHEMERAL)

    @property
    def loading(self) -> bool:
        return bool(self.flags & LOADING)

    @property
    def files(self) -> list[Attachment]:
        """Attachments outside embeds, as clients list them."""
        return [one for one in self.attachments if one.id not in self.embedded]

    @property
    def listed(self) -> list[Attachment]:
        """As Discord lists them: what a forward holds stands in its snapshot."""
        return [] if self.snapshot is not None else self.files

    @property
    def jump_url(self) -> str:
        guild = self.channel.guild.id if self.channel.guild else "@me"
        return f"https://discord.com/channels/{guild}/{self.channel.id}/{self.id}"

    @property
    def text(self) -> str:
        """Everything that a person can read in it, a line each, embeds included."""
        parts = [self.content]
        for embed in self.embeds:
            parts += [(embed.get("author") or {}).get("name"), embed.get("title")]
            parts.append(embed.get("description"))
            for one in embed.get("fields") or []:
                parts += [one["name"], one["value"]]
            parts.append((embed.get("footer") or {}).get("text"))
        return "\n".join(part for part in parts if part)

    @property
    def parts(self) -> list[Json]:
        """Buttons and selects, in their order."""
        return [part for row in self.components for part in row.get("components", [])]

    @property
    def labels(self) -> list[str]:
        """What its buttons say."""
        return [part.get("label") or "" for part in self.parts if part["type"] == 2]

    def vanish(self) -> None:
        """It is gone, and its files with it."""
        self.deleted = True
        for attachment in self.attachments:
            attachment.gone = True

    def touch(self) -> None:
        self.edited_at = datetime.now(UTC)
        self.edits += 1

    def unfurl(self, *embeds: Json) -> None:
        """Let Discord show what the links in it lead to, a while after it was posted."""
        self.embeds = list(embeds)
        self.channel.tell("MESSAGE_UPDATE", self)

    @property
    def mentioned_roles(self) -> list[str]:
        """Ids of the roles in the text."""
        return _ROLE_MENTION.findall(self.content)

    def mentions(self) -> "list[User]":
        users = self.channel.world.users
        ids = [int(one) for one in _MENTION.findall(self.content)]
        found = [users[one] for one in dict.fromkeys(ids) if one in users]
        if self.referenced and self.type == REPLY and self.referenced.author.id in self.pinged:
            found += [self.referenced.author] if self.referenced.author not in found else []
        return found

    def ping(self, allowed: Json | None) -> None:
        """Work out who is notified, by what ``allowed_mentions`` lets through."""
        everything = allowed is None
        allowed = allowed or {}
        parse = allowed.get("parse") or []
        users = {int(one) for one in allowed.get("users") or []}
        mentioned = {int(one) for one in _MENTION.findall(self.content)}
        self.pinged = {one for one in mentioned if everything or "users" in parse or one in users}
        roles = {int(one) for one in _ROLE_MENTION.findall(self.content)}
        chosen = {int(one) for one in allowed.get("roles") or []}
        self.pinged |= {one for one in roles if everything or "roles" in parse or one in chosen}
        if _EVERYONE.search(self.content) and (everything or "everyone" in parse):
            self.pinged |= {"everyone"} if self._may_ping_everyone() else set()
        replied = everything or allowed.get("replied_user")
        if replied and self.type == REPLY and self.referenced is not None:
            self.pinged.add(self.referenced.author.id)

    def _may_ping_everyone(self) -> bool:
        guild = self.channel.guild
        if guild is None or self.author.id not in guild.members:
            return False
        granted = in_channel(guild.members[self.author.id], self.channel)
        return bool(granted & P.MENTION_EVERYONE)

    # --- as Discord writes it

    def payload(self, *, content: bool = True) -> Json:
        """The message object.

        Args:
            content: False: as an application without the Message Content intent gets it.
        """
        return writing.message(self, content=content)

    def event(self, *, content: bool = True, nonce: bool = False) -> Json:
        """As MESSAGE_CREATE and MESSAGE_UPDATE carry it: with guild and member.

        Args:
            nonce: Whether it is in: Discord gives it out when the message is made, never again.
        """
        return writing.event(self, content=content, nonce=nonce)
