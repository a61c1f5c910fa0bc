"""People: what they are, and what they do."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tests.bot.discord.standin import invoking, payloads
from tests.bot.discord.standin.acting import (
    Clickable,
    Draft,
    click_button,
    component,
    find,
    post,
    react,
    sent,
    unreact,
    use_command,
)
from tests.bot.discord.standin.files import File
from tests.bot.discord.standin.interactions import (
    AUTOCOMPLETE,
    COMMAND,
    MODAL_SUBMIT,
    Interaction,
    begin,
)
from tests.bot.discord.standin.messages import HAS_SNAPSHOT, Message
from tests.bot.discord.standin.permissions import P, can_see, can_send, in_channel

if TYPE_CHECKING:
    from tests.bot.discord.standin.server import StandIn
    from tests.bot.discord.standin.world import Channel, Guild, Role, World

Json = dict[str, Any]


@dataclass(eq=False, repr=False)
class User:
    """A user, in any number of guilds.

    Attributes:
        dms_open: Whether the bot may write to them directly.
    """

    id: int
    world: "World"
    name: str
    locale: str = "en-US"
    is_bot: bool = False
    dms_open: bool = True
    display_name: str | None = None

    @property
    def mention(self) -> str:
        return f"<@{self.id}>"

    @property
    def standin(self) -> "StandIn":
        return self.world.standin

    @property
    def dm_channel(self) -> "Channel":
        """Their direct conversation with the bot."""
        return self.world.direct_channel(self)

    @property
    def dms(self) -> list[Message]:
        """What the bot has written to them directly."""
        return self.dm_channel.bot_messages()

    async def dm(self, text: str = "", *, files: Iterable[File] = ()) -> Message:
        """Write to the bot."""
        return await post(self, self.dm_channel, Draft(text, files))

    async def dm_command(self, name: str, /, **options: Any) -> Interaction:
        """Use a slash command in the direct conversation."""
        return await use_command(self, self.dm_channel, name, options)

    async def dm_click(self, what: Clickable, which: str) -> Interaction:
        """Click a button in the direct conversation."""
        return await click_button(self, what, which)


@dataclass(eq=False, repr=False)
class Member:
    """A user in a guild. What they may not do fails the test: Discord would not offer it."""

    user: User
    guild: "Guild"
    roles: "list[Role]"
    nick: str | None = None
    joined_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    timed_out_until: datetime | None = None

    @property
    def id(self) -> int:
        return self.user.id

    @property
    def name(self) -> str:
        return self.user.name

    @property
    def mention(self) -> str:
        return self.user.mention

    @property
    def dms(self) -> list[Message]:
        """What the bot has written to them directly."""
        return self.user.dms

    @property
    def timed_out(self) -> bool:
        return self.timed_out_until is not None and self.timed_out_until > datetime.now(UTC)

    def can(self, permission: P, channel: "Channel") -> bool:
        """Whether they have a permission in a channel now."""
        return can_see(self, channel) and bool(in_channel(self, channel) & permission)

    def set_roles(self, *roles: "Role") -> None:
        """Give them these roles and no others, now."""
        self.roles = list(roles)
        self._changed()

    def time_out(self, until: datetime | None) -> None:
        """Silence them until then."""
        self.timed_out_until = until
        self._changed()

    def _changed(self) -> None:
        data = payloads.member(self) | {"guild_id": str(self.guild.id)}
        self.guild.world.emit("GUILD_MEMBER_UPDATE", data, self.guild)

    async def post(
        self,
        channel: "Channel",
        text: str = "",
        *,
        files: Iterable[File] = (),
        embeds: Iterable[Json] = (),
        mention_bot: bool = False,
        reply_to: Message | None = None,
        at: datetime | None = None,
        unseen: bool = False,
    ) -> Message:
        """Post a message.

        Args:
            mention_bot: Begin the text with a mention of the bot.
            at: When; the id says so too. Default: now.
            unseen: The bot hears nothing of it; it stands in the history.
        """
        if mention_bot:
            text = f"{self.guild.world.bot.mention} {text}"
        assert can_send(self, channel), f"{self.name} may not write in #{channel.name}"
        return await post(self.user, channel, Draft(text, files, embeds, reply_to, at, unseen))

    async def edit(
        self, message: Message, text: str | None = None, *, keep: Iterable[int] | None = None
    ) -> None:
        """Edit one's own message: its text, and which attachments (by id) stay."""
        assert message.author is self.user, "only one's own messages can be edited"
        if text is not None:
            message.content = text
        if keep is not None:
            kept = set(keep)
            for one in message.attachments:
                one.gone = one.gone or one.id not in kept
            message.attachments = [one for one in message.attachments if one.id in kept]
        message.touch()
        message.channel.tell("MESSAGE_UPDATE", message)
        await asyncio.sleep(0)

    async def delete(self, message: Message) -> None:
        """Delete a message: one's own, or as a moderator."""
        allowed = message.author is self.user or self.can(P.MANAGE_MESSAGES, message.channel)
        assert allowed, f"{self.name} may not delete this message"
        message.channel.forget(message)
        await asyncio.sleep(0)

    async def forward(self, message: Message, channel: "Channel") -> Message:
        """Forward a message: Discord copies what it holds, the author does not come along."""
        assert can_send(self, channel), f"{self.name} may not write in #{channel.name}"
        world = channel.world
        original = message.payload()
        keys = (
            "type content timestamp edited_timestamp flags mentions mention_roles embeds components"
        )
        forwarded = Message(world.snowflakes.make(), channel, self.user, flags=HAS_SNAPSHOT)
        forwarded.snapshot = {key: original[key] for key in keys.split()}
        cdn = world.standin.cdn
        forwarded.attachments = [cdn.attach(one.file, channel.id) for one in message.files]
        forwarded.reference = {
            "type": 1,
            "message_id": str(message.id),
            "channel_id": str(message.channel.id),
            **message.channel.guild_part(),
        }
        channel.put(forwarded)
        channel.tell("MESSAGE_CREATE", forwarded)
        await asyncio.sleep(0)
        return forwarded

    async def react(self, message: Message, emoji: str) -> None:
        """React, or add one's own to a reaction."""
        react(message, self.user, emoji)
        await asyncio.sleep(0)

    async def unreact(self, message: Message, emoji: str) -> None:
        """Take one's reaction back."""
        unreact(message, self.user, emoji)
        await asyncio.sleep(0)

    async def command(self, channel: "Channel", name: str, /, **options: Any) -> Interaction:
        """Use a slash command, say ``"tags info"``; returns when it is acknowledged, or 3 s later.

        Options as they are registered: a ``File`` for an attachment, a ``Channel``, ``Role``,
        ``Member``, a text, a number, a bool.
        """
        return await use_command(self.user, channel, name, options)

    async def menu(self, channel: "Channel", name: str, message: Message) -> Interaction:
        """Use a command of a message's menu."""
        standin = channel.world.standin
        data = invoking.menu_data(standin, self, channel, name, message)
        return await sent(begin(standin, COMMAND, self.user, channel, data))

    async def autocomplete(
        self, channel: "Channel", name: str, option: str, typed: str, /, **options: Any
    ) -> list[Json]:
        """Type into an option; the choices that are offered, each with ``name`` and ``value``."""
        standin = channel.world.standin
        data = invoking.command_data(
            standin, self.user, channel, name, options | {option: typed}, focused=option
        )
        one = await sent(begin(standin, AUTOCOMPLETE, self.user, channel, data))
        return one.choices

    async def click(self, what: Clickable, which: str) -> Interaction:
        """Click a button: by its custom id, the beginning of that, or what it says."""
        return await click_button(self.user, what, which)

    async def select(self, what: Clickable, which: str, values: Sequence[str]) -> Interaction:
        """Choose in a select: by its custom id, the beginning of that, or its placeholder."""
        message, part = find(what, which, kinds=(3, 5, 6, 7, 8))
        offered = [one["value"] for one in part.get("options", [])]
        if part["type"] == 3:
            assert set(values) <= set(offered), f"{values} of {offered}"
        least, most = part.get("min_values", 1), part.get("max_values", 1)
        assert least <= len(values) <= most, f"between {least} and {most} choices"
        return await component(self.user, message, part, {"values": list(values)})

    async def submit(self, what: Interaction, values: dict[str, str]) -> Interaction:
        """Fill in the dialogue that an interaction opened, by custom id."""
        assert what.modal is not None, "no dialogue was opened"
        data = invoking.modal_data(what.modal, values)
        standin = what.standin
        one = begin(standin, MODAL_SUBMIT, self.user, what.channel, data, what.source)
        one.opened_by = what
        return await sent(one)
