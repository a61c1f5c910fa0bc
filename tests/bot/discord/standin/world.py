"""Discord's world: users, guilds, roles, channels, threads. What changes in it is an event."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tests.bot.discord.standin import payloads
from tests.bot.discord.standin.people import Member, User
from tests.bot.discord.standin.permissions import EVERYONE, P, bits, can_see
from tests.bot.discord.standin.snowflakes import Snowflakes

if TYPE_CHECKING:
    from tests.bot.discord.standin.messages import Message
    from tests.bot.discord.standin.server import StandIn

TEXT, DM, VOICE, CATEGORY, ANNOUNCEMENT, STAGE, FORUM = 0, 1, 2, 4, 5, 13, 15
PUBLIC_THREAD, PRIVATE_THREAD = 11, 12
KINDS = {
    "text": TEXT,
    "voice": VOICE,
    "category": CATEGORY,
    "announcement": ANNOUNCEMENT,
    "stage": STAGE,
    "forum": FORUM,
}
# What the bot's role may do unless a test says otherwise: what an operator's invitation asks for.
BOT_PERMISSIONS = EVERYONE | P.MANAGE_MESSAGES

# An event, what it is about, and its guild (None: direct messages). A message is written out by
# the gateway: how much of it a session gets to see depends on its intents.
Emit = Callable[[str, "dict[str, Any] | Message", "Guild | None"], None]
Overwrites = Mapping["Role | Member | User", tuple[object, object]]


@dataclass(eq=False)
class Role:
    """A role; ``everyone`` is the one with the guild's own id."""

    id: int
    guild: "Guild"
    name: str
    permissions: int
    position: int

    def allow(self, permissions: object) -> None:
        """Give a permission to the role, now."""
        self._change(self.permissions | bits(permissions))

    def deny(self, permissions: object) -> None:
        """Take a permission from the role, now."""
        self._change(self.permissions & ~bits(permissions))

    def _change(self, permissions: int) -> None:
        self.permissions = permissions
        data = {"guild_id": str(self.guild.id), "role": payloads.role(self)}
        self.guild.world.emit("GUILD_ROLE_UPDATE", data, self.guild)


@dataclass(eq=False)
class Channel:
    """A channel, a thread or a direct conversation, with everything posted in it, oldest first.

    Attributes:
        overwrites: Allowed and denied permissions by the id of a role or a member.
        members: Of a thread: the ids of those who are in it.
        recipient: Of a direct conversation: the other side.
    """

    id: int
    world: "World"
    kind: int
    name: str
    guild: "Guild | None" = None
    parent: "Channel | None" = None
    overwrites: dict[int, tuple[int, int]] = field(default_factory=dict)
    nsfw: bool = False
    messages: "list[Message]" = field(default_factory=list)
    members: set[int] = field(default_factory=set)
    archived: bool = False
    locked: bool = False
    owner_id: int = 0
    recipient: "User | None" = None

    @property
    def is_thread(self) -> bool:
        return self.kind in (PUBLIC_THREAD, PRIVATE_THREAD, 10)

    @property
    def is_private_thread(self) -> bool:
        return self.kind == PRIVATE_THREAD

    @property
    def has_text(self) -> bool:
        return self.kind in (TEXT, DM, VOICE, ANNOUNCEMENT, STAGE, PUBLIC_THREAD, PRIVATE_THREAD)

    @property
    def mention(self) -> str:
        return f"<#{self.id}>"

    def bot_messages(self) -> "list[Message]":
        """What the bot has said here and not deleted, oldest first; nothing ephemeral."""
        return [one for one in self.messages if one.author is self.world.bot]

    def message(self, message_id: int) -> "Message | None":
        return next((one for one in reversed(self.messages) if one.id == message_id), None)

    def put(self, message: "Message") -> None:
        """Add a message where its time puts it."""
        place = len(self.messages)
        while place and self.messages[place - 1].id > message.id:
            place -= 1
        self.messages.insert(place, message)

    def tell(self, event: str, what: "dict[str, Any] | Message") -> None:
        """Emit an event of this channel, if the bot may see the channel."""
        if self.guild is None or self.guild.bot_sees(self):
            self.world.emit(event, what, self.guild)

    def forget(self, message: "Message") -> None:
        """Delete a message, and tell."""
        self.messages.remove(message)
        message.vanish()
        data = {"id": str(message.id), "channel_id": str(self.id)}
        self.tell("MESSAGE_DELETE", data | self.guild_part())

    def guild_part(self) -> dict[str, Any]:
        """The ``guild_id`` that events of guilds carry."""
        return {"guild_id": str(self.guild.id)} if self.guild else {}

    def add_thread(
        self,
        name: str,
        *,
        private: bool = False,
        members: "Iterable[Member]" = (),
        archived: bool = False,
        owner: "Member | None" = None,
    ) -> "Channel":
        """A new thread; the bot hears of a private one only if it is in it or manages threads."""
        world, guild = self.world, self.guild
        assert guild is not None
        thread = Channel(
            id=world.snowflakes.make(),
            world=world,
            kind=PRIVATE_THREAD if private else PUBLIC_THREAD,
            name=name,
            guild=guild,
            parent=self,
            members={one.id for one in members},
            archived=archived,
            owner_id=(owner or guild.owner).id,
        )
        guild.channels[thread.id] = thread
        if not archived and guild.bot_sees(thread):
            data = payloads.channel(thread, world.bot.id) | {"newly_created": True}
            world.emit("THREAD_CREATE", data, guild)
        return thread

    def archive(self, *, archived: bool = True, locked: bool = False) -> None:
        """Archive a thread, or open it again."""
        self.archived, self.locked = archived, locked
        self._changed()

    def add_to_thread(self, member: "Member") -> None:
        """Let somebody join a thread."""
        assert self.guild is not None
        was_seen = self.guild.bot_sees(self)
        self.members.add(member.id)
        if member.id == self.world.bot.id and not was_seen:
            self.world.emit("THREAD_CREATE", payloads.channel(self, self.world.bot.id), self.guild)
        self._members_changed(added=[member])

    def remove_from_thread(self, member: "Member") -> None:
        """Let somebody leave a thread."""
        self.members.discard(member.id)
        self._members_changed(removed=[member])

    def _members_changed(
        self, added: "Iterable[Member]" = (), removed: "Iterable[Member]" = ()
    ) -> None:
        data = payloads.thread_members_update(self, added, removed)
        self.world.emit("THREAD_MEMBERS_UPDATE", data, self.guild)

    def overwrite(self, whom: "Role | Member | User", allow: object = 0, deny: object = 0) -> None:
        """Set what a role or a member may and may not do here, now."""
        self.overwrites[whom.id] = (bits(allow), bits(deny))
        self._changed()

    def set_nsfw(self, nsfw: bool) -> None:
        """Restrict the channel to adults, or no longer."""
        self.nsfw = nsfw
        self._changed()

    def _changed(self) -> None:
        event = "THREAD_UPDATE" if self.is_thread else "CHANNEL_UPDATE"
        self.world.emit(event, payloads.channel(self, self.world.bot.id), self.guild)


