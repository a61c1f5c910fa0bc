"""What people do, whether as users or as members of a guild."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tests.bot.discord.standin import invoking, payloads
from tests.bot.discord.standin.files import File
from tests.bot.discord.standin.interactions import COMMAND, COMPONENT, Interaction, begin
from tests.bot.discord.standin.messages import REPLY, Message
from tests.bot.discord.standin.permissions import can_see

if TYPE_CHECKING:
    from tests.bot.discord.standin.people import User
    from tests.bot.discord.standin.world import Channel

Json = dict[str, Any]
Clickable = Message | Interaction


@dataclass
class Draft:
    """What somebody is about to post."""

    text: str = ""
    files: Iterable[File] = ()
    embeds: Iterable[Json] = ()
    reply_to: Message | None = None
    at: datetime | None = None
    unseen: bool = False


async def post(user: "User", channel: "Channel", draft: Draft) -> Message:
    world = channel.world
    message = Message(world.snowflakes.make(draft.at), channel, user, content=draft.text)
    message.attachments = [world.standin.cdn.attach(one, channel.id) for one in draft.files]
    message.embeds = list(draft.embeds)
    if draft.reply_to is not None:
        reply_to(message, draft.reply_to)
    message.ping(None)
    channel.put(message)
    if channel.is_thread:
        channel.members.add(user.id)
    if not draft.unseen:
        channel.tell("MESSAGE_CREATE", message)
    await asyncio.sleep(0)
    return message


def reply_to(message: Message, other: Message) -> None:
    """Make a message a reply to another."""
    message.type, message.referenced = REPLY, other
    message.reference = {
        "type": 0,
        "message_id": str(other.id),
        "channel_id": str(other.channel.id),
        **other.channel.guild_part(),
    }


def react(message: Message, user: "User", emoji: str) -> None:
    """Add a reaction, and tell."""
    users = message.reactions.setdefault(emoji, [])
    if user.id in users:
        return
    users.append(user.id)
    data = _reaction_event(message, user, emoji) | {
        "message_author_id": str(message.author.id),
        "burst": False,
        "type": 0,
    }
    guild = message.channel.guild
    if guild is not None:
        data["member"] = payloads.member(guild.members[user.id])
    message.channel.tell("MESSAGE_REACTION_ADD", data)


def unreact(message: Message, user: "User", emoji: str) -> None:
    """Take a reaction away, and tell."""
    users = message.reactions.get(emoji, [])
    if user.id not in users:
        return
    users.remove(user.id)
    if not users:
        del message.reactions[emoji]
    data = _reaction_event(message, user, emoji) | {"burst": False, "type": 0}
    message.channel.tell("MESSAGE_REACTION_REMOVE", data)


def _reaction_event(message: Message, user: "User", emoji: str) -> Json:
    return {
        "user_id": str(user.id),
        "channel_id": str(message.channel.id),
        "message_id": str(message.id),
        "emoji": {"id": None, "name": emoji},
        **message.channel.guild_part(),
    }


async def sent(one: Interaction) -> Interaction:
    await one.acked()
    return one


async def use_command(
    user: "User", channel: "Channel", name: str, options: dict[str, Any]
) -> Interaction:
    standin = channel.world.standin
    data = invoking.command_data(standin, user, channel, name, options)
    return await sent(begin(standin, COMMAND, user, channel, data))


async def click_button(user: "User", what: Clickable, which: str) -> Interaction:
    message, part = find(what, which, kinds=(2,))
    return await component(user, message, part, {})


async def component(user: "User", message: Message, part: Json, more: Json) -> Interaction:
    assert not part.get("disabled"), f"{part.get('label') or part['custom_id']} is disabled"
    seen_by = message.ephemeral_for
    assert seen_by in (None, user), f"{user.name} does not see this message"
    if message.channel.guild is not None:
        member = message.channel.guild.members[user.id]
        assert can_see(member, message.channel), f"{user.name} does not see this channel"
    data = {
        "component_type": part["type"],
        "custom_id": part["custom_id"],
        "id": part["id"],
        **more,
    }
    standin = message.channel.world.standin
    return await sent(begin(standin, COMPONENT, user, message.channel, data, message))


def find(what: Clickable, which: str, kinds: tuple[int, ...]) -> tuple[Message, Json]:
    """The newest component that fits, by custom id, its beginning, or what it says."""
    messages = [what] if isinstance(what, Message) else what.messages
    offered = []
    for message in reversed(messages):
        assert not message.deleted, "the message is gone"
        parts = [part for part in message.parts if part["type"] in kinds and "custom_id" in part]
        offered += [part.get("label") or part["custom_id"] for part in parts]
        for fits in (_same_id, _says, _begins):
            for part in parts:
                if fits(part, which):
                    return message, part
    raise AssertionError(f"nothing to use as {which!r}; there is: {offered}")


def _same_id(part: Json, which: str) -> bool:
    return bool(part["custom_id"] == which)


def _says(part: Json, which: str) -> bool:
    emoji = (part.get("emoji") or {}).get("name")
    return which in (part.get("label"), part.get("placeholder"), emoji)


def _begins(part: Json, which: str) -> bool:
    return str(part["custom_id"]).startswith(which)
