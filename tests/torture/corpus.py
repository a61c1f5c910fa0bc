"""Small sound images of every format that is read, from the project's own gallery."""

import io
from collections.abc import Iterator

from PIL import Image

from bot.gallery import draw_gallery
from model.image import FORMATS

SIZE = (40, 32)
# A frame more makes an animation of those that can be one.
_ANIMATED = ("GIF", "WEBP", "PNG", "AVIF")
_VARIANTS: dict[str, tuple[dict[str, object], ...]] = {
    "JPEG": ({"progressive": True}, {"quality": 30, "subsampling": 2}),
    "WEBP": ({"lossless": True}, {"quality": 30}),
    "PNG": ({"optimize": True},),
}
_MODES = {
    "PNG": ("RGBA", "P", "L", "1", "LA", "I;16"),
    "JPEG": ("L", "CMYK"),
    "WEBP": ("RGBA",),
    "GIF": ("P", "1"),
    "BMP": ("P", "L", "1"),
    "AVIF": ("RGBA",),
}


def seeds(seed: int, drawings: int = 2) -> Iterator[tuple[str, bytes]]:
    """Names and bytes; every format in each of its kinds: colours, animations, metadata."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "a drawing"
    drawn = [one.image.resize(SIZE) for one in draw_gallery(drawings + 1, seed=seed)]
    for number, image in enumerate(drawn[:-1]):
        for kind in FORMATS:
            name = f"{number}.{kind.lower()}"
            yield name, _saved(image, kind)
            for mode in _MODES[kind]:
                yield f"{mode.replace(';', '')}-{name}", _saved(image.convert(mode), kind)
            for place, options in enumerate(_VARIANTS.get(kind, ())):
                yield f"{place}-{name}", _saved(image, kind, **options)
            if kind in _ANIMATED:
                more = {"save_all": True, "append_images": drawn[-1:]}
                yield f"animated-{name}", _saved(image, kind, **more)
            if kind in ("JPEG", "PNG", "WEBP"):
                yield f"described-{name}", _saved(image, kind, exif=exif, icc_profile=bytes(600))


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()
