"""Interactions: what a command, a click or a word being typed became."""

import asyncio
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.bot.discord.standin import payloads
from tests.bot.discord.standin.messages import Message
from tests.bot.discord.standin.permissions import in_channel
from tests.bot.discord.standin.snowflakes import moment

if TYPE_CHECKING:
    from tests.bot.discord.standin.people import User
    from tests.bot.discord.standin.server import StandIn
    from tests.bot.discord.standin.world import Channel

Json = dict[str, Any]

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5
SENT, DEFERRED, DEFERRED_UPDATE, UPDATED, CHOICES, MODAL = 4, 5, 6, 7, 8, 9
TOKEN_SECONDS = 15 * 60


@dataclass(eq=False)
class Interaction:
    """One interaction and everything that the bot answered to it.

    Attributes:
        token: What the bot answers with for 15 minutes.
        source: The message that was clicked.
        opened_by: Of a filled-in dialogue: what had opened it.
        acked_after_seconds: Until the first answer; None: there was none in time.
        failed: "The application did not respond": nothing came within 3 s.
        kind: Discord's type of the first answer; None before it.
        deferred: Whether the first answer only said that one will follow.
        ephemeral: Whether the first answer is seen by this one person only.
        original: The message that the first answer made, or that was clicked (when updated).
        messages: ``original`` and the followups, in their order.
        choices: Of an autocomplete.
        modal: The dialogue that was opened.
    """

    id: int
    token: str
    type: int
    user: "User"
    channel: "Channel"
    data: Json
    standin: "StandIn"
    source: Message | None = None
    opened_by: "Interaction | None" = None
    acked_after_seconds: float | None = None
    failed: bool = False
    kind: int | None = None
    deferred: bool = False
    ephemeral: bool = False
    original: Message | None = None
    followups: list[Message] = field(default_factory=list)
    choices: list[Json] = field(default_factory=list)
    modal: Json | None = None
    expired: bool = False
    started: float = field(default_factory=time.monotonic)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def messages(self) -> list[Message]:
        own = [self.original] if self.original is not None else []
        return [one for one in [*own, *self.followups] if not one.deleted]

    @property
    def text(self) -> str:
        """Everything that a person reads in the answer."""
        return "\n".join(one.text for one in self.messages if one.text)

    @property
    def name(self) -> str:
        """What was invoked: the command with its subcommands, or the custom id."""
        if self.type in (COMPONENT, MODAL_SUBMIT):
            return str(self.data["custom_id"])
        names, options = [self.data["name"]], self.data.get("options", [])
        while options and options[0]["type"] in (1, 2):
            names.append(options[0]["name"])
            options = options[0].get("options", [])
        return " ".join(names)

    @property
    def token_valid(self) -> bool:
        age = time.time() - moment(self.id).timestamp()
        return not self.expired and age < TOKEN_SECONDS

    def expire(self) -> None:
        """Let the 15 minutes of the token be over."""
        self.expired = True

    def acknowledge(self, kind: int) -> None:
        """The first answer has come."""
        self.kind = kind
        self.acked_after_seconds = time.monotonic() - self.started
        self.deferred = kind in (DEFERRED, DEFERRED_UPDATE)
        self.changed()

    def changed(self) -> None:
        """Wake whoever waits for more of the answer."""
        self._changed.set()

    async def until(self, enough: Callable[[], bool], seconds: float) -> bool:
        """Wait until an answer is enough; False: it was not within the time."""
        ends = time.monotonic() + seconds
        while not enough():
            self._changed.clear()
            left = ends - time.monotonic()
            if left <= 0:
                return False
            try:
                await asyncio.wait_for(self._changed.wait(), left)
            except TimeoutError:
                return enough()
        return True

    async def acked(self) -> None:
        """Wait for the first answer, 3 s at most; then it has failed."""
        wall = self.standin.interaction_seconds
        if not await self.until(lambda: self.kind is not None, wall):
            self.failed = True

    async def settled(self, seconds: float = 15.0) -> "Interaction":
        """Wait until the answer that a deferral promised is there, and return this again."""
        assert not self.failed, f"{self.name}: the application did not respond"
        there = await self.until(self._is_settled, seconds)
        assert there, f"{self.name}: nothing followed the deferral within {seconds} s"
        return self

    def _is_settled(self) -> bool:
        if self.kind == DEFERRED:
            return self.original is None or not self.original.loading or self.original.deleted
        if self.kind == DEFERRED_UPDATE:
            return bool(self.followups) or self.original is not None
        return self.kind is not None

    def payload(self) -> Json:
        """INTERACTION_CREATE."""
        world, guild = self.standin.world, self.channel.guild
        written: Json = {
            "id": str(self.id),
            "application_id": str(world.application_id),
            "type": self.type,
            "data": self.data,
            "token": self.token,
            "version": 1,
            "locale": self.user.locale,
            "channel": payloads.channel(self.channel, world.bot.id),
            "channel_id": str(self.channel.id),
            "entitlements": [],
            "entitlement_sku_ids": [],
            "attachment_size_limit": 10 * 1024 * 1024,
        }
        if guild is None:
            written |= {
                "user": payloads.user(self.user),
                "context": 1,
                "authorizing_integration_owners": {"0": "0"},
                "app_permissions": str((1 << 14) | (1 << 15) | (1 << 17)),
            }
        else:
            member = guild.members[self.user.id]
            written |= {
                "guild_id": str(guild.id),
                "guild": {"id": str(guild.id), "locale": guild.locale, "features": []},
                "guild_locale": guild.locale,
                "member": payloads.member_with_permissions(member, self.channel),
                "context": 0,
                "authorizing_integration_owners": {"0": str(guild.id)},
                "app_permissions": str(in_channel(guild.me, self.channel)),
            }
            written["channel"]["permissions"] = written["member"]["permissions"]
        if self.source is not None:
            written["message"] = self.source.payload()
        return written

    def metadata(self) -> Json:
        """What the messages of the answer say about where they come from."""
        owners = {"0": str(self.channel.guild.id if self.channel.guild else 0)}
        written: Json = {
            "id": str(self.id),
            "type": self.type,
            "user": payloads.user(self.user),
            "authorizing_integration_owners": owners,
        }
        if self.opened_by is not None:
            written["triggering_interaction_metadata"] = self.opened_by.metadata()
        elif self.source is not None:
            written["interacted_message_id"] = str(self.source.id)
        return written


def begin(
    standin: "StandIn",
    kind: int,
    user: "User",
    channel: "Channel",
    data: Json,
    source: Message | None = None,
) -> Interaction:
    """Make an interaction and send it to the bot."""
    one = Interaction(
        id=standin.world.snowflakes.make(),
        token=secrets.token_urlsafe(120),
        type=kind,
        user=user,
        channel=channel,
        data=data,
        standin=standin,
        source=source,
    )
    standin.interactions.append(one)
    standin.by_token[one.token] = one
    guild_id = channel.guild.id if channel.guild else None
    standin.gateway.send("INTERACTION_CREATE", one.payload(), guild_id)
    return one
