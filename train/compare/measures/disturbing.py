"""What happens to a picture between two posts: the changes that ``copies`` looks through.

Each change takes a picture as it was posted and returns it as somebody else posts it: an RGB
picture of any size. Random parts depend on the change, the picture's place and a seed alone, so
every encoder and every hash gets the same pictures.
"""

import io
import zlib
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageEnhance, ImageFont, ImageOps

Change = Callable[[Image.Image, np.random.Generator], Image.Image]

JPEG_QUALITY = 30
BORDER = 0.08  # Of the longest side, on every side.
TILT = (3.0, 10.0)  # Degrees, either way.
ENHANCED = (0.7, 1.3)  # Brightness, contrast, saturation.
HUE = 16  # Of 256, either way: 22 degrees.
TEXTS = ("@moonlit_ink", "do not repost", "© hana 2026", "SAMPLE", "art by rio")
LETTERS = 0.14  # Their height, of the longest side.


def disturb(pictures: NDArray[np.uint8], name: str, seed: int = 0) -> list[Image.Image]:
    """Apply one change to every picture.

    Args:
        pictures: (n, P, P, 3).
        name: One of ``CHANGES``.
        seed: Where the random parts come from.

    Returns:
        n RGB pictures of any size.
    """
    change, number = CHANGES[name], zlib.crc32(name.encode())
    return [
        change(Image.fromarray(picture), np.random.default_rng((seed, number, n)))
        for n, picture in enumerate(pictures)
    ]


def _unchanged(picture: Image.Image, _: np.random.Generator) -> Image.Image:
    return picture


def _crop(kept: float) -> Change:
    """Keep a part of both sides, anywhere."""

    def change(picture: Image.Image, random: np.random.Generator) -> Image.Image:
        width, height = (max(1, round(kept * side)) for side in picture.size)
        left = int(random.integers(0, picture.width - width + 1))
        top = int(random.integers(0, picture.height - height + 1))
        return picture.crop((left, top, left + width, top + height))

    return change


def _resize(factor: float) -> Change:
    def change(picture: Image.Image, _: np.random.Generator) -> Image.Image:
        width, height = (max(1, round(factor * side)) for side in picture.size)
        return picture.resize((width, height), Image.Resampling.LANCZOS)

    return change


def _jpeg(picture: Image.Image, _: np.random.Generator) -> Image.Image:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=JPEG_QUALITY)
    return Image.open(file).convert("RGB")


def _colours(picture: Image.Image, random: np.random.Generator) -> Image.Image:
    """Brightness, contrast, saturation and hue, each a little off, as a filter does it."""
    for enhance in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
        picture = enhance(picture).enhance(float(random.uniform(*ENHANCED)))
    hue, saturation, value = picture.convert("HSV").split()
    turned = (np.asarray(hue, dtype=np.int64) + int(random.integers(-HUE, HUE + 1))) % 256
    shifted = Image.fromarray(turned.astype(np.uint8))
    return Image.merge("HSV", (shifted, saturation, value)).convert("RGB")


def _border(picture: Image.Image, random: np.random.Generator) -> Image.Image:
    """A frame around it, of any colour: the picture itself stays whole."""
    red, green, blue = random.integers(0, 256, 3).tolist()
    return ImageOps.expand(picture, round(BORDER * max(picture.size)), (red, green, blue))


def _watermark(picture: Image.Image, random: np.random.Generator) -> Image.Image:
    """Half-transparent text across it, readable on dark and on light."""
    text = TEXTS[int(random.integers(len(TEXTS)))]
    font = ImageFont.load_default(round(LETTERS * max(picture.size)))
    layer = Image.new("RGBA", picture.size)
    place = (picture.width * random.uniform(0.4, 0.6), picture.height * random.uniform(0.2, 0.8))
    ImageDraw.Draw(layer).text(
        place, text, (255, 255, 255, 170), font, "mm", stroke_width=1, stroke_fill=(0, 0, 0, 120)
    )
    return Image.alpha_composite(picture.convert("RGBA"), layer).convert("RGB")


def _rotation(picture: Image.Image, random: np.random.Generator) -> Image.Image:
    """A little askew, as a scan or a photograph of a screen; the corners are white."""
    angle = float(random.uniform(*TILT)) * (1 if random.random() < 0.5 else -1)
    return picture.rotate(angle, Image.Resampling.BICUBIC, fillcolor=(255, 255, 255))


def _mirror(picture: Image.Image, _: np.random.Generator) -> Image.Image:
    return ImageOps.mirror(picture)


def _several(picture: Image.Image, random: np.random.Generator) -> Image.Image:
    """What has gone through many hands: cropped, tinted, made smaller and saved again."""
    for change in (_crop(0.9), _colours, _resize(0.75), _jpeg):
        picture = change(picture, random)
    return picture


CHANGES: Mapping[str, Change] = {
    "unchanged": _unchanged,
    "crop to 90 %": _crop(0.9),
    "crop to 75 %": _crop(0.75),
    "half size": _resize(0.5),
    "quarter size": _resize(0.25),
    "JPEG at quality 30": _jpeg,
    "colours": _colours,
    "border": _border,
    "watermark": _watermark,
    "rotation": _rotation,
    "mirror": _mirror,
    "several at once": _several,
}
