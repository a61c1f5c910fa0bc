"""Messages and attachments as Discord writes them."""

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tests.bot.discord.standin import payloads
from tests.bot.discord.standin.files import IS_SPOILER, Attachment
from tests.bot.discord.standin.snowflakes import timestamp

if TYPE_CHECKING:
    from tests.bot.discord.standin.channels import Channel
    from tests.bot.discord.standin.messages import Message

Json = dict[str, Any]

_REPLY = 19


def message(
    one: "Message", *, content: bool = True, references: bool = True, nonce: bool = False
) -> Json:
    """The message object.

    Args:
        content: False: as an application without the Message Content intent gets it.
        references: Whether the message replied to is written out.
        nonce: Whether it is in: Discord gives it out when the message is made, never again.
    """
    written: Json = {
        "id": str(one.id),
        "channel_id": str(one.channel.id),
        "author": payloads.user(one.author),
        "type": one.type,
        "content": one.content if content else "",
        "timestamp": timestamp(one.created_at),
        "edited_timestamp": timestamp(one.edited_at) if one.edited_at else None,
        "tts": False,
        "mention_everyone": "everyone" in one.pinged,
        "mentions": [payloads.user(each) for each in one.mentions()],
        "mention_roles": one.mentioned_roles if content else [],
        "attachments": [attachment(each, one.channel) for each in one.listed] if content else [],
        "embeds": [_signed(one, each) for each in one.embeds] if content else [],
        "components": one.components if content else [],
        "pinned": one.pinned,
        "flags": one.flags,
    }
    if one.reactions:
        written["reactions"] = [_reaction(one, emoji) for emoji in one.reactions]
    if nonce and one.nonce is not None:
        written["nonce"] = one.nonce
    return written | _origin(one, content=content, references=references)


def event(one: "Message", *, content: bool, nonce: bool) -> Json:
    """The message object with guild and member."""
    written = message(one, content=content, nonce=nonce)
    guild = one.channel.guild
    if guild is not None:
        written["guild_id"] = str(guild.id)
        member = guild.members.get(one.author.id)
        if member is not None and one.interaction is None:
            written["member"] = payloads.member(member, with_user=False)
    return written


def _origin(one: "Message", *, content: bool, references: bool) -> Json:
    """What a message replies to, forwards, or answers."""
    written: Json = {}
    if one.interaction is not None:
        application = str(one.channel.world.application_id)
        written["interaction_metadata"] = one.interaction
        written |= {"webhook_id": application, "application_id": application}
    if one.reference is not None:
        written["message_reference"] = one.reference
    if one.snapshot is not None and content:
        files = [attachment(each, one.channel) for each in one.attachments]
        written["message_snapshots"] = [{"message": one.snapshot | {"attachments": files}}]
    if one.type == _REPLY and references:
        target = one.referenced
        exists = target is not None and not target.deleted
        written["referenced_message"] = (
            message(target, content=content, references=False) if target and exists else None
        )
    return written


def _reaction(one: "Message", emoji: str) -> Json:
    users = one.reactions[emoji]
    return {
        "emoji": {"id": None, "name": emoji},
        "count": len(users),
        "count_details": {"burst": 0, "normal": len(users)},
        "burst_colors": [],
        "me_burst": False,
        "me": one.channel.world.bot.id in users,
    }


def _signed(one: "Message", embed: Json) -> Json:
    """An embed with a fresh URL for what it shows of the message's own files."""
    known = {each.id: each for each in one.attachments}
    written = dict(embed)
    for slot in ("image", "thumbnail"):
        media = written.get(slot)
        if media and media.get("attachment") in known:
            fresh = attachment(known[media["attachment"]], one.channel)
            keys = ("url", "proxy_url", "width", "height", "content_type")
            written[slot] = {key: fresh[key] for key in keys if key in fresh} | {"flags": 0}
    return written


def attachment(one: Attachment, channel: "Channel") -> Json:
    """An attachment with URLs that hold from now on."""
    world = channel.world
    folder = "ephemeral-attachments" if one.ephemeral else "attachments"
    path = f"{folder}/{one.folder}/{one.id}/{quote(one.filename, safe='')}"
    query = one.sign(world.attachment_seconds)
    written: Json = {
        "id": str(one.id),
        "filename": one.filename,
        "size": len(one.data),
        "url": f"{world.cdn_url}/{path}?{query}",
        "proxy_url": f"{world.cdn_url}/media/{path}?{query}",
        "flags": IS_SPOILER if one.is_spoiler else 0,
    }
    if one.file.content_type is not None:
        written["content_type"] = one.file.content_type
    if one.file.description is not None:
        written["description"] = one.file.description
    if one.title is not None:
        written["title"] = one.title
    if one.size_px is not None:
        written |= {"width": one.size_px[0], "height": one.size_px[1]}
    if one.ephemeral:
        written["ephemeral"] = True
    return written
