"""Reading the parameters of requests; a refusal says what was expected and what came."""

import re

from aiohttp import web

from bot.errors import RequestError

MOST_LISTED_IDS = 200
_DIGITS = re.compile("[0-9]{1,18}")


def id_of(request: web.Request) -> int:
    """The id in the path; the route lets only digits through."""
    return int(request.match_info["id"])


def integer(request: web.Request, name: str, low: int, high: int) -> int | None:
    """A whole number of the query; None: it was left out.

    Raises:
        RequestError: ``bad_parameter``.
    """
    text = request.query.get(name)
    if text is None:
        return None
    value = int(text) if _DIGITS.fullmatch(text) else None
    if value is None or not low <= value <= high:
        raise RequestError(
            "bad_parameter",
            f"{name} must be a whole number between {low} and {high}. Received: {text[:50]!r}",
        )
    return value


def id_list(request: web.Request, name: str) -> list[int]:
    """Ids of posts in the query, separated by commas; empty if left out.

    Raises:
        RequestError: ``bad_parameter``.
    """
    text = request.query.get(name, "")
    words = text.split(",") if text else []
    if len(words) > MOST_LISTED_IDS or not all(map(_DIGITS.fullmatch, words)):
        raise RequestError(
            "bad_parameter",
            f"{name} must be at most {MOST_LISTED_IDS} ids of posts with commas between them. "
            f"Received: {text[:50]!r}",
        )
    return [int(word) for word in words]


def required(request: web.Request, name: str) -> str:
    """A text of the query that may not be left out.

    Raises:
        RequestError: ``bad_parameter``.
    """
    text = request.query.get(name, "")
    if not text:
        raise RequestError("bad_parameter", f"The query needs {name}=…; it was left out.")
    return text