@dataclass(eq=False)
class Guild:
    """A guild, with ``owner``, ``everyone`` and the bot's own member and role."""

    id: int
    world: "World"
    name: str
    locale: str
    roles: dict[int, Role] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    members: "dict[int, Member]" = field(default_factory=dict)
    has_bot: bool = True
    available: bool = True
    joined_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    everyone: Role = field(init=False)
    bot_role: Role = field(init=False)
    owner: "Member" = field(init=False)

    @property
    def me(self) -> "Member":
        """The bot's member."""
        return self.members[self.world.bot.id]

    def bot_sees(self, channel: Channel) -> bool:
        """Whether the bot may see a channel now."""
        return self.has_bot and can_see(self.me, channel)

    def add_role(self, name: str, permissions: object = 0) -> Role:
        """A new role."""
        role_id = self.world.snowflakes.make() if self.roles else self.id
        role = Role(role_id, self, name, bits(permissions), position=len(self.roles))
        self.roles[role.id] = role
        data = {"guild_id": str(self.id), "role": payloads.role(role)}
        self.world.emit("GUILD_ROLE_CREATE", data, self)
        return role

    def add_channel(
        self,
        name: str,
        *,
        overwrites: Overwrites | None = None,
        nsfw: bool = False,
        kind: str = "text",
        parent: Channel | None = None,
    ) -> Channel:
        """A new channel: text, voice, forum, announcement, stage or category.

        Args:
            overwrites: Allowed and denied permissions by role or member.
        """
        channel = Channel(
            id=self.world.snowflakes.make(),
            world=self.world,
            kind=KINDS[kind],
            name=name,
            guild=self,
            parent=parent,
            nsfw=nsfw,
            overwrites={
                whom.id: (bits(allow), bits(deny))
                for whom, (allow, deny) in (overwrites or {}).items()
            },
        )
        self.channels[channel.id] = channel
        self.world.emit("CHANNEL_CREATE", payloads.channel(channel, self.world.bot.id), self)
        return channel

    def delete_channel(self, channel: Channel) -> None:
        """Delete a channel with its threads, or a thread. Discord tells of the one thing only."""
        gone = [one for one in self.channels.values() if channel in (one, one.parent)]
        told = payloads.channel(channel, self.world.bot.id)
        seen = self.bot_sees(channel)
        for one in gone if channel.kind != CATEGORY else [channel]:
            for message in one.messages:
                message.vanish()
            del self.channels[one.id]
        if not channel.is_thread:
            self.world.emit("CHANNEL_DELETE", told, self)
        elif seen:
            keys = ("id", "guild_id", "parent_id", "type")
            self.world.emit("THREAD_DELETE", {key: told[key] for key in keys}, self)

    def add_member(
        self,
        who: "str | User",
        *,
        roles: Iterable[Role] = (),
        locale: str = "en-US",
        is_bot: bool = False,
    ) -> "Member":
        """Let somebody join: a new user, or one of another guild (by name or as ``User``)."""
        user = self.world.user(who, locale) if isinstance(who, str) else who
        user.is_bot = user.is_bot or is_bot
        member = Member(user, self, list(roles))
        self.members[user.id] = member
        data = payloads.member(member) | {"guild_id": str(self.id)}
        self.world.emit("GUILD_MEMBER_ADD", data, self)
        return member

    def remove_member(self, member: "Member") -> None:
        """Let somebody leave the guild, and its threads."""
        del self.members[member.id]
        for channel in self.channels.values():
            channel.members.discard(member.id)
        data = {"guild_id": str(self.id), "user": payloads.user(member.user)}
        self.world.emit("GUILD_MEMBER_REMOVE", data, self)

    async def bulk_delete(self, channel: Channel, messages: "Iterable[Message]") -> None:
        """What a moderation bot does: many messages at once, one event."""
        gone = [one for one in messages if one in channel.messages]
        for one in gone:
            channel.messages.remove(one)
            one.vanish()
        if self.bot_sees(channel):
            data = {
                "ids": [str(one.id) for one in gone],
                "channel_id": str(channel.id),
                "guild_id": str(self.id),
            }
            self.world.emit("MESSAGE_DELETE_BULK", data, self)


