"""Bytes → checked RGB → the (H, W, 3) array that an encoder reads.

Why here and so strict: this is the only code that touches untrusted bytes. It imports nothing but
Pillow and numpy, so that it can run in a small process of its own under memory and time limits.
Everything that can be refused is refused before a pixel is decoded: the size of the file, its
format, and the pixel count that its header claims.
"""

import io
import struct
import warnings
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, features

from model.errors import ImageError

MiB = 1024 * 1024
THUMBNAIL_PX = 256
# No drawing is longer. Pillow keeps a pointer for each row, so a line of 50,000,000 pixels upright
# would take three times the memory of a square of them.
MAX_SIDE_PX = 65_535
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP") + (("AVIF",) if features.check("avif") else ())

# The first bytes of a file → its format; used to tell "cut off" and "not ours" from "no image".
_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "PNG"),
    (0, b"\xff\xd8\xff", "JPEG"),
    (8, b"WEBP", "WEBP"),
    (0, b"GIF8", "GIF"),
    (4, b"ftypavif", "AVIF"),
    (4, b"ftypavis", "AVIF"),
    (4, b"ftypheic", "HEIC"),
    (4, b"ftypheix", "HEIC"),
    (4, b"ftypmif1", "HEIF"),
    (0, b"II*\x00", "TIFF"),
    (0, b"MM\x00*", "TIFF"),
    (0, b"8BPS", "PSD"),
    (0, b"\x00\x00\x01\x00", "ICO"),
    (0, b"\xff\x0a", "JPEG XL"),
    (4, b"JXL \r\n", "JPEG XL"),
    (4, b"jP  \r\n", "JPEG 2000"),
    (0, b"%PDF", "PDF"),
    (0, b"BM", "BMP"),
)
# Whatever Pillow's decoders were seen to raise on damaged files.
_DAMAGE = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
_ORIENTATION = 0x0112
_TRANSPOSITIONS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True)
class ImageLimits:
    """What is refused before decoding."""

    max_bytes: int = 25 * MiB
    max_pixels: int = 50_000_000


def read_image_file(path: Path, limits: ImageLimits) -> bytes:
    """Read an image file, refusing a missing or an oversized one without loading it.

    Raises:
        ImageError: ``not_found`` or ``too_large``.
    """
    try:
        if not path.is_file():
            raise ImageError("not_found", f"There is no file {path}. Check the path.")
        _check_size(path.stat().st_size, limits)
        return path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ImageError(
            "not_found", f"The file {path} cannot be read: {reason}. Check the path."
        ) from error


def decode_image(data: bytes, limits: ImageLimits, target_px: int) -> Image.Image:
    """Decode image bytes to upright RGB, no larger than needed.

    Takes the first frame of an animation, applies the EXIF orientation, lays transparency over
    white, and reads palette, grey, CMYK and 16-bit images.

    Args:
        data: The file's bytes.
        limits: What to refuse.
        target_px: The longest side that the caller needs; a larger image comes back scaled down
            to it, a smaller one as it is.

    Returns:
        An RGB image whose longest side is at most ``target_px``.

    Raises:
        ImageError: With the code that says why.
    """
    _check_size(len(data), limits)
    with warnings.catch_warnings():
        # Pillow warns of bombs and odd metadata; what counts here is an image or an ImageError.
        warnings.simplefilter("ignore")
        image = _open(data, limits)
        try:
            # JPEG can decode at 1/2, 1/4 or 1/8 of its size for a fraction of the time.
            image.draft("RGB", (2 * target_px, 2 * target_px))
            image.load()
            return _to_rgb(image, target_px)
        except Image.DecompressionBombError as error:
            raise _too_many_pixels("too many", limits) from error
        except MemoryError as error:
            raise ImageError(
                "too_many_pixels",
                "Decoding the image takes more memory than may be used. Send a smaller version.",
            ) from error
        except _DAMAGE as error:
            raise ImageError(
                "truncated",
                "The image ends before its last pixel or is damaged inside. "
                "Save it again and retry.",
            ) from error


def prepare_image(image: Image.Image, size_px: int) -> NDArray[np.uint8]:
    """Fit an RGB image into a square, keeping its aspect ratio; its edges fill what is left.

    Why not white: a landscape between two white bars looks like a flag to the models, and a
    portrait like a sheet of paper. A drawing on white gets white edges all the same.

    Returns:
        (size_px, size_px, 3) uint8.
    """
    longest = max(image.size)
    width, height = (max(1, round(side / longest * size_px)) for side in image.size)
    fitted = np.asarray(image.resize((width, height), Image.Resampling.BICUBIC), dtype=np.uint8)
    left, top = (size_px - width) // 2, (size_px - height) // 2
    around = ((top, size_px - height - top), (left, size_px - width - left), (0, 0))
    return np.pad(fitted, around, mode="edge")


