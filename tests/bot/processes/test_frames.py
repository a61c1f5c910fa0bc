"""Frames: what goes in comes out, and nothing beyond the bound is read."""

import asyncio
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.processes.frames import Frame, FrameError, frame_parts, read_frame, receive_frame

HEADERS = st.dictionaries(st.text(), st.integers() | st.text() | st.booleans() | st.none())


def headed(head: bytes) -> bytes:
    return len(head).to_bytes(4, "little") + head


def wire(frame: Frame) -> bytes:
    return b"".join(frame_parts(frame))


async def receive(content: bytes, max_bytes: int = 1000) -> Frame:
    reader = asyncio.StreamReader()
    reader.feed_data(content)
    reader.feed_eof()
    return await receive_frame(reader, max_bytes)


@given(HEADERS, st.lists(st.binary(max_size=50), max_size=4))
def test_a_frame_survives_the_way_through_a_pipe(header, blobs):
    frame = Frame(header, tuple(blobs))
    assert read_frame(io.BytesIO(wire(frame))) == frame
    assert asyncio.run(receive(wire(frame), 10_000)) == frame


@pytest.mark.parametrize("length", [0, 3, 10, -1])
def test_a_pipe_that_ends_inside_a_frame_has_ended(length):
    assert read_frame(io.BytesIO(wire(Frame({"a": 1}, (b"xyz",)))[:length])) is None


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"\xff\xff\xff\xff", id="a head of 4 GiB"),
        pytest.param(headed(b"[]"), id="a head that is no object"),
        pytest.param(headed(b"{x"), id="a head that is no JSON"),
        pytest.param(wire(Frame({}, (bytes(2000),))), id="blobs beyond the bound"),
        pytest.param(headed(b'{"header":{},"blobs":[-5]}'), id="a negative length"),
        pytest.param(headed(b'{"header":[],"blobs":[0]}'), id="a header that is no object"),
    ],
)
async def test_what_an_untrusted_child_sends_is_checked_before_it_is_read(content):
    with pytest.raises(FrameError):
        await receive(content)
