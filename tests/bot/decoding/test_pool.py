"""The decoder pool: it goes on, whatever happens to a decoder."""

import asyncio
import io
import os
import signal
import struct
import time
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np
import pytest
from PIL import Image

from bot.config import DecodersConfig
from bot.decoding.grid import GridCell, GridRequest, GridRow
from bot.decoding.grid_drawing import draw_grid
from bot.decoding.pool import DecodedImage, DecoderPool, read_answer, read_picture
from bot.errors import DrawingError
from bot.processes.children import ChildDiedError
from bot.processes.frames import Frame
from model.errors import ImageError
from model.image import ImageLimits

pytestmark = pytest.mark.usefixtures("children_from_nothing")


@asynccontextmanager
async def pool_of(**options: float) -> AsyncIterator[DecoderPool]:
    pool = DecoderPool(DecodersConfig(**options), ImageLimits())
    pool.start()
    try:
        yield pool
    finally:
        await pool.close()


def bomb() -> bytes:
    """A PNG that claims so many pixels that Pillow warns of it."""
    header = struct.pack(">IIBBBBB", 10_000, 9_500, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in ((b"IHDR", header), (b"IDAT", b""))
    )


def with_cut_exif() -> bytes:
    """A JPEG whose EXIF says that more is to come."""
    exif, file = Image.Exif(), io.BytesIO()
    exif[0x0112] = 6
    Image.new("RGB", (40, 40), "red").save(file, "JPEG", exif=exif.tobytes()[:14])
    return file.getvalue()


@pytest.fixture
def decoder_at_work(until):
    """Waits until a decoder is at work on an image, and says which."""

    async def wait(pool: DecoderPool, other_than: int = 0) -> int:
        await until(lambda: set(pool.busy_pids) - {other_than})
        return pool.busy_pids[0]

    return wait


async def test_an_image_comes_back_as_array_thumbnail_and_size(picture):
    async with pool_of(processes=1) as pool:
        decoded = await pool.decode(picture((250, 0, 0), (64, 64)), 16)
        assert decoded.prepared.shape == (16, 16, 3)
        assert np.abs(decoded.prepared.astype(int) - (250, 0, 0)).max() <= 2
        assert decoded.thumbnail[8:12] == b"WEBP"
        assert (decoded.width_px, decoded.height_px) == (64, 64)


@pytest.mark.parametrize("kind", ["a bomb", "cut EXIF"])
async def test_what_pillow_warns_of_reaches_neither_who_asks_nor_the_log(kind, caplog):
    data = bomb() if kind == "a bomb" else with_cut_exif()
    with pytest.warns(match="bomb|Corrupt EXIF"), Image.open(io.BytesIO(data)) as opened:
        assert opened.format == "PNG" or opened.getexif() is not None
    async with pool_of(processes=1) as pool:
        if kind == "a bomb":
            with pytest.raises(ImageError, match="pixels") as raised:
                await pool.decode(data, 16)
            assert "Warning" not in str(raised.value)
        else:
            assert (await pool.decode(data, 16)).width_px == 40
    assert caplog.text == ""


async def test_a_decoder_that_is_killed_at_work_is_replaced_and_the_image_is_not_lost(
    slow_png, decoder_at_work
):
    async with pool_of(processes=1) as pool:
        await pool.decode(slow_png, 16)
        work = asyncio.create_task(pool.decode(slow_png, 16))
        os.kill(await decoder_at_work(pool), signal.SIGKILL)
        begun = time.monotonic()
        assert (await work).width_px == 7000
        assert time.monotonic() - begun < 3.0
        assert pool.replaced == 1


async def test_an_idle_decoder_that_was_killed_is_replaced_when_it_is_needed(picture):
    async with pool_of(processes=1) as pool:
        await pool.decode(picture(), 16)
        os.kill(pool.pids[0], signal.SIGKILL)
        assert (await pool.decode(picture(), 16)).width_px == 64


async def test_an_image_that_kills_two_decoders_is_refused_as_damaged(
    slow_png, picture, decoder_at_work
):
    async with pool_of(processes=1) as pool:
        await pool.decode(picture(), 16)
        work = asyncio.create_task(pool.decode(slow_png, 16))
        first = await decoder_at_work(pool)
        os.kill(first, signal.SIGKILL)
        os.kill(await decoder_at_work(pool, other_than=first), signal.SIGKILL)
        with pytest.raises(ImageError) as raised:
            await work
        assert raised.value.code == "truncated"
        assert (await pool.decode(picture(), 16)).width_px == 64


async def test_a_decoder_that_takes_too_long_is_replaced_and_the_image_refused(slow_png, picture):
    async with pool_of(processes=1, timeout_seconds=0.1) as pool:
        with pytest.raises(ImageError, match=r"took longer than 0\.1 s") as raised:
            await pool.decode(slow_png, 16)
        assert raised.value.code == "too_many_pixels"
        begun = time.monotonic()
        assert (await pool.decode(picture(), 16)).width_px == 64
        assert time.monotonic() - begun < 1.5


async def test_an_image_that_needs_more_memory_than_allowed_is_refused(slow_png, picture):
    async with pool_of(processes=1, memory_mib=256) as pool:
        await pool.decode(picture(), 16)
        with pytest.raises(ImageError) as raised:
            await pool.decode(slow_png, 16)
        assert raised.value.code == "too_many_pixels"
        assert pool.replaced == 0


