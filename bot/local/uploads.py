"""Reading an uploaded image: as a stream, and never more of it than the limit."""

import asyncio
from dataclasses import dataclass
from typing import cast

from aiohttp import BodyPartReader, MultipartReader, StreamReader, web
from aiohttp.http_exceptions import HttpProcessingError

from bot.errors import RequestError
from bot.local.bodies import BROKEN_OFF
from bot.titles import clean_title
from model.errors import ImageError
from model.image import MiB

FIELD = "image"
PIECE_BYTES = 256 * 1024
# What multipart adds around the file: boundaries, headers, small fields.
ENVELOPE_BYTES = 64 * 1024
UPLOAD_TIMEOUT_SECONDS = 120.0
# How aiohttp's reader of forms says that something is none.
NO_FORM = (ValueError, AssertionError, RuntimeError, HttpProcessingError)


@dataclass(frozen=True)
class Upload:
    """An uploaded file.

    Attributes:
        title: Made of its file name, safe to show.
    """

    data: bytes
    title: str


async def read_upload(request: web.Request, max_bytes: int) -> Upload:
    """Read the multipart field "image".

    Raises:
        ImageError: ``too_large``, as soon as that is known.
        RequestError: ``missing_image`` or ``bad_parameter``.
    """
    if (request.content_length or 0) > max_bytes + ENVELOPE_BYTES:
        raise _too_large(request.content_length or 0, max_bytes)
    if not request.content_type.startswith("multipart/"):
        raise _missing()
    content = cast("StreamReader", _Counted(request.content, max_bytes))
    try:
        async with asyncio.timeout(UPLOAD_TIMEOUT_SECONDS):
            part = await _image_part(MultipartReader(request.headers, content))
            return Upload(await _read(part, max_bytes), clean_title(part.filename or ""))
    except TimeoutError as error:
        raise RequestError(
            "bad_parameter", f"The upload took longer than {UPLOAD_TIMEOUT_SECONDS:.0f} s."
        ) from error
    except (*NO_FORM, *BROKEN_OFF) as error:
        raise RequestError(
            "bad_parameter", "The request is no valid multipart/form-data. Send it again."
        ) from error


class _Counted:
    """A request's body as the reader of forms sees it; beyond the limit reading it is refused.

    Why not the image's part alone: what stands before it is skipped without an end, and a packed
    body is a thousand times larger once it is unpacked.
    """

    def __init__(self, content: StreamReader, max_bytes: int) -> None:
        self._content = content
        self._max_bytes = max_bytes
        self.unread_data = content.unread_data
        self.at_eof = content.at_eof

    async def read(self, size: int) -> bytes:
        self._check()
        return await self._content.read(size)

    async def readline(self, **limit: int) -> bytes:
        self._check()
        return await self._content.readline(**limit)

    def _check(self) -> None:
        if self._content.total_bytes > self._max_bytes + ENVELOPE_BYTES:
            raise _too_large(self._content.total_bytes, self._max_bytes)


async def _image_part(reader: MultipartReader) -> BodyPartReader:
    while (part := await reader.next()) is not None:
        if isinstance(part, BodyPartReader) and part.name == FIELD:
            return part
    raise _missing()


async def _read(part: BodyPartReader, max_bytes: int) -> bytes:
    content = bytearray()
    while piece := await part.read_chunk(PIECE_BYTES):
        content += piece
        if len(content) > max_bytes:
            raise _too_large(len(content), max_bytes)
    return bytes(content)


def _missing() -> RequestError:
    return RequestError(
        "missing_image", f'The request holds no image. Send it as the multipart field "{FIELD}".'
    )


def _too_large(found: int, max_bytes: int) -> ImageError:
    return ImageError(
        "too_large",
        f"The file has more than {max_bytes / MiB:.0f} MiB (at least {found / MiB:.1f} MiB were "
        "sent). Send a smaller version.",
    )
