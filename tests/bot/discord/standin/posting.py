"""Turning a request into a message: files into attachments, ``attachment://`` into URLs."""

import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.bot.discord.standin.errors import EMPTY_MESSAGE
from tests.bot.discord.standin.files import Attachment, File
from tests.bot.discord.standin.limits import broken, check_message
from tests.bot.discord.standin.messages import EPHEMERAL, SUPPRESS_EMBEDS, Message

if TYPE_CHECKING:
    from tests.bot.discord.standin.cdn import Cdn

Json = dict[str, Any]
# The bits that a client may set itself.
_SETTABLE = SUPPRESS_EMBEDS | EPHEMERAL | 1 << 12 | 1 << 15

# What Discord keeps of an embed; anything else is dropped without a word.
EMBED_KEYS = frozenset(
    [
        *("title", "description", "url", "timestamp", "color", "footer", "image"),
        *("thumbnail", "author", "fields", "video", "provider", "flags"),
    ]
)


def fill(message: Message, body: Json, files: dict[str, File], cdn: "Cdn") -> None:
    """Write what a request says into a new message, or into one that is edited.

    What the request leaves out stays as it is. ``files`` by their number in the form.

    Raises:
        ApiError: If Discord would refuse it.
    """
    check_message(body, list(files.values()))
    attachments = _attachments(message, body, files, cdn)
    embeds, embedded = message.embeds, message.embedded
    if "embeds" in body:
        embeds, embedded = _embeds(body["embeds"] or [], attachments)
    content = message.content if "content" not in body else (body["content"] or "")
    components = message.components
    if "components" in body:
        components = _numbered(body["components"] or [])
    if not (content or embeds or attachments or components):
        raise EMPTY_MESSAGE
    for gone in set(message.attachments) - set(attachments):
        gone.gone = True
    message.content, message.attachments = content, attachments
    message.embeds, message.embedded = embeds, embedded
    message.components = components
    if body.get("flags") is not None:
        message.flags = (message.flags & ~SUPPRESS_EMBEDS) | (body["flags"] & _SETTABLE)
    if "allowed_mentions" in body or "content" in body:
        message.ping(body.get("allowed_mentions"))


def _attachments(
    message: Message, body: Json, files: dict[str, File], cdn: "Cdn"
) -> list[Attachment]:
    """The attachments after the request; a list in it says which of the old ones stay."""
    listed = body.get("attachments")
    if listed is None:
        new = [_attach(message, file, {}, cdn) for file in files.values()]
        return (message.attachments if "attachments" not in body else []) + new
    known = {str(one.id): one for one in message.attachments}
    left, kept = dict(files), []
    for number, entry in enumerate(listed):
        key = str(entry["id"])
        if key in left:
            kept.append(_attach(message, left.pop(key), entry, cdn))
        elif key in known:
            kept.append(known[key])
        else:
            message_text = f"neither files[{key}] nor an attachment of the message"
            raise broken(f"attachments.{number}", "ATTACHMENT_NOT_FOUND", message_text)
    return kept + [_attach(message, file, {}, cdn) for file in left.values()]


def _attach(message: Message, file: File, entry: Json, cdn: "Cdn") -> Attachment:
    name = entry.get("filename") or file.name
    spoiler = bool(entry.get("is_spoiler")) or file.name.startswith("SPOILER_")
    described = replace(
        file, name=name, spoiler=spoiler, description=entry.get("description") or None
    )
    return cdn.attach(described, message.channel.id, ephemeral=message.ephemeral)


def _embeds(embeds: list[Json], attachments: list[Attachment]) -> tuple[list[Json], set[int]]:
    """Embeds as Discord keeps them, and the attachments that they show."""
    by_name = {one.filename: one for one in attachments}
    kept, shown = [], set()
    for number, given in enumerate(copy.deepcopy(embeds)):
        embed = {key: value for key, value in given.items() if key in EMBED_KEYS}
        embed["type"] = "rich"
        for one in embed.get("fields") or []:
            one.setdefault("inline", False)
        for slot in ("image", "thumbnail"):
            url = (embed.get(slot) or {}).get("url", "")
            if not url.startswith("attachment://"):
                continue
            one = by_name.get(url.removeprefix("attachment://"))
            if one is None:
                raise broken(f"embeds.{number}.{slot}.url", "ATTACHMENT_NOT_FOUND", url)
            shown.add(one.id)
            embed[slot] = {"attachment": one.id}
        kept.append(embed)
    return kept, shown


def _numbered(rows: list[Json]) -> list[Json]:
    """Components with the numbers that Discord gives them."""
    rows = copy.deepcopy(rows)
    number = 0
    for row in rows:
        number += 1
        row.setdefault("id", number)
        for part in row.get("components") or []:
            number += 1
            part.setdefault("id", number)
            part.pop("required", None)  # means something in dialogues only
    return rows
