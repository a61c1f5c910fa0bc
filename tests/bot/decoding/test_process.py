"""What a decoder makes of good and of bad image files, and of a picture to draw."""

import io

import pytest
from PIL import Image

from bot.decoding.grid import GridCell, GridRequest, GridRow
from bot.decoding.grid_drawing import draw_grid
from bot.decoding.process import answer, decode, limit_memory
from bot.processes.frames import Frame
from model.image import ImageLimits, MiB

LIMITS = ImageLimits(MiB, 1_000_000)


def ask(data: bytes, size_px: int = 16) -> Frame:
    header = {
        "operation": "decode",
        "size_px": size_px,
        "max_bytes": MiB,
        "max_pixels": 1_000_000,
    }
    return answer(Frame(header, (data,)))


def thumbnail_of(frame: Frame) -> Image.Image:
    return Image.open(io.BytesIO(frame.blobs[1]))


@pytest.mark.parametrize(("size", "expected"), [((600, 300), (256, 128)), ((64, 48), (64, 48))])
def test_a_thumbnail_is_a_webp_of_at_most_256_px_and_never_larger_than_the_image(
    picture, size, expected
):
    thumbnail = thumbnail_of(ask(picture(size=size)))
    assert (thumbnail.format, thumbnail.size) == ("WEBP", expected)


def test_array_and_size_of_the_original_come_along(picture):
    frame = ask(picture(size=(600, 300)))
    assert len(frame.blobs[0]) == 16 * 16 * 3
    assert frame.header == {"width_px": 600, "height_px": 300}


def test_a_large_model_input_does_not_enlarge_the_thumbnail(picture):
    frame = ask(picture(size=(900, 900)), size_px=300)
    assert thumbnail_of(frame).size == (256, 256)
    assert len(frame.blobs[0]) == 300 * 300 * 3


def test_the_size_of_a_turned_photograph_is_the_one_that_is_seen(picture):
    exif = Image.Exif()
    exif[0x0112] = 6
    frame = ask(picture(size=(600, 300), file_format="JPEG", exif=exif))
    assert frame.header == {"width_px": 300, "height_px": 600}
    assert thumbnail_of(frame).size == (128, 256)


def test_the_array_is_the_one_that_the_model_prepares(picture):
    from model.image import image_from_bytes

    data = picture(size=(200, 120), colour=(10, 200, 90))
    prepared = decode(data, LIMITS, 112).blobs[0]
    assert prepared == image_from_bytes(data, LIMITS, 112).tobytes()


def test_a_refusal_keeps_its_code_and_its_words():
    error = ask(b"just text").header["error"]
    assert error["code"] == "not_an_image"
    assert "not an image" in error["message"]


def test_an_image_that_takes_too_much_memory_is_refused_as_too_large_to_decode(
    picture, monkeypatch
):
    def exhausted(*_arguments, **_options):
        raise MemoryError

    monkeypatch.setattr("bot.decoding.process.decode_image", exhausted)
    assert ask(picture()).header["error"]["code"] == "too_many_pixels"


def test_an_error_that_nobody_thought_of_is_an_answer_too(picture, monkeypatch, capsys):
    def surprised(*_arguments, **_options):
        raise KeyError("surprise")

    monkeypatch.setattr("bot.decoding.process.prepare_image", surprised)
    assert ask(picture()).header["error"]["code"] == "truncated"
    assert "surprise" in capsys.readouterr().err


def test_a_picture_is_drawn_as_asked(picture):
    cells = (GridCell(1, picture((0, 0, 250))), GridCell(2, None), GridCell(3, picture()))
    grid = GridRequest((GridRow(cells),))
    assert answer(grid.frame()) == Frame({}, (draw_grid(grid),))


def test_a_picture_that_cannot_be_drawn_is_an_answer_too(monkeypatch):
    def exhausted(_request):
        raise MemoryError

    monkeypatch.setattr("bot.decoding.process.draw_grid", exhausted)
    grid = GridRequest((GridRow((GridCell(1, None),)),))
    assert answer(grid.frame()).header == {
        "error": {"code": "not_drawn", "message": "MemoryError()"}
    }


def test_a_system_that_lets_no_memory_be_limited_still_gets_its_decoders(monkeypatch, capsys):
    def refuse(*_arguments):
        raise ValueError("current limit exceeds maximum limit")

    monkeypatch.setattr("bot.decoding.process.resource.setrlimit", refuse)
    limit_memory(2048)
    assert "without a limit of memory" in capsys.readouterr().err
