"""Rules of ``model.image``: images of the accepted formats are read, everything else refused."""

import io
import resource
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from model.errors import ImageError
from model.image import (
    FORMATS,
    ImageLimits,
    MiB,
    decode_image,
    image_from_bytes,
    prepare_image,
    read_image_file,
)

LIMITS = ImageLimits()
RED, WHITE = (255, 0, 0), (255, 255, 255)


def saved(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def pattern(mode: str = "RGB", size: tuple[int, int] = (24, 24)) -> Image.Image:
    pixels = np.random.default_rng(3).integers(0, 256, (*size[::-1], 3), dtype=np.uint8)
    return Image.fromarray(pixels).convert(mode)


def centre(data: bytes, size_px: int = 32) -> tuple[int, ...]:
    """The pixel in the middle of what the encoder gets."""
    pixels = image_from_bytes(data, LIMITS, size_px)
    assert pixels.shape == (size_px, size_px, 3)
    assert pixels.dtype == np.uint8
    return tuple(pixels[size_px // 2, size_px // 2].tolist())


def code_of(data: bytes, limits: ImageLimits = LIMITS) -> str:
    with pytest.raises(ImageError) as caught:
        image_from_bytes(data, limits, 32)
    assert str(caught.value).endswith((".", "path."))
    return caught.value.code


def png_header(width: int, height: int, filler: int = 0) -> bytes:
    """A PNG that claims a size; its pixels are ``filler`` bytes of noise."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", bytes(filler)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


# What is read


@pytest.mark.parametrize("kind", FORMATS)
def test_every_accepted_format_is_read(kind: str) -> None:
    pixel = centre(saved(Image.new("RGB", (48, 48), RED), kind))
    assert np.allclose(pixel, RED, atol=6)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "RGB", "RGBA", "I;16"])
def test_every_mode_of_png_is_read(mode: str) -> None:
    if mode == "I;16":
        image = Image.fromarray(np.full((30, 30), 65535, dtype=np.uint16))
    else:
        image = Image.new("RGB", (30, 30), "white").convert(mode if mode != "PA" else "P")
    assert centre(saved(image)) == WHITE


@pytest.mark.parametrize("value", [0, 257, 32896, 65535])
def test_a_16_bit_grey_png_keeps_its_brightness(value: int) -> None:
    image = Image.fromarray(np.full((20, 20), value, dtype=np.uint16))
    assert centre(saved(image)) == (value // 257,) * 3


def test_a_16_bit_rgb_png_is_read() -> None:
    rows = (b"\x00" + b"\xff\xff\x80\x80\x00\x00" * 8) * 8
    data = bytearray(png_header(8, 8))
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", 8, 8, 16, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    ]
    data[8:] = b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )
    assert centre(bytes(data)) == (255, 128, 0)


def test_a_cmyk_jpeg_is_read_in_its_colours() -> None:
    image = Image.new("CMYK", (40, 40), (0, 255, 255, 0))
    assert np.allclose(centre(saved(image, "JPEG", quality=95)), RED, atol=6)


def test_a_grey_jpeg_is_read() -> None:
    assert np.allclose(centre(saved(Image.new("L", (40, 40), 90), "JPEG")), 90, atol=3)


def test_transparency_lies_over_white() -> None:
    assert centre(saved(Image.new("RGBA", (20, 20), (255, 0, 0, 0)))) == WHITE
    assert centre(saved(Image.new("RGBA", (20, 20), (255, 0, 0, 128)))) == (255, 127, 127)
    assert centre(saved(Image.new("LA", (20, 20), (0, 0)))) == WHITE


def test_a_palette_with_one_transparent_colour_lies_over_white() -> None:
    image = Image.new("P", (20, 20), 1)
    image.putpalette([0, 0, 0, 255, 0, 0])
    assert centre(saved(image)) == RED
    assert centre(saved(image, transparency=1)) == WHITE
    assert centre(saved(image, transparency=bytes([255, 0]))) == WHITE
    assert centre(saved(image, "GIF", transparency=1)) == WHITE


def test_a_transparent_colour_of_an_rgb_png_lies_over_white() -> None:
    assert centre(saved(Image.new("RGB", (20, 20), RED), transparency=RED)) == WHITE


@pytest.mark.parametrize("kind", ["WEBP", "GIF", "PNG"])
def test_the_first_frame_of_an_animation_is_taken(kind: str) -> None:
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "lime", "blue")]
    data = saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)
    assert np.allclose(centre(data), RED, atol=6)


@pytest.mark.parametrize(
    ("orientation", "first", "end_of_first_row"),
    [
        (1, "top left", "top right"),
        (2, "top right", "top left"),
        (3, "bottom right", "bottom left"),
        (4, "bottom left", "bottom right"),
        (5, "top left", "bottom left"),
        (6, "top right", "bottom right"),
        (7, "bottom right", "top right"),
        (8, "bottom left", "top left"),
    ],
)
def test_exif_orientation_is_applied(orientation: int, first: str, end_of_first_row: str) -> None:
    """The EXIF standard says where the first row and column of the file are to be seen."""
    image = Image.new("RGB", (32, 32), "white")
    image.paste("red", (0, 0, 16, 16))
    image.paste("blue", (16, 0, 32, 16))
    exif = Image.Exif()
    exif[0x0112] = orientation
    pixels = image_from_bytes(saved(image, exif=exif), LIMITS, 32)
    corners = {"top left": (2, 2), "top right": (2, 29), "bottom left": (29, 2)}
    corners["bottom right"] = (29, 29)
    assert pixels[corners[first]].tolist() == [255, 0, 0]
    assert pixels[corners[end_of_first_row]].tolist() == [0, 0, 255]


def test_orientation_also_turns_a_16_bit_grey_image() -> None:
    values = np.full((32, 32), 65535, dtype=np.uint16)
    values[:16] = 0
    exif = Image.Exif()
    exif[0x0112] = 3
    pixels = image_from_bytes(saved(Image.fromarray(values), exif=exif), LIMITS, 32)
    assert pixels[0].max() == 255
    assert pixels[31].max() == 0


@pytest.mark.parametrize("exif", [b"Exif\x00\x00nonsense", b"Exif\x00\x00MM\x00*\xff\xff\xff\xff"])
def test_damaged_metadata_does_not_spoil_a_good_image(exif: bytes) -> None:
    data = saved(Image.new("RGB", (40, 40), RED), "JPEG", exif=exif, quality=95)
    assert np.allclose(centre(data), RED, atol=6)


@pytest.mark.parametrize("size", [(400, 200), (200, 400), (640, 600), (300, 300)])
def test_the_aspect_ratio_is_kept_and_the_edges_fill_the_square(size: tuple[int, int]) -> None:
    image = Image.new("RGB", size, "blue")
    width, height = size
    image.paste("black", (width // 5, height // 5, width * 4 // 5, height * 4 // 5))
    pixels = image_from_bytes(saved(image), LIMITS, 80)
    core = pixels[..., 2] < 128
    across, down = int(core.any(axis=0).sum()), int(core.any(axis=1).sum())
    assert max(across, down) == pytest.approx(80 * 3 / 5, abs=2)
    assert across / down == pytest.approx(width / height, rel=0.08)
    outside = pixels[[0, 0, -1, -1, 0, 40], [0, -1, 0, -1, 40, 0]]
    assert (outside == (0, 0, 255)).all()


@pytest.mark.parametrize("size", [(5000, 1), (1, 5000), (3, 4000)])
def test_an_extremely_thin_image_keeps_at_least_a_line(size: tuple[int, int]) -> None:
    pixels = image_from_bytes(saved(Image.new("RGB", size, "black")), LIMITS, 40)
    assert pixels.min() == 0


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_large_image_comes_back_no_larger_than_needed(kind: str) -> None:
    image = decode_image(saved(pattern(size=(900, 600)), kind), LIMITS, 96)
    assert image.size == (96, 64)
    assert image.mode == "RGB"


def test_preparing_a_prepared_image_changes_nothing() -> None:
    once = prepare_image(pattern(size=(50, 30)), 40)
    assert np.array_equal(prepare_image(Image.fromarray(once), 40), once)


# What is refused


def test_an_empty_file_is_no_image() -> None:
    assert code_of(b"") == "not_an_image"


def test_a_text_file_named_png_is_no_image(tmp_path: Path) -> None:
    file = tmp_path / "note.png"
    file.write_text("These are words and no pixels. " * 50)
    assert code_of(read_image_file(file, LIMITS)) == "not_an_image"


@pytest.mark.parametrize(
    "data",
    [
        b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        b'<?xml version="1.0"?>\n<!-- drawn by hand -->\n<svg width="3"/>',
        b"%PDF-1.7\n",
        b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00",
        b"8BPS\x00\x01",
    ],
)
def test_a_foreign_image_format_is_named_as_unsupported(data: bytes) -> None:
    assert code_of(data) == "unsupported_format"


@pytest.mark.parametrize("kind", ["TIFF", "ICO", "JPEG2000"])
def test_formats_that_only_pillow_reads_are_unsupported(kind: str) -> None:
    assert code_of(saved(pattern(size=(32, 32)), kind)) == "unsupported_format"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.8])
def test_a_cut_off_image_is_truncated(kind: str, share: float) -> None:
    data = saved(pattern(size=(120, 120)), kind)
    assert code_of(data[: max(12, int(len(data) * share))]) == "truncated"


@pytest.mark.skipif("AVIF" not in FORMATS, reason="this Pillow reads no AVIF")
def test_a_damaged_avif_is_truncated() -> None:
    data = bytearray(saved(pattern(size=(120, 120)), "AVIF"))
    pixels = data.index(b"mdat") + 4
    data[pixels:] = b"\xff" * (len(data) - pixels)
    assert code_of(bytes(data)) == "truncated"


def test_a_decompression_bomb_is_refused_by_its_header_alone() -> None:
    """40,000 × 40,000 pixels in 2 MB: neither time nor memory is spent on them."""
    data = png_header(40_000, 40_000, filler=2 * MiB)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert code_of(data) == "too_many_pixels"
    grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown_kib < 32 * 1024


@pytest.mark.parametrize(
    "data",
    [
        png_header(8_000, 6_251),
        png_header(12_000, 12_000),
        b"GIF89a"
        + struct.pack("<HHBBB", 65535, 65535, 0, 0, 0)
        + b","
        + struct.pack("<HHHHB", 0, 0, 9, 9, 0)
        + b"\x02\x00;",
        b"BM" + struct.pack("<IIIIiiHHIIIIII", 0, 0, 54, 40, 30000, 30000, 1, 24, *[0] * 6),
    ],
)
def test_more_pixels_than_allowed_are_refused_in_every_format(data: bytes) -> None:
    assert code_of(data) == "too_many_pixels"


def test_exactly_the_allowed_pixels_are_read() -> None:
    data = saved(Image.new("RGB", (50, 40), RED))
    assert code_of(data, ImageLimits(max_pixels=1999)) == "too_many_pixels"
    assert image_from_bytes(data, ImageLimits(max_pixels=2000), 16).shape == (16, 16, 3)


def test_a_60_mb_file_is_refused_without_being_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "large.png"
    with file.open("wb") as out:
        out.truncate(60 * MiB)  # sparse: costs no disk

    def read_bytes(path: Path) -> bytes:
        raise AssertionError(f"{path} was read")

    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    with pytest.raises(ImageError, match=r"60\.0 MiB") as caught:
        read_image_file(file, LIMITS)
    assert caught.value.code == "too_large"


def test_oversized_bytes_are_refused_before_decoding() -> None:
    assert code_of(bytes(25 * MiB + 1)) == "too_large"


@pytest.mark.parametrize("name", ["missing.png", "folder", "nul\0.png", "x" * 300 + ".png"])
def test_a_path_without_a_readable_file_is_not_found(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(ImageError) as caught:
        read_image_file(tmp_path / name, LIMITS)
    assert caught.value.code == "not_found"


# Whatever comes


def read_or_refuse(data: bytes) -> None:
    try:
        pixels = image_from_bytes(data, ImageLimits(max_pixels=1_000_000), 16)
    except ImageError:
        return
    assert pixels.shape == (16, 16, 3)


def sources() -> list[bytes]:
    exif = Image.Exif()
    exif[0x0112] = 6
    animation: dict[str, Any] = {"save_all": True, "append_images": [pattern(size=(24, 24))]}
    ways: list[Callable[[], bytes]] = [
        lambda: saved(pattern("RGBA")),
        lambda: saved(pattern("P"), transparency=3),
        lambda: saved(Image.fromarray(np.eye(24, dtype=np.uint16)), exif=exif),
        lambda: saved(pattern(), "JPEG", exif=exif),
        lambda: saved(pattern("CMYK"), "JPEG", progressive=True),
        lambda: saved(pattern(), "WEBP", exif=exif),
        lambda: saved(pattern("RGBA"), "WEBP", lossless=True, **animation),
        lambda: saved(pattern(), "GIF", **animation),
        lambda: saved(pattern("P"), "BMP"),
    ]
    if "AVIF" in FORMATS:
        ways.append(lambda: saved(pattern(), "AVIF"))
    return [way() for way in ways]


SOURCES = sources()
fuzzing = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@fuzzing
@given(st.binary(max_size=400), st.sampled_from([data[:12] for data in SOURCES]))
def test_random_bytes_end_in_pixels_or_an_image_error(data: bytes, start: bytes) -> None:
    read_or_refuse(data)
    read_or_refuse(start + data)


@fuzzing
@given(
    st.sampled_from(SOURCES),
    st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=4)), max_size=6),
    st.floats(0.2, 1),
)
def test_mutated_images_end_in_pixels_or_an_image_error(
    data: bytes, changes: list[tuple[float, bytes]], kept: float
) -> None:
    changed = bytearray(data[: int(len(data) * kept)])
    for place, new in changes:
        at = int(place * (len(changed) - 1))
        changed[at : at + len(new)] = new
    read_or_refuse(bytes(changed))


def test_an_animated_webp_that_claims_a_giant_canvas_is_refused_before_its_memory_is_taken():
    header = b"RIFF" + (22).to_bytes(4, "little") + b"WEBPVP8X" + (10).to_bytes(4, "little")
    canvas = (16382).to_bytes(3, "little") * 2
    with pytest.raises(ImageError) as refused:
        decode_image(header + b"\x02\0\0\0" + canvas, ImageLimits(), 224)
    assert refused.value.code == "too_many_pixels"


def png_of_rows(width: int, height: int, row: bytes, colour: int) -> bytes:
    """A PNG of rows that are all alike: many pixels in few bytes."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + checksum

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress((b"\0" + row) * height, 1))
    return b"\x89PNG\r\n\x1a\n" + header + pixels + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(1, 65_536), (65_536, 1)])
