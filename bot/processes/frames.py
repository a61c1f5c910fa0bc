"""Messages between the service and its child processes: a JSON header and raw blobs.

Why not pickle: a decoder has touched untrusted bytes. Should one be taken over, what it answers
is still read as data of a bounded size, never as code.

On the wire: 4 bytes little-endian length of the head, the head as JSON
``{"header": {...}, "blobs": [lengths]}``, then the blobs.
"""

import asyncio
import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

_LENGTH = struct.Struct("<I")


class FrameError(Exception):
    """The other side sent something that is no frame, or one beyond the bound."""


@dataclass(frozen=True)
class Frame:
    """One message.

    Attributes:
        header: JSON values by name.
        blobs: Raw bytes that belong to it (image files, arrays).
    """

    header: dict[str, Any]
    blobs: tuple[bytes, ...] = ()


def frame_parts(frame: Frame) -> Sequence[bytes]:
    """The pieces of bytes to write, in order; blobs are not copied."""
    head = json.dumps(
        {"header": frame.header, "blobs": [len(blob) for blob in frame.blobs]},
        ensure_ascii=False,
        separators=(",", ":"),
    ).encode()
    return (_LENGTH.pack(len(head)) + head, *frame.blobs)


def read_frame(stream: BinaryIO) -> Frame | None:
    """Read one frame, blocking; None at the end of the stream."""
    prefix = stream.read(_LENGTH.size)
    if len(prefix) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(prefix)
    content = stream.read(length)
    if len(content) < length:
        return None
    head = json.loads(content)
    blobs = tuple(stream.read(length) for length in head["blobs"])
    if sum(map(len, blobs)) < sum(head["blobs"]):
        return None
    return Frame(head["header"], blobs)


async def receive_frame(stream: asyncio.StreamReader, max_bytes: int) -> Frame:
    """Read one frame from a child that need not be trusted.

    Raises:
        asyncio.IncompleteReadError: If the stream ends.
        FrameError: If the frame is malformed or larger than ``max_bytes``.
    """
    (length,) = _LENGTH.unpack(await stream.readexactly(_LENGTH.size))
    if length > max_bytes:
        raise FrameError(f"a head of {length} bytes; at most {max_bytes} are accepted")
    try:
        head = json.loads(await stream.readexactly(length))
        header, lengths = head["header"], [int(one) for one in head["blobs"]]
    except (ValueError, KeyError, TypeError) as error:
        raise FrameError(f"a malformed head: {error}") from error
    if min(lengths, default=0) < 0 or sum(lengths) > max_bytes or not isinstance(header, dict):
        raise FrameError(f"a malformed head or blobs of more than {max_bytes} bytes")
    return Frame(header, tuple([await stream.readexactly(one) for one in lengths]))
