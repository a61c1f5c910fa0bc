"""The limits of messages that Discord enforces, whoever writes them."""

from collections.abc import Iterable, Sequence
from typing import Any

from tests.bot.discord.standin.errors import ApiError, invalid_form
from tests.bot.discord.standin.files import File

Json = dict[str, Any]

MiB = 1024 * 1024
MAX_UPLOAD_BYTES = 10 * MiB
MAX_CONTENT = 2000
MAX_EMBEDS_TEXT = 6000
MAX_FILES = 10
BUTTON, LINK_STYLE, PREMIUM_STYLE = 2, 5, 6
SELECTS = (3, 5, 6, 7, 8)


class BrokenLimitError(ApiError):
    """A request that no correct client sends: refused, and noted as a violation."""


def too_long(path: str, text: object, limit: int, least: int = 0) -> None:
    """Refuse a text that is longer than ``limit`` or shorter than ``least``."""
    length = len(str(text)) if text is not None else 0
    if not least <= length <= limit:
        message = f"Must be between {least} and {limit} in length."
        _refuse(path, "BASE_TYPE_BAD_LENGTH", f"{message} Received: {length}")


def check_message(body: Json, files: Sequence[File]) -> None:
    """Check what a request wants to say.

    Raises:
        BrokenLimitError: What Discord answers.
    """
    too_long("content", body.get("content"), MAX_CONTENT)
    embeds = body.get("embeds") or []
    if len(embeds) > 10:
        _refuse("embeds", "BASE_TYPE_BAD_LENGTH", f"10 embeds at most. Received: {len(embeds)}")
    for number, embed in enumerate(embeds):
        _check_embed(embed, f"embeds.{number}")
    total = sum(_embed_length(embed) for embed in embeds)
    if total > MAX_EMBEDS_TEXT:
        _refuse("embeds", "MAX_EMBED_SIZE_EXCEEDED", f"6000 characters. Received: {total}")
    check_components(body.get("components") or [])
    if len(files) > MAX_FILES:
        _refuse("files", "BASE_TYPE_BAD_LENGTH", f"10 files at most. Received: {len(files)}")
    if sum(len(one.data) for one in files) > MAX_UPLOAD_BYTES:
        raise BrokenLimitError(413, 40005, "Request entity too large")


def _check_embed(embed: Json, path: str) -> None:
    too_long(f"{path}.title", embed.get("title"), 256)
    too_long(f"{path}.description", embed.get("description"), 4096)
    too_long(f"{path}.footer.text", (embed.get("footer") or {}).get("text"), 2048)
    too_long(f"{path}.author.name", (embed.get("author") or {}).get("name"), 256)
    fields = embed.get("fields") or []
    if len(fields) > 25:
        _refuse(f"{path}.fields", "BASE_TYPE_BAD_LENGTH", f"25 at most. Received: {len(fields)}")
    for number, one in enumerate(fields):
        too_long(f"{path}.fields.{number}.name", one.get("name"), 256, least=1)
        too_long(f"{path}.fields.{number}.value", one.get("value"), 1024, least=1)


def _embed_length(embed: Json) -> int:
    texts = [embed.get("title"), embed.get("description")]
    texts += [(embed.get("footer") or {}).get("text"), (embed.get("author") or {}).get("name")]
    for one in embed.get("fields") or []:
        texts += [one.get("name"), one.get("value")]
    return sum(len(text) for text in texts if text)


def check_components(rows: Sequence[Json]) -> None:
    """Check buttons and selects: rows, ids, lengths."""
    if any(row.get("type") != 1 for row in rows):
        return  # the newer layouts: the API description alone speaks of those
    if len(rows) > 5:
        _refuse("components", "BASE_TYPE_BAD_LENGTH", f"5 rows at most. Received: {len(rows)}")
    for number, row in enumerate(rows):
        _check_row(row.get("components") or [], f"components.{number}.components")
    parts = [part for row in rows for part in row.get("components") or []]
    _unique("components", (part["custom_id"] for part in parts if "custom_id" in part))


def _check_row(parts: Sequence[Json], path: str) -> None:
    selects = [part for part in parts if part.get("type") in SELECTS]
    if not 1 <= len(parts) <= 5 or (selects and len(parts) > 1):
        _refuse(path, "BASE_TYPE_BAD_LENGTH", "1 to 5 buttons, or one select")
    for number, part in enumerate(parts):
        at = f"{path}.{number}"
        if part.get("type") == BUTTON:
            _check_button(part, at)
        else:
            _check_select(part, at)


def _check_button(part: Json, path: str) -> None:
    too_long(f"{path}.label", part.get("label"), 80)
    if not part.get("label") and not part.get("emoji"):
        _refuse(path, "BUTTON_COMPONENT_INVALID_BUTTON", "a label or an emoji is required")
    if part.get("style") == LINK_STYLE:
        too_long(f"{path}.url", part.get("url"), 512, least=1)
        if "custom_id" in part:
            _refuse(path, "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", "url and custom_id")
    elif part.get("style") != PREMIUM_STYLE:
        too_long(f"{path}.custom_id", part.get("custom_id"), 100, least=1)


def _check_select(part: Json, path: str) -> None:
    too_long(f"{path}.custom_id", part.get("custom_id"), 100, least=1)
    too_long(f"{path}.placeholder", part.get("placeholder"), 150)
    if part.get("type") != 3:
        return
    options = part.get("options") or []
    if not 1 <= len(options) <= 25:
        _refuse(f"{path}.options", "BASE_TYPE_BAD_LENGTH", f"1 to 25. Received: {len(options)}")
    for number, one in enumerate(options):
        at = f"{path}.options.{number}"
        too_long(f"{at}.label", one.get("label"), 100, least=1)
        too_long(f"{at}.value", one.get("value"), 100, least=1)
        too_long(f"{at}.description", one.get("description"), 100)
    _unique(f"{path}.options", (one["value"] for one in options))
    least, most = part.get("min_values", 1), part.get("max_values", 1)
    if not 0 <= least <= most <= len(options):
        _refuse(path, "BASE_TYPE_MAX", f"min_values {least}, max_values {most}, {len(options)}")


def _unique(path: str, values: Iterable[str]) -> None:
    seen = list(values)
    twice = {one for one in seen if seen.count(one) > 1}
    if twice:
        message = f"Component custom id cannot be duplicated: {sorted(twice)}"
        _refuse(path, "COMPONENT_CUSTOM_ID_DUPLICATED", message)


def _refuse(path: str, code: str, message: str) -> None:
    raise broken(path, code, message)


def broken(path: str, code: str, message: str) -> BrokenLimitError:
    """The refusal of one field."""
    form = invalid_form(path, code, message)
    return BrokenLimitError(form.status, form.code, form.message, form.errors)
