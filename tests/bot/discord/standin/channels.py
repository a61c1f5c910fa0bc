"""Roles, channels and threads. What changes in them is an event."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.bot.discord.standin import payloads
from tests.bot.discord.standin.permissions import bits

if TYPE_CHECKING:
    from tests.bot.discord.standin.messages import Message
    from tests.bot.discord.standin.people import Member, User
    from tests.bot.discord.standin.world import Guild, World

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


@dataclass(eq=False, repr=False)
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


@dataclass(eq=False, repr=False)
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
        assert self.guild is not None
        was_seen = self.guild.bot_sees(self)
        self.overwrites[whom.id] = (bits(allow), bits(deny))
        self._changed()
        if self.guild.bot_sees(self) and not was_seen:
            self._sync_threads(self.guild)

    def _sync_threads(self, guild: "Guild") -> None:
        """Tell the bot of the threads in a channel that it sees from now on."""
        bot_id = self.world.bot.id
        threads = [
            one
            for one in guild.channels.values()
            if one.parent is self and one.is_thread and not one.archived and guild.bot_sees(one)
        ]
        data = {
            "guild_id": str(guild.id),
            "channel_ids": [str(self.id)],
            "threads": [payloads.channel(one, bot_id) for one in threads],
            "members": [
                payloads.thread_member(one, bot_id) for one in threads if bot_id in one.members
            ],
        }
        self.world.emit("THREAD_LIST_SYNC", data, guild)

    def set_nsfw(self, nsfw: bool) -> None:
        """Restrict the channel to adults, or no longer."""
        self.nsfw = nsfw
        self._changed()

    def _changed(self) -> None:
        event = "THREAD_UPDATE" if self.is_thread else "CHANNEL_UPDATE"
        self.world.emit(event, payloads.channel(self, self.world.bot.id), self.guild)