class World:
    """Everything that exists at Discord.

    Args:
        emit: Takes every event to the gateway.
    """

    def __init__(self, standin: "StandIn", emit: Emit) -> None:
        self.standin = standin
        self.emit = emit
        self.snowflakes = Snowflakes()
        self.guilds: dict[int, Guild] = {}
        self.users: dict[int, User] = {}
        self.direct: dict[int, Channel] = {}
        self.cdn_url = ""
        self.attachment_seconds = 24 * 3600.0
        self.operator = self.user("operator")
        self.bot = self.user("hoshizora")
        self.bot.is_bot = True

    @property
    def application_id(self) -> int:
        """An application and its bot user have one id."""
        return self.bot.id

    def user(self, name: str, locale: str = "en-US") -> "User":
        """The user of this name, made when there is none."""
        found = next((one for one in self.users.values() if one.name == name), None)
        if found is None:
            found = User(self.snowflakes.make(), self, name, locale)
            self.users[found.id] = found
        return found

    def add_guild(
        self, name: str, *, locale: str = "en-US", bot_permissions: object = BOT_PERMISSIONS
    ) -> Guild:
        """A guild with an owner, the bot in it and no channels."""
        guild = Guild(self.snowflakes.make(), self, name, locale)
        guild.has_bot = False  # nobody hears of it while it is being furnished
        guild.everyone = guild.add_role("@everyone", EVERYONE)
        guild.bot_role = guild.add_role("Hoshizora", bot_permissions)
        guild.owner = guild.add_member(f"owner of {name}")
        guild.add_member(self.bot, roles=[guild.bot_role])
        guild.has_bot = True
        self.guilds[guild.id] = guild
        self._joined(guild)
        return guild

    def _joined(self, guild: Guild) -> None:
        # "unavailable" is only in what comes back after an outage or a connection.
        data = payloads.guild_create(guild)
        del data["unavailable"]
        self.emit("GUILD_CREATE", data, guild)

    def channel(self, channel_id: int) -> Channel | None:
        """A channel, thread or direct conversation by its id."""
        if channel_id in self.direct:
            return self.direct[channel_id]
        for guild in self.guilds.values():
            if channel_id in guild.channels:
                return guild.channels[channel_id]
        return None

    def direct_channel(self, user: "User") -> Channel:
        """The direct conversation of a user with the bot."""
        for channel in self.direct.values():
            if channel.recipient is user:
                return channel
        channel = Channel(self.snowflakes.make(), self, DM, "", recipient=user)
        self.direct[channel.id] = channel
        return channel

    def kick_bot(self, guild: Guild) -> None:
        """Remove the bot from a guild."""
        self.emit("GUILD_DELETE", {"id": str(guild.id)}, guild)
        guild.has_bot = False
        del guild.members[self.bot.id]

    def invite_bot(self, guild: Guild) -> None:
        """Let the bot back in."""
        guild.add_member(self.bot, roles=[guild.bot_role])
        guild.has_bot = True
        self._joined(guild)

    def make_unavailable(self, guild: Guild) -> None:
        """An outage at Discord: the guild is not gone, only away."""
        guild.available = False
        self.emit("GUILD_DELETE", {"id": str(guild.id), "unavailable": True}, guild)

    def make_available(self, guild: Guild) -> None:
        """The outage is over."""
        guild.available = True
        self.emit("GUILD_CREATE", payloads.guild_create(guild), guild)
