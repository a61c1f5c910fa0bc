"""Routes of messages: sending, history, editing, deleting, reactions."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.bot.discord.standin import payloads, writing
from tests.bot.discord.standin.access import may, reach_channel, reach_message, require
from tests.bot.discord.standin.acting import react, reply_to, unreact
from tests.bot.discord.standin.api import Routes
from tests.bot.discord.standin.errors import (
    ANOTHERS_MESSAGE,
    ARCHIVED_THREAD,
    CANNOT_REPLY,
    CLOSED_TO_MESSAGES,
    MISSING_ACCESS,
    MISSING_PERMISSIONS,
    NO_TEXT_HERE,
    NOT_IN_DIRECT_MESSAGES,
    TOO_OLD_FOR_BULK,
    TWO_TO_A_HUNDRED,
    UNKNOWN_EMOJI,
    invalid_form,
)
from tests.bot.discord.standin.intents import MESSAGE_CONTENT, shows_content
from tests.bot.discord.standin.messages import Message
from tests.bot.discord.standin.permissions import P
from tests.bot.discord.standin.posting import fill
from tests.bot.discord.standin.requests import Request

if TYPE_CHECKING:
    from tests.bot.discord.standin.server import StandIn
    from tests.bot.discord.standin.world import Channel

Json = dict[str, Any]
routes = Routes()

# "Within the past few minutes", says the documentation.
NONCE_FOR = timedelta(minutes=3)
BULK_FOR = timedelta(days=14)


@routes("POST", "/channels/{channel_id}/messages")
async def send(standin: "StandIn", request: Request) -> Json:
    channel = reach_channel(standin, request.id("channel_id"))
    body = request.body or {}
    _may_send(channel, body, has_files=bool(request.files))
    nonce = body.get("nonce")
    if nonce is not None and body.get("enforce_nonce"):
        earlier = _with_nonce(standin, nonce)
        if earlier is not None:
            return writing.message(earlier, nonce=True)
    message = Message(standin.world.snowflakes.make(), channel, standin.world.bot, nonce=nonce)
    if body.get("message_reference"):
        _refer(standin, message, body["message_reference"])
    fill(message, body, request.files, standin.cdn)
    if channel.is_thread and channel.archived:
        channel.archive(archived=False)
    channel.put(message)
    if nonce is not None:
        standin.by_nonce[str(nonce)] = message
    channel.tell("MESSAGE_CREATE", message)
    return writing.message(message, nonce=True)


def _may_send(channel: "Channel", body: Json, *, has_files: bool) -> None:
    if not channel.has_text:
        raise NO_TEXT_HERE
    if channel.recipient is not None and not channel.recipient.dms_open:
        raise CLOSED_TO_MESSAGES
    require(channel, P.SEND_IN_THREADS if channel.is_thread else P.SEND_MESSAGES)
    if has_files:
        require(channel, P.ATTACH_FILES)
    if body.get("embeds"):
        require(channel, P.EMBED_LINKS)
    if channel.locked and not may(channel, P.MANAGE_THREADS):
        raise ARCHIVED_THREAD


def _with_nonce(standin: "StandIn", nonce: str | int) -> Message | None:
    """The message that this very request made before, wherever it stands."""
    earlier = standin.by_nonce.get(str(nonce))
    if earlier is None or earlier.deleted or datetime.now(UTC) - earlier.created_at > NONCE_FOR:
        return None
    return earlier


def _refer(standin: "StandIn", message: Message, reference: Json) -> None:
    channel = message.channel
    if not may(channel, P.READ_MESSAGE_HISTORY):
        raise CANNOT_REPLY
    target = channel.message(int(reference["message_id"]))
    if target is None:
        if reference.get("fail_if_not_exists") is False:
            return
        raise invalid_form("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
    if str(reference.get("channel_id", channel.id)) != str(channel.id):
        raise invalid_form("message_reference", "REPLIES_CANNOT_REFERENCE", "another channel")
    reply_to(message, target)


@routes("GET", "/channels/{channel_id}/messages")
async def history(standin: "StandIn", request: Request) -> list[Json]:
    channel = reach_channel(standin, request.id("channel_id"))
    if not channel.has_text:
        raise NO_TEXT_HERE
    # Without the permission there is no error, only nothing: so Discord's documentation.
    messages = channel.messages if may(channel, P.READ_MESSAGE_HISTORY) else []
    limit = int(request.query.get("limit", 50))
    kept = _window(messages, request.query, limit)
    return [_shown(standin, one) for one in reversed(kept)]


def _window(messages: list[Message], query: dict[str, str], limit: int) -> list[Message]:
    """The part of a history that is asked for, oldest first."""
    if "around" in query:
        middle = int(query["around"])
        older = [one for one in messages if one.id < middle][-(limit // 2) :]
        newer = [one for one in messages if one.id >= middle][: limit - limit // 2]
        return older + newer
    if "after" in query:
        return [one for one in messages if one.id > int(query["after"])][:limit]
    before = int(query.get("before", 1 << 63))
    return [one for one in messages if one.id < before][-limit:]


def _shown(standin: "StandIn", message: Message) -> Json:
    """A message as HTTP gives it: the Message Content switch counts here as well."""
    intents = MESSAGE_CONTENT if standin.message_content else 0
    content = shows_content(message, intents)
    return message.payload(content=content)


@routes("GET", "/channels/{channel_id}/messages/{message_id}")
async def one_message(standin: "StandIn", request: Request) -> Json:
    channel = reach_channel(standin, request.id("channel_id"))
    if not may(channel, P.READ_MESSAGE_HISTORY):
        raise MISSING_ACCESS
    return _shown(standin, reach_message(channel, request.id("message_id")))


@routes("PATCH", "/channels/{channel_id}/messages/{message_id}")
async def edit(standin: "StandIn", request: Request) -> Json:
    channel = reach_channel(standin, request.id("channel_id"))
    message = reach_message(channel, request.id("message_id"))
    if message.author is not standin.world.bot:
        only_embeds = set(request.body or {}) <= {"flags"}
        if not only_embeds:
            raise ANOTHERS_MESSAGE
        require(channel, P.MANAGE_MESSAGES)
    if request.files:
        require(channel, P.ATTACH_FILES)
    fill(message, request.body or {}, request.files, standin.cdn)
    message.touch()
    channel.tell("MESSAGE_UPDATE", message)
    return message.payload()


@routes("DELETE", "/channels/{channel_id}/messages/{message_id}")
async def delete(standin: "StandIn", request: Request) -> None:
    channel = reach_channel(standin, request.id("channel_id"))
    message = reach_message(channel, request.id("message_id"))
    if message.author is not standin.world.bot:
        if channel.guild is None:
            raise NOT_IN_DIRECT_MESSAGES
        require(channel, P.MANAGE_MESSAGES)
    channel.forget(message)


@routes("POST", "/channels/{channel_id}/messages/bulk-delete")
async def bulk_delete(standin: "StandIn", request: Request) -> None:
    channel = reach_channel(standin, request.id("channel_id"))
    if channel.guild is None:
        raise NOT_IN_DIRECT_MESSAGES
    require(channel, P.MANAGE_MESSAGES)
    ids = {int(one) for one in request.body["messages"]}
    if not 2 <= len(request.body["messages"]) <= 100:
        raise TWO_TO_A_HUNDRED
    messages = [one for one in channel.messages if one.id in ids]
    if any(datetime.now(UTC) - one.created_at > BULK_FOR for one in messages):
        raise TOO_OLD_FOR_BULK
    await channel.guild.bulk_delete(channel, messages)


# --- reactions


def _emoji(request: Request) -> str:
    emoji = request.match["emoji_name"]
    if emoji.isascii():  # neither an emoji of Unicode nor one of a guild that is played here
        raise UNKNOWN_EMOJI
    return emoji


_REACTION = "/channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}"


@routes("PUT", _REACTION + "/@me")
async def add_reaction(standin: "StandIn", request: Request) -> None:
    channel = reach_channel(standin, request.id("channel_id"))
    message = reach_message(channel, request.id("message_id"))
    require(channel, P.READ_MESSAGE_HISTORY)
    emoji = _emoji(request)
    if emoji not in message.reactions:
        require(channel, P.ADD_REACTIONS)
    if channel.locked or channel.archived:
        raise ARCHIVED_THREAD
    react(message, standin.world.bot, emoji)


@routes("DELETE", _REACTION + "/@me")
async def remove_own_reaction(standin: "StandIn", request: Request) -> None:
    channel = reach_channel(standin, request.id("channel_id"))
    message = reach_message(channel, request.id("message_id"))
    unreact(message, standin.world.bot, _emoji(request))


@routes("DELETE", _REACTION + "/{user_id}")
async def remove_reaction(standin: "StandIn", request: Request) -> None:
    channel = reach_channel(standin, request.id("channel_id"))
    message = reach_message(channel, request.id("message_id"))
    if channel.guild is None:
        raise MISSING_PERMISSIONS
    require(channel, P.MANAGE_MESSAGES)
    user = standin.world.users.get(request.id("user_id"))
    if user is not None:
        unreact(message, user, _emoji(request))


@routes("DELETE", _REACTION)
async def clear_reaction(standin: "StandIn", request: Request) -> None:
    channel = reach_channel(standin, request.id("channel_id"))
    message = reach_message(channel, request.id("message_id"))
    require(channel, P.MANAGE_MESSAGES)
    emoji = _emoji(request)
    if message.reactions.pop(emoji, None) is not None:
        data = {
            "channel_id": str(channel.id),
            "message_id": str(message.id),
            "emoji": {"id": None, "name": emoji},
        }
        channel.tell("MESSAGE_REACTION_REMOVE_EMOJI", data | channel.guild_part())


@routes("DELETE", "/channels/{channel_id}/messages/{message_id}/reactions")
async def clear_reactions(standin: "StandIn", request: Request) -> None:
    channel = reach_channel(standin, request.id("channel_id"))
    message = reach_message(channel, request.id("message_id"))
    require(channel, P.MANAGE_MESSAGES)
    message.reactions.clear()
    data = {"channel_id": str(channel.id), "message_id": str(message.id)}
    channel.tell("MESSAGE_REACTION_REMOVE_ALL", data | channel.guild_part())


@routes("GET", _REACTION)
async def who_reacted(standin: "StandIn", request: Request) -> list[Json]:
    channel = reach_channel(standin, request.id("channel_id"))
    message = reach_message(channel, request.id("message_id"))
    after = int(request.query.get("after", 0))
    limit = int(request.query.get("limit", 25))
    users = standin.world.users
    ids = sorted(one for one in message.reactions.get(_emoji(request), []) if one > after)
    return [payloads.user(users[one]) for one in ids[:limit]]
