"""Downloading attachments: from Discord alone, as a stream, never more than the limit.

Addresses of attachments are signed and expire. Whoever asks gives a way to a fresh address, which
is tried once; after that the attachment is gone.
"""

import asyncio
from collections.abc import Awaitable, Callable

import aiohttp

from bot.discord.trouble import spread
from model.errors import ImageError
from model.image import MiB

PIECE_BYTES = 256 * 1024
EXPIRED = frozenset({401, 403, 404, 410})
TRIES = 4
FIRST_PAUSE_SECONDS = 0.5

Refresh = Callable[[], Awaitable[str | None]]


class Downloads:
    """Fetches attachments.

    Args:
        session: Its connections.
        max_bytes: Larger files are refused, as soon as that is known.
        timeout_seconds: For one attempt.
    """

    def __init__(
        self, session: aiohttp.ClientSession, max_bytes: int, timeout_seconds: float
    ) -> None:
        self._session = session
        self._max_bytes = max_bytes
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds)

    async def fetch(self, url: str, size_bytes: int, refresh: Refresh) -> bytes:
        """Download one file.

        Args:
            url: Discord's address of it.
            size_bytes: What Discord says of its size; 0: unknown.
            refresh: Asks for a fresh address when this one has expired; None: it is gone.

        Raises:
            ImageError: ``too_large``, or ``not_found`` when it is gone.
            aiohttp.ClientError: If Discord cannot be reached or stops in the middle, every time.
            TimeoutError: If it takes too long, every time.
        """
        if size_bytes > self._max_bytes:
            raise self._too_large(size_bytes)
        pause = FIRST_PAUSE_SECONDS
        for attempt in range(1, TRIES + 1):
            try:
                return await self._attempt(url)
            except aiohttp.ClientResponseError as error:
                if error.status in EXPIRED:
                    fresh = await refresh()
                    if fresh is None or fresh == url:
                        raise _gone() from error
                    url = fresh
                    continue
                if attempt == TRIES:
                    raise
            except (aiohttp.ClientError, TimeoutError):
                if attempt == TRIES:
                    raise
            await asyncio.sleep(spread(pause))
            pause *= 2
        raise _gone()

    async def _attempt(self, url: str) -> bytes:
        # No redirects: what Discord names is what is fetched, nothing that it would lead to.
        async with self._session.get(url, allow_redirects=False, timeout=self._timeout) as response:
            if response.status != 200:
                raise aiohttp.ClientResponseError(
                    response.request_info, (), status=response.status, message="no file"
                )
            if (response.content_length or 0) > self._max_bytes:
                raise self._too_large(response.content_length or 0)
            content = bytearray()
            async for piece in response.content.iter_chunked(PIECE_BYTES):
                content += piece
                if len(content) > self._max_bytes:
                    raise self._too_large(len(content))
            return bytes(content)

    def _too_large(self, found: int) -> ImageError:
        return ImageError(
            "too_large",
            f"The file has {found / MiB:.1f} MiB; at most {self._max_bytes / MiB:.0f} MiB are "
            "read. Send a smaller version.",
        )


def _gone() -> ImageError:
    return ImageError("not_found", "The file is not on Discord any more.")