def image_from_bytes(data: bytes, limits: ImageLimits, size_px: int) -> NDArray[np.uint8]:
    """Bytes straight to the array that an encoder reads, (size_px, size_px, 3) uint8.

    Raises:
        ImageError: With the code that says why.
    """
    return prepare_image(decode_image(data, limits, decoding_px(size_px)), size_px)


def decoding_px(size_px: int) -> int:
    """The longest side to decode at for an encoder's input.

    The same everywhere, so that an embedding does not depend on whether a thumbnail was made too.
    """
    return max(2 * size_px, THUMBNAIL_PX)


def _check_size(size_bytes: int, limits: ImageLimits) -> None:
    if size_bytes > limits.max_bytes:
        raise ImageError(
            "too_large",
            f"The file has {size_bytes / MiB:.1f} MiB; at most {limits.max_bytes / MiB:.0f} MiB "
            "are accepted. Send a smaller version.",
        )


def _open(data: bytes, limits: ImageLimits) -> Image.Image:
    if data[8:16] == b"WEBPVP8X":
        # Pillow takes the memory of an animation's whole canvas before it tells its size.
        width, height = (int.from_bytes(data[at : at + 3], "little") + 1 for at in (24, 27))
        _check_pixels(width, height, limits)
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise _too_many_pixels("over 178 million", limits) from error
    except _DAMAGE as error:  # among them UnidentifiedImageError
        raise _not_readable(data) from error
    _check_pixels(image.width, image.height, limits)
    return image


def _check_pixels(width: int, height: int, limits: ImageLimits) -> None:
    if max(width, height) > MAX_SIDE_PX:
        raise ImageError(
            "too_many_pixels",
            f"The image is {width} × {height} pixels large; at most {MAX_SIDE_PX:,} a side are "
            "accepted. Send a smaller version.",
        )
    pixels = width * height
    if pixels > limits.max_pixels:
        raise _too_many_pixels(f"{width} × {height} = {pixels:,}", limits)


def _too_many_pixels(found: str, limits: ImageLimits) -> ImageError:
    return ImageError(
        "too_many_pixels",
        f"The image has {found} pixels; at most {limits.max_pixels:,} are accepted. "
        "Send a smaller version.",
    )


def _not_readable(data: bytes) -> ImageError:
    found = next((name for at, sign, name in _SIGNATURES if data.startswith(sign, at)), None)
    if found is None and b"<svg" in data[:1024]:
        found = "SVG"
    accepted = ", ".join(FORMATS)
    if found in FORMATS:
        return ImageError(
            "truncated",
            f"The {found} file ends inside its header or is damaged. Save it again and retry.",
        )
    if found:
        return ImageError(
            "unsupported_format", f"{found} files are not read. Send one of: {accepted}."
        )
    if not data:
        return ImageError("not_an_image", f"The file is empty. Send one of: {accepted}.")
    return ImageError("not_an_image", f"The file is not an image. Send one of: {accepted}.")


def _to_rgb(image: Image.Image, target_px: int) -> Image.Image:
    """Upright 8-bit RGB over white; scaled down before the costly steps."""
    orientation = _orientation(image)
    if image.mode.startswith("I"):
        image = _to_8_bit(image)
    transparent = image.has_transparency_data
    mode = "RGBA" if transparent else "RGB"
    if image.mode != mode:  # else converting would only take its memory a second time
        image = image.convert(mode)
    image.thumbnail((target_px, target_px), Image.Resampling.BICUBIC, reducing_gap=2.0)
    if transparent:
        white = Image.new("RGBA", image.size, "white")
        white.alpha_composite(image)
        image = white.convert("RGB")
    method = _TRANSPOSITIONS.get(orientation)
    return image.transpose(method) if method is not None else image


def _orientation(image: Image.Image) -> int:
    """The EXIF orientation 1 to 8; a missing or damaged one counts as upright."""
    try:
        value = image.getexif().get(_ORIENTATION)
    except _DAMAGE:
        return 1
    return value if isinstance(value, int) else 1


def _to_8_bit(image: Image.Image) -> Image.Image:
    """16-bit greys (in whichever of Pillow's integer modes) scaled from 0..65535 to 0..255."""
    return Image.fromarray((np.asarray(image).clip(0, 65535) >> 8).astype(np.uint8))
