"""Requests as they arrive: JSON bodies, and forms with files."""

import json
import re
import time
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, web

from tests.bot.discord.standin.files import File

PREFIX = "/api/v10"


@dataclass(eq=False)
class Request:
    """A request that arrived, and what was answered.

    Attributes:
        path: Behind ``/api/v10``.
        template: The same as Discord's description has it, ids as names.
        body: The JSON, or ``payload_json`` of a form.
        files: By the number in ``files[n]``.
        status: What was answered; 0: the connection was cut.
        problems: What does not fit Discord's description, in words.
        at: When it came, by ``time.monotonic()``.
    """

    method: str
    path: str
    template: str
    match: dict[str, str]
    query: dict[str, str]
    body: Any = None
    files: dict[str, File] = field(default_factory=dict)
    is_form: bool = False
    status: int = 0
    problems: list[str] = field(default_factory=list)
    at: float = field(default_factory=time.monotonic)

    def id(self, name: str) -> int:
        """A snowflake of the path."""
        return int(self.match[name])

    def __str__(self) -> str:
        """Method and path, without what is secret in it."""
        tokens = [self.match.get(one) for one in ("webhook_token", "interaction_token")]
        path = self.path
        for token in filter(None, tokens):
            path = path.replace(token, "TOKEN")
        return f"{self.method} {path}"


async def read(received: web.Request, template: str) -> Request:
    request = Request(
        method=received.method,
        path=received.path.removeprefix(PREFIX),
        template=template,
        match=dict(received.match_info),
        query=dict(received.query),
    )
    if received.content_type == "multipart/form-data":
        request.is_form = True
        await _read_form(received, request)
    elif received.can_read_body:
        text = await received.text()
        request.body = json.loads(text) if text else None
    return request


async def _read_form(received: web.Request, request: Request) -> None:
    form = await received.multipart()
    while (part := await form.next()) is not None:
        assert isinstance(part, BodyPartReader), "no form within a form"
        data = bytes(await part.read(decode=False))
        if part.name == "payload_json":
            request.body = json.loads(data)
            continue
        number = re.fullmatch(r"files\[(\d+)\]", part.name or "")
        name = part.filename or "unknown"
        # Discord looks at the bytes, the library calls everything an octet stream.
        file = File(name, data, content_type=_guess(data), verbatim=False)
        request.files[number[1] if number else part.name or ""] = file


def _guess(data: bytes) -> str:
    starts = {b"\x89PNG": "image/png", b"\xff\xd8": "image/jpeg", b"GIF8": "image/gif"}
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    found = next((kind for start, kind in starts.items() if data.startswith(start)), None)
    return found or "application/octet-stream"


def check_files(request: Request) -> list[str]:
    """Whether the parts of a form and the list of attachments speak of the same files."""
    problems = [f"form field {name!r} is none" for name in request.files if not name.isdigit()]
    body = request.body if isinstance(request.body, dict) else {}
    if "type" in body and isinstance(body.get("data"), dict):
        body = body["data"]
    listed = body.get("attachments")
    if request.files and listed is not None:
        ids = {str(one.get("id")) for one in listed}
        problems += [
            f"files[{number}] is not in the attachments" for number in set(request.files) - ids
        ]
    return problems