async def test_the_time_that_an_image_may_cost_is_not_that_which_a_decoder_waits(picture, until):
    async with pool_of(processes=1, cpu_seconds=0.5) as pool:
        await pool.decode(picture(), 16)
        os.kill(pool.pids[0], signal.SIGSTOP)
        work = asyncio.create_task(pool.decode(picture(), 16))
        await asyncio.sleep(1.0)
        os.kill(pool.pids[0], signal.SIGCONT)
        assert (await work).width_px == 64
        for _ in range(300):  # more work than that, but in many images
            await pool.decode(picture(size=(500, 500)), 16)
        assert pool.replaced == 0


async def test_a_jpeg_of_endless_scans_costs_two_seconds_and_one_decoder(picture):
    """Each scan goes over all pixels again, in a hundred bytes."""
    data = picture((9, 99, 30), (6000, 6000), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    endless = data[:last] + data[last:-2] * 1000 + data[-2:]
    async with pool_of(processes=1) as pool:
        with pytest.raises(ImageError, match="over 2 s of work") as raised:
            await pool.decode(endless, 16)
        assert raised.value.code == "too_many_pixels"
        assert (await pool.decode(picture(), 16)).width_px == 64
        assert pool.replaced == 1


@pytest.mark.parametrize("mode", ["RGBA", "P"])
async def test_as_many_pixels_as_are_accepted_fit_into_the_memory_of_a_decoder(picture, mode):
    data = picture((9, 99, 30, 128)[: len(mode)], (7071, 7071), mode=mode, compress_level=1)
    async with pool_of(processes=1, cpu_seconds=30) as pool:
        assert (await pool.decode(data, 16)).width_px == 7071


async def test_a_request_that_is_given_up_does_not_cost_a_decoder_its_life(
    slow_png, picture, decoder_at_work
):
    async with pool_of(processes=1) as pool:
        work = asyncio.create_task(pool.decode(slow_png, 16))
        await decoder_at_work(pool)
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work
        assert isinstance(await pool.decode(picture(), 16), DecodedImage)
        assert pool.replaced == 0


async def test_closing_ends_every_decoder(picture):
    async with pool_of(processes=2) as pool:
        await pool.decode(picture(), 16)
        pids = pool.pids
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


async def test_closing_starts_no_decoder_in_the_place_of_one_at_work(slow_png, decoder_at_work):
    async with pool_of(processes=1) as pool:
        work = asyncio.create_task(pool.decode(slow_png, 16))
        await decoder_at_work(pool)
    assert pool.replaced == 0
    with pytest.raises(asyncio.CancelledError):
        await work


def grid_of(*thumbnails: bytes | None) -> GridRequest:
    cells = tuple(GridCell(place, one) for place, one in enumerate(thumbnails, start=1))
    return GridRequest((GridRow(cells),))


async def test_a_picture_is_drawn_by_a_decoder(picture):
    async with pool_of(processes=1, memory_mib=256) as pool:
        grid = GridRequest(10 * grid_of(*[picture(size=(256, 256))] * 9, None).rows)
        assert await pool.draw(grid) == draw_grid(grid)
        assert (await pool.decode(picture(), 16)).width_px == 64
        assert pool.replaced == 0


async def test_a_picture_whose_decoder_hangs_is_drawn_by_another(picture):
    async with pool_of(processes=1, timeout_seconds=1) as pool:
        await pool.decode(picture(), 16)
        os.kill(pool.pids[0], signal.SIGSTOP)
        assert (await pool.draw(grid_of(picture())))[8:12] == b"WEBP"
        assert pool.replaced == 1


async def test_a_picture_whose_decoder_dies_is_drawn_by_another(picture, decoder_at_work):
    async with pool_of(processes=1) as pool:
        await pool.decode(picture(), 16)
        os.kill(pool.pids[0], signal.SIGSTOP)
        work = asyncio.create_task(pool.draw(grid_of(picture())))
        os.kill(await decoder_at_work(pool), signal.SIGKILL)
        assert (await work)[8:12] == b"WEBP"
        assert pool.replaced == 1


async def test_a_picture_that_two_decoders_hang_at_is_given_up_and_they_are_replaced(
    picture, until
):
    async with pool_of(processes=2, timeout_seconds=1) as pool:
        await until(lambda: pool._idle.qsize() == 2)
        stopped = pool.pids
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        with pytest.raises(DrawingError):
            await pool.draw(grid_of(picture()))
        assert (await pool.draw(grid_of(picture())))[8:12] == b"WEBP"
        assert not set(pool.pids) & set(stopped)


SIZE = {"width_px": 9, "height_px": 9}


@pytest.mark.parametrize(
    "answer",
    [
        Frame(SIZE),
        Frame({"width_px": 9}, (bytes(768), b"webp")),
        Frame(SIZE, (bytes(767), b"webp")),
        Frame({"width_px": float("inf"), "height_px": 9}, (bytes(768), b"webp")),
        Frame({"error": {"code": "all_is_well", "message": "m"}}),
        Frame({"error": "text"}),
    ],
)
def test_an_answer_that_no_sound_decoder_gives_counts_as_its_death(answer):
    with pytest.raises(ChildDiedError):
        read_answer(answer, 16)


def test_a_decoder_that_says_that_it_cannot_draw_is_sound():
    said = read_picture(Frame({"error": {"code": "not_drawn", "message": "MemoryError()"}}))
    assert isinstance(said, DrawingError)


@pytest.mark.parametrize("blobs", [(), (b"text",), (b"RIFF----WEBP", b"RIFF----WEBP")])
def test_what_is_no_picture_counts_as_the_death_of_its_decoder(blobs):
    with pytest.raises(ChildDiedError):
        read_picture(Frame({}, blobs))
