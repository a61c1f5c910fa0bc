"""Plain backgrounds for figures."""

import numpy as np

from bot.gallery import nature
from bot.gallery.canvas import Canvas, Colour, hsv, mix
from bot.gallery.nature import WHITE


def pastel(canvas: Canvas, hue: float | None = None) -> Colour:
    """Fill the background with a soft gradient, perhaps with dots, stripes or a large circle."""
    hue = float(canvas.rng.random()) if hue is None else hue
    base = hsv(hue, canvas.between(0.12, 0.34), canvas.between(0.9, 1.0))
    canvas.backdrop((mix(base, WHITE, 0.45), base))
    soft = (*mix(base, WHITE, 0.6), 190)
    pattern = canvas.pick(("plain", "dots", "stripes", "circle", "stars"))
    if canvas.line_art or pattern == "plain":
        return base
    if pattern == "circle":
        middle = (canvas.width / 2, canvas.height * canvas.between(0.42, 0.52))
        canvas.disc(middle, canvas.height * canvas.between(0.34, 0.44), soft)
    elif pattern == "stripes":
        for x in np.arange(-canvas.height, canvas.width, 44.0):
            stripe = [(x, canvas.height), (x + canvas.height, 0), (x + canvas.height + 20, 0)]
            canvas.shape([*stripe, (x + 20, canvas.height)], soft)
    else:
        for row, y in enumerate(np.arange(10.0, canvas.height + 20, 38.0)):
            for x in np.arange(10.0 + 24 * (row % 2), canvas.width + 20, 48.0):
                if pattern == "dots":
                    canvas.disc((x, y), 5.0, soft)
                else:
                    canvas.shape(nature.star_points((x, y), 8.0), soft)
    return base
