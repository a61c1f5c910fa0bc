"""Discord's world: users, guilds, roles, channels, threads. What changes in it is an event."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tests.bot.discord.standin import payloads
from tests.bot.discord.standin.channels import CATEGORY, DM, KINDS, Channel, Role
from tests.bot.discord.standin.people import Member, User
from tests.bot.discord.standin.permissions import EVERYONE, P, bits, can_see
from tests.bot.discord.standin.snowflakes import Snowflakes

if TYPE_CHECKING:
    from tests.bot.discord.standin.messages import Message
    from tests.bot.discord.standin.server import StandIn

# What the bot's role may do unless a test says otherwise: what such a bot asks for when invited.
BOT_PERMISSIONS = int(
    P.VIEW_CHANNEL
    | P.SEND_MESSAGES
    | P.SEND_IN_THREADS
    | P.EMBED_LINKS
    | P.ATTACH_FILES
    | P.READ_MESSAGE_HISTORY
    | P.ADD_REACTIONS
)

# An event, what it is about, and its guild (None: direct messages). A message is written out by
# the gateway: how much of it a session gets to see depends on its intents.
Emit = Callable[[str, "dict[str, Any] | Message", "Guild | None"], None]
Overwrites = Mapping["Role | Member | User", tuple[object, object]]


@dataclass(eq=False, repr=False)
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
        self,
        guild_id: int,
        name: str,
        *,
        locale: str = "en-US",
        bot_permissions: object = BOT_PERMISSIONS,
    ) -> Guild:
        """A guild with an owner, the bot in it and no channels."""
        guild = Guild(guild_id, self, name, locale)
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
