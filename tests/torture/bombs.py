"""Images made by hand to be costly, endless or untrue, and everything cut off."""

import io
import struct
import zlib
from collections.abc import Iterator

from PIL import Image

from model.image import FORMATS, MiB

# The most pixels that are decoded at all, and how long one side of such a square is.
FLOOD_PX = 50_000_000
SCANS = 400
FRAMES = 20_000
CUTS = 16
_EVERYTHING = bytes(range(256))


def bombs(pixels: int = FLOOD_PX) -> Iterator[tuple[str, bytes]]:
    """Names and bytes, one after another: some take a while to be made.

    Args:
        pixels: How many the floods have.
    """
    yield from _floods(pixels)
    yield from _untrue()
    yield from _deep(pixels)
    yield from _metadata()
    yield from _no_images()


def cut_off(images: Iterator[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    """Each image, ending too early at many places."""
    for name, data in images:
        for place in range(CUTS):
            yield f"{name} cut at {place}/{CUTS}", data[: len(data) * place // CUTS]


def _floods(pixels: int) -> Iterator[tuple[str, bytes]]:
    """As many pixels as are allowed, in as few bytes as can be."""
    side = int(pixels**0.5)
    for bits, colour, channels in ((8, 6, 4), (16, 6, 8), (16, 0, 2), (8, 2, 3), (8, 0, 1)):
        rows = bytes(side * channels + 1) * side
        yield f"PNG flood {bits} {colour}", png(side, side, rows, bits=bits, colour=colour)
    yield "PNG flood of bits", png(side, side, bytes(side // 8 + 2) * side, bits=1, colour=0)
    yield "PNG line", png(pixels, 1, bytes(3 * pixels + 1), colour=2)
    yield "PNG column", png(1, pixels, bytes(4) * pixels, colour=2)
    yield "PNG interlaced", png(side, side, bytes(side * 5) * side, colour=6, interlaced=1)
    grey, colours = Image.new("L", (side, side), 99), Image.new("RGB", (side, side), (9, 99, 30))
    yield "JPEG flood", _saved(colours, "JPEG", quality=10)
    yield "JPEG progressive flood", _saved(colours, "JPEG", quality=10, progressive=True)
    yield "JPEG CMYK flood", _saved(Image.new("CMYK", (side, side)), "JPEG", quality=10)
    yield "GIF flood", _saved(grey, "GIF")
    broad = Image.new("RGB", (min(16_383, side), min(side, pixels // 16_383)), (9, 99, 30))
    yield "WEBP flood", _saved(broad, "WEBP", quality=1, method=0)
    yield "WEBP lossless flood", _saved(broad.convert("RGBA"), "WEBP", lossless=True, method=0)
    if "AVIF" in FORMATS:
        yield "AVIF flood", _saved(colours, "AVIF", quality=1, speed=10)
    yield "BMP of runs", _bmp_of_runs(side)


def _untrue() -> Iterator[tuple[str, bytes]]:
    """Headers that claim what does not follow."""
    for width, height in ((7000, 7000), (65_535, 65_535), (2**31 - 1, 1), (0, 0), (1, 2**31)):
        yield f"PNG of {width} × {height}, empty", png(width, height, b"")
    gif = _saved(Image.new("P", (9, 9)), "GIF")
    yield "GIF of 65535 × 65535", gif[:6] + b"\xff\xff\xff\xff" + gif[10:]
    jpeg = bytearray(_saved(Image.new("RGB", (9, 9)), "JPEG"))
    at = jpeg.index(b"\xff\xc0") + 5
    jpeg[at : at + 4] = b"\xff\xff\xff\xff"
    yield "JPEG of 65535 × 65535", bytes(jpeg)
    jpeg[at : at + 4] = struct.pack(">HH", 7000, 7000)
    yield "JPEG of 7000 × 7000, ending early", bytes(jpeg)
    yield "WEBP canvas of 16777216 × 16777216", _webp_canvas(0xFFFFFF, 0xFFFFFF)
    yield "WEBP canvas of 7000 × 7000", _webp_canvas(6999, 6999)
    yield "BMP of 7000 × 7000, ending early", _bmp_of_runs(7000)[:2000]


def _deep(pixels: int) -> Iterator[tuple[str, bytes]]:
    """Many frames, many scans, many chunks."""
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x4c\x01\x00"
    start = b"GIF89a" + struct.pack("<HHBBB", 7000, 7000, 0x80, 0, 0) + bytes(6)
    yield "GIF of many frames", start + frame * FRAMES + b";"
    yield "GIF of comments alone", start + b"\x21\xfe\x01a\x00" * FRAMES + b";"
    few = [Image.new("P", (64, 64), n) for n in range(100)]
    yield "GIF of a hundred frames", _saved(few[0], "GIF", save_all=True, append_images=few[1:])
    yield "PNG of many chunks", png(9, 9, bytes(10 * 28), before=chunk(b"teXt", b"a\0b") * FRAMES)
    yield "JPEG of many scans", jpeg_of_scans(int(pixels**0.5), SCANS)
    yield "JPEG of many comments", b"\xff\xd8" + b"\xff\xfe\x00\x04ab" * FRAMES + b"\xff\xd9"


def _metadata() -> Iterator[tuple[str, bytes]]:
    """EXIF, colour profiles and texts that are huge, nested or compressed without end."""
    tiny = Image.new("RGB", (16, 16), "red")
    for kind in ("JPEG", "PNG", "WEBP"):
        for name, exif in _exifs():
            try:
                yield f"{kind} with {name}", _saved(tiny, kind, exif=exif)
            except ValueError:  # more than its format takes
                continue
    for kind in ("PNG", "WEBP", "JPEG"):
        yield f"{kind} with a huge profile", _saved(tiny, kind, icc_profile=_EVERYTHING * 16_000)
    endless = zlib.compress(bytes(200 * MiB), 9)
    rows = bytes(10 * 28)
    for keyword, head in ((b"iCCP", b"p\0\0"), (b"zTXt", b"t\0\0"), (b"iTXt", b"t\0\1\0\0\0")):
        one = chunk(keyword, head + endless)
        yield f"PNG with an endless {keyword.decode()}", png(9, 9, rows, before=one)
        yield f"PNG with an endless {keyword.decode()} behind", png(9, 9, rows, behind=one)
    many = chunk(b"zTXt", b"t\0\0" + zlib.compress(bytes(MiB - 1), 9)) * 200
    yield "PNG with many large texts", png(9, 9, rows, behind=many)


def _exifs() -> Iterator[tuple[str, bytes]]:
    """TIFF structures: large, endless, nested, pointing anywhere."""

    def directory(*entries: tuple[int, int, int, int], following: int = 0) -> bytes:
        packed = b"".join(struct.pack("<HHII", *one) for one in entries)
        return struct.pack("<H", len(entries)) + packed + struct.pack("<I", following)

    start = b"Exif\0\0II*\0\x08\0\0\0"
    yield "a directory that follows itself", start + directory((0x112, 3, 1, 6), following=8)
    yield "a directory within itself", start + directory((0x8769, 4, 1, 8), (0x8825, 4, 1, 8))
    yield "a huge count", start + directory((0x112, 3, 0xFFFFFFFF, 8))
    yield "a value beyond the end", start + directory((0x112, 4, 9, 0xFFFFFFF0))
    yield "the most entries", start + directory(*[(tag, 3, 1, 1) for tag in range(5000)])
    nested = b"".join(directory((0x8769, 4, 1, 8 + 18 * (n + 1))) for n in range(3000))
    yield "directories within each other", start + nested
    yield "64 KiB of nothing", start + directory((0x10E, 2, 65_000, 26)) + bytes(65_000)


def _no_images() -> Iterator[tuple[str, bytes]]:
    """What is no image, or none that is read."""
    yield "nothing", b""
    yield "one byte", b"\x89"
    yield "zeros", bytes(24 * MiB)
    yield "too large", bytes(26 * MiB)
    yield "text", b"This is no image. " * 99
    for kind in ("TIFF", "ICO", "PPM", "TGA", "PDF"):
        yield kind, _saved(Image.new("RGB", (16, 16)), kind)
    tiffs = [Image.new("L", (8, 8), n) for n in range(50)]
    yield "nested TIFF", _saved(tiffs[0], "TIFF", save_all=True, append_images=tiffs[1:])
    yield "SVG", b"<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>"
    yield "a zip archive behind a GIF", _saved(Image.new("P", (9, 9)), "GIF") + b"PK\3\4" * 999


def chunk(kind: bytes, content: bytes) -> bytes:
    """A chunk of a PNG."""
    return (
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
    )


def png(
    width: int,
    height: int,
    rows: bytes,
    *,
    bits: int = 8,
    colour: int = 2,
    interlaced: int = 0,
    before: bytes = b"",
    behind: bytes = b"",
) -> bytes:
    """A PNG whose header says anything; ``before`` and ``behind`` are chunks about its pixels."""
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, interlaced)
    parts = [chunk(b"IHDR", header), before, chunk(b"IDAT", zlib.compress(rows, 9)), behind]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts) + chunk(b"IEND", b"")


def jpeg_of_scans(side: int, scans: int) -> bytes:
    """A progressive JPEG whose last scan comes again and again: each goes over all pixels."""
    data = _saved(Image.new("L", (side, side), 99), "JPEG", quality=10, progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * scans + data[-2:]


def _webp_canvas(width_less_one: int, height_less_one: int) -> bytes:
    """An animation whose canvas is all that there is."""
    sides = width_less_one.to_bytes(3, "little") + height_less_one.to_bytes(3, "little")
    extended = b"VP8X" + struct.pack("<I", 10) + b"\x02\0\0\0" + sides
    body = b"WEBP" + extended + b"ANIM" + struct.pack("<I", 6) + bytes(6)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _bmp_of_runs(side: int) -> bytes:
    """A BMP of run lengths: two bytes for 255 pixels."""
    runs = (b"\xff\x07" * (side // 255) + bytes([side % 255, 7]) + b"\0\0") * side + b"\0\1"
    palette = _EVERYTHING * 4
    head = struct.pack("<IiiHHIIiiII", 40, side, side, 1, 8, 1, len(runs), 2835, 2835, 256, 0)
    offset = 14 + len(head) + len(palette)
    start = b"BM" + struct.pack("<IHHI", offset + len(runs), 0, 0, offset)
    return start + head + palette + runs


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()