def test_an_image_that_is_longer_than_any_drawing_is_refused(size: tuple[int, int]) -> None:
    """Of 1 × 50,000,000 pixels, a decoder would need 1.2 GB for the pointers to its rows alone."""
    row = bytes(3 * size[0])
    assert code_of(png_of_rows(*size, row, colour=2)) == "too_many_pixels"


def test_the_longest_line_is_read() -> None:
    data = png_of_rows(2, 65_535, bytes(6), colour=2)
    assert image_from_bytes(data, LIMITS, 32).shape == (32, 32, 3)


@pytest.mark.parametrize(("colour", "channels"), [(2, 3), (6, 4)])
def test_pixels_that_are_right_already_are_not_copied_whole(
    colour: int, channels: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Converting RGB to RGB, or RGBA to RGBA, takes the image's whole memory once more."""
    sizes = []
    convert = Image.Image.convert

    def watched(image: Image.Image, mode: str, *more: Any, **options: Any) -> Image.Image:
        if image.mode == mode:
            sizes.append(image.size)
        return convert(image, mode, *more, **options)

    monkeypatch.setattr(Image.Image, "convert", watched)
    image_from_bytes(png_of_rows(900, 900, bytes(900 * channels), colour), LIMITS, 32)
    assert (900, 900) not in sizes
