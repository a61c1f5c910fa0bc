"""Who may talk to the HTTP side, and what browsers may do with its answers.

A page on loopback is reachable by every web site that the person visits: by name rebinding (the
Host header gives it away) and by forms, scripts and pictures (the Origin and Sec-Fetch-Site headers
do). A page beyond loopback is reachable by everybody, so it needs a token.
"""

import base64
import binascii
import hmac
from urllib.parse import urlsplit

from aiohttp import hdrs, web

from bot.config import LOOPBACK
from bot.errors import RequestError

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "Server": "Hoshizora",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# What a load balancer or a browser fetches before anybody has said a token.
_OPEN_PATHS = ("/healthz", "/static/")


class Guard:
    """Lets a request pass or refuses it.

    Args:
        loopback: Whether only names of this machine are believed in the Host header.
        token: What every request must carry; empty: nothing.
    """

    def __init__(self, *, loopback: bool, token: str) -> None:
        self._loopback = loopback
        self._token = token

    def check(self, request: web.Request) -> None:
        """Raise unless the request may pass.

        Raises:
            RequestError: ``forbidden`` or ``unauthorised``.
        """
        if self._loopback and not _names_this_machine(request):
            raise RequestError(
                "forbidden",
                f"This address is not served under the name {request.host!r}. "
                "Open it as http://127.0.0.1 with the port that the bot printed.",
            )
        if not _same_origin(request) and not _follows_a_link(request):
            raise RequestError(
                "forbidden", "Another web site tried to use this one. Use the bot's own page."
            )
        if self._token and not request.path.startswith(_OPEN_PATHS):
            given = _credential(request.headers.get(hdrs.AUTHORIZATION, ""))
            if not hmac.compare_digest(_bytes(given), _bytes(self._token)):
                raise RequestError(
                    "unauthorised",
                    "A bearer token is required. Send the header Authorization: Bearer TOKEN "
                    "(in a browser: any name, and the token as password).",
                )


async def add_headers(_request: web.Request, response: web.StreamResponse) -> None:
    """Tell browsers how little these answers may do."""
    for name, value in HEADERS.items():
        response.headers[name] = value


def _names_this_machine(request: web.Request) -> bool:
    try:
        host = urlsplit(f"//{request.host}")
        name, port = host.hostname, host.port or 80
    except ValueError:
        return False
    transport = request.transport
    own_port = transport.get_extra_info("sockname")[1] if transport else port
    return name in LOOPBACK and port == own_port


def _same_origin(request: web.Request) -> bool:
    """Browsers say where a request comes from; programs do not."""
    origin = request.headers.get(hdrs.ORIGIN)
    try:
        if origin is not None and urlsplit(origin).netloc != request.host:
            return False
    except ValueError:
        return False
    return request.headers.get("Sec-Fetch-Site", "same-origin") in {"same-origin", "none"}


def _follows_a_link(request: web.Request) -> bool:
    """Somebody clicked a link on another page: that page sees nothing of what comes."""
    navigates = request.headers.get("Sec-Fetch-Mode") == "navigate"
    return navigates and request.method == hdrs.METH_GET and hdrs.ORIGIN not in request.headers


def _credential(header: str) -> str:
    """The token of ``Bearer TOKEN``, or the password of a browser's ``Basic`` dialogue."""
    scheme, _, value = header.partition(" ")
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(value).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return value.strip() if scheme.lower() == "bearer" else ""


def _bytes(text: str) -> bytes:
    """A header may hold bytes that are no UTF-8; they too are only a wrong token."""
    return text.encode(errors="surrogateescape")
