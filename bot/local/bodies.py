"""Reading the JSON bodies of requests; a refusal says what was expected and what came."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bot.errors import RequestError

MOST_BODY_BYTES = 64 * 1024
BODY_TIMEOUT_SECONDS = 30.0
_LARGEST_ID = 10**18
# What a request's bytes may end in: its sender went away, or they are not packed as it says.
BROKEN_OFF = (ConnectionError, web.RequestPayloadError)


class Body:
    """A JSON object that was sent, read key by key."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self._content = content

    @classmethod
    async def read(cls, request: web.Request, *allowed: str) -> "Body":
        """Read an object that has no other keys than the allowed ones.

        Raises:
            RequestError: ``bad_parameter``.
        """
        pieces = await _received(request)
        try:
            content = json.loads(pieces, object_pairs_hook=_each_once, parse_float=_number)
            # Half a pair of surrogates is JSON, but no text: nothing could store it.
            json.dumps(content, ensure_ascii=False).encode()
        except (ValueError, RecursionError):
            content = None
        if not isinstance(content, dict):
            raise RequestError(
                "bad_parameter",
                f"The body must be a JSON object with {', '.join(allowed)}, each key once. "
                f"Received: {pieces[:50]!r}",
            )
        if unknown := sorted(set(content) - set(allowed)):
            raise RequestError(
                "bad_parameter",
                f"The body may have {', '.join(allowed)}. Received: {unknown[0][:50]!r}",
            )
        return cls(content)

    def __contains__(self, name: str) -> bool:
        return name in self._content

    def text(self, name: str, default: str | None = None) -> str:
        """A text; without a default it may not be left out.

        Raises:
            RequestError: ``bad_parameter``.
        """
        value = self._content.get(name, default)
        if not isinstance(value, str):
            raise _wrong(name, "a text", value)
        return value

    def truth(self, name: str, *, default: bool | None = None) -> bool:
        """True or false; without a default it may not be left out.

        Raises:
            RequestError: ``bad_parameter``.
        """
        value = self._content.get(name, default)
        if not isinstance(value, bool):
            raise _wrong(name, "true or false", value)
        return value

    def number(self, name: str) -> int | None:
        """A whole number; None: it was left out.

        Raises:
            RequestError: ``bad_parameter``.
        """
        value = self._content.get(name)
        if value is not None and not _is_id(value):
            raise _wrong(name, "a whole number", value)
        return value

    def ids(self, name: str) -> list[int]:
        """Ids of posts, each once; empty if left out.

        Raises:
            RequestError: ``bad_parameter``.
        """
        value = self._content.get(name, [])
        if not isinstance(value, list) or not all(map(_is_id, value)):
            raise _wrong(name, "a list of posts' ids", value)
        return list(dict.fromkeys(value))

    def verdicts(self, name: str) -> dict[int, bool | None]:
        """By a post's id whether it has the tag; null takes a verdict back.

        Raises:
            RequestError: ``bad_parameter``.
        """
        value = self._content.get(name)
        fits = isinstance(value, dict) and all(
            key.isascii()
            and key.isdecimal()
            and not key.startswith("0")
            and _is_id(int(key[:20]))
            and (verdict is None or isinstance(verdict, bool))
            for key, verdict in value.items()
        )
        if not fits or value is None:
            raise _wrong(name, "an object from posts' ids to true, false or null", value)
        return {int(key): verdict for key, verdict in value.items()}


async def _received(request: web.Request) -> bytes:
    pieces = bytearray()
    try:
        async with asyncio.timeout(BODY_TIMEOUT_SECONDS):
            async for piece in request.content.iter_any():
                pieces += piece
                if len(pieces) > MOST_BODY_BYTES:
                    raise RequestError(
                        "bad_parameter",
                        f"The body has more than {MOST_BODY_BYTES} bytes. Send less.",
                    )
    except TimeoutError as error:
        raise RequestError(
            "bad_parameter", f"The body took longer than {BODY_TIMEOUT_SECONDS:.0f} s."
        ) from error
    except BROKEN_OFF as error:
        raise RequestError(
            "bad_parameter", "The body cannot be read to its end. Send it again."
        ) from error
    return bytes(pieces)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; one that says two things of one key would mean whatever is read last."""
    content = dict(pairs)
    if len(content) < len(pairs):
        raise ValueError
    return content


def _number(text: str) -> float:
    """In JSON 12.0 is as whole a number as 12."""
    value = float(text)
    return int(value) if value.is_integer() else value


def _is_id(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < _LARGEST_ID


def _wrong(name: str, expected: str, value: object) -> RequestError:
    received = "nothing" if value is None else repr(value)[:50]
    return RequestError("bad_parameter", f"{name} must be {expected}. Received: {received}")
