"""Pictures inside the page: small images as data URIs, with what is to be said about them."""

import base64
import io
from html import escape

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE_PX = 112


def picture(pixels: NDArray[np.uint8], description: str) -> str:
    """An ``img`` element that carries its own pixels, (H, W, 3) uint8."""
    image = Image.fromarray(pixels)
    if max(image.size) > SIDE_PX:
        image.thumbnail((SIDE_PX, SIDE_PX))
    file = io.BytesIO()
    image.save(file, "WEBP", quality=80, method=4)
    data = base64.b64encode(file.getvalue()).decode("ascii")
    return (
        f'<img src="data:image/webp;base64,{data}" alt="{escape(description)}" '
        f'width="{image.width}" height="{image.height}" loading="lazy">'
    )


def marked(pixels: NDArray[np.uint8], description: str, *, right: bool, note: str) -> str:
    """A picture marked as right or wrong, by sign and by colour, with a note below."""
    mark, word = ("✓", "right") if right else ("✕", "wrong")
    return (
        f'<figure class="mark {word}">{picture(pixels, description)}'
        f'<span class="sign" title="{word}">{mark}</span>'
        f"<figcaption>{escape(note)}</figcaption></figure>"
    )


def captioned(pixels: NDArray[np.uint8], description: str, caption: str) -> str:
    """A picture with a caption."""
    return (
        f"<figure>{picture(pixels, description)}<figcaption>{escape(caption)}</figcaption></figure>"
    )
