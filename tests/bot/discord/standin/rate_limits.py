"""Rate limits: a bucket for each operation and channel, said in the headers and enforced."""

import hashlib
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.bot.discord.standin.requests import Request


@dataclass
class Bucket:
    """One window: how much of it is left, and when it begins anew."""

    remaining: int
    ends: float


class RateLimits:
    """Counts requests.

    Attributes:
        limit: Requests in one window. Discord's own for messages is 5 in 5 s; the default here is
            wide, so that tests are quick.
        window_seconds: How long a window is.
    """

    def __init__(self) -> None:
        self.limit = 50
        self.window_seconds = 1.0
        self._buckets: dict[str, Bucket] = {}

    def headers(self, request: "Request") -> dict[str, str] | None:
        """Count a request; None: it is one too many."""
        bucket = self._bucket(request)
        if bucket.remaining == 0:
            return None
        bucket.remaining -= 1
        return self._said(request, bucket.remaining, bucket.ends - time.monotonic())

    def retry_after(self, request: "Request") -> float:
        """Seconds until the window begins anew."""
        return round(max(0.001, self._bucket(request).ends - time.monotonic()), 3)

    def exceeded(self, request: "Request", retry_after: float) -> dict[str, str]:
        """The headers of a 429."""
        said = self._said(request, 0, retry_after)
        return said | {"Retry-After": str(int(retry_after) + 1), "X-RateLimit-Scope": "user"}

    def _bucket(self, request: "Request") -> Bucket:
        key = _key(request)
        now = time.monotonic()
        bucket = self._buckets.get(key)
        if bucket is None or bucket.ends <= now:
            bucket = self._buckets[key] = Bucket(self.limit, now + self.window_seconds)
        return bucket

    def _said(self, request: "Request", remaining: int, seconds: float) -> dict[str, str]:
        name = f"{request.method} {request.template}".encode()
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(remaining),
            "X-RateLimit-Reset": f"{time.time() + seconds:.3f}",
            "X-RateLimit-Reset-After": f"{seconds:.3f}",
            "X-RateLimit-Bucket": hashlib.md5(name, usedforsecurity=False).hexdigest(),
        }


def _key(request: "Request") -> str:
    major = ("channel_id", "guild_id", "webhook_id", "webhook_token", "interaction_token")
    ids = [request.match[one] for one in major if one in request.match]
    return " ".join([request.method, request.template, *ids])
