"""Scenes of hearts."""

import math

import numpy as np
from numpy.typing import NDArray

from bot.gallery import nature
from bot.gallery.canvas import Canvas, Caption, Point, hsv, mix, place, smooth
from bot.gallery.nature import DAYS, WHITE
from bot.gallery.walls import pastel


def heart_points(at: Point, size: float, turn: float = 0.0) -> NDArray[np.float64]:
    """The outline of a heart, (M, 2), about ``2 * size`` wide."""
    t = np.linspace(0, 2 * math.pi, 72, endpoint=False)
    x = np.sin(t) ** 3
    y = -(13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)) / 16
    return place(np.stack([x, y], axis=1), at, size, turn=turn)


def heart(canvas: Canvas) -> Caption:
    """One glossy heart, many hearts, or heart balloons."""
    hue = canvas.pick((0.96, 0.98, 0.0, 0.92, 0.88, 0.03, 0.78, 0.56))
    variant = canvas.pick(("one", "many", "balloons"))
    tags = ("heart", "love", "cute", "symbol")
    if variant == "balloons":
        canvas.backdrop(canvas.pick(DAYS))
        for _ in range(3):
            at = (canvas.between(0, canvas.width), canvas.height * canvas.between(0.4, 1.0))
            nature.cloud(canvas, at, canvas.between(120, 240), (WHITE, (226, 238, 252)))
        count = int(canvas.rng.integers(4, 10))
        for _ in range(count):
            _balloon(canvas, hue + canvas.between(-0.08, 0.1))
        return Caption("Heart balloons", "ハートの風船", (*tags, "balloon", "sky"))
    pastel(canvas, hue + canvas.between(-0.12, 0.12))
    middle = (canvas.width / 2, canvas.height * 0.5)
    if variant == "one":
        size = min(canvas.width, canvas.height) * canvas.between(0.26, 0.36)
        for ring in range(int(canvas.rng.integers(0, 4)), 0, -1):
            tint = hsv(hue, 0.3 - 0.06 * ring, 1.0)
            canvas.shape(heart_points(middle, size * (1 + 0.17 * ring)), tint)
        _glossy_heart(canvas, middle, size, canvas.between(-0.2, 0.2), hue)
        for _ in range(9):
            at = (
                canvas.width * canvas.between(0.05, 0.95),
                canvas.height * canvas.between(0.05, 0.95),
            )
            nature.sparkle(canvas, at, canvas.between(5, 12), WHITE)
        return Caption("A heart", "ハート", tags)
    for _ in range(int(canvas.between(14, 34))):
        at = (canvas.width * canvas.between(0.04, 0.96), canvas.height * canvas.between(0.04, 0.96))
        size = canvas.between(9, 42)
        _glossy_heart(
            canvas, at, size, canvas.between(-0.6, 0.6), hue + canvas.between(-0.09, 0.09)
        )
    return Caption("So many hearts", "ハートがいっぱい", (*tags, "pattern"))


def _glossy_heart(canvas: Canvas, at: Point, size: float, turn: float, hue: float) -> None:
    deep = hsv(hue, canvas.between(0.55, 0.75), 0.94)
    shade = heart_points((at[0] + size * 0.05, at[1] + size * 0.1), size, turn)
    canvas.shape(shade, (60, 20, 60, 36))
    canvas.shaded(
        heart_points(at, size, turn), (mix(deep, WHITE, 0.35), deep, mix(deep, (60, 0, 60), 0.15))
    )
    gloss = smooth([(-0.62, -0.36), (-0.5, -0.66), (-0.22, -0.74), (-0.44, -0.52)], closed=True)
    canvas.shape(place(gloss, at, size, turn=turn), (255, 255, 255, 170))


def _balloon(canvas: Canvas, hue: float) -> None:
    at = (canvas.width * canvas.between(0.1, 0.9), canvas.height * canvas.between(0.12, 0.66))
    size = canvas.between(20, 46)
    sway = canvas.between(-24, 24)
    low = at[1] + size * canvas.between(3.0, 4.4)
    string = [(at[0], at[1] + size), (at[0] + sway, (at[1] + low) / 2), (at[0] - sway * 0.4, low)]
    canvas.line(smooth(string), (120, 110, 130), 1.1)
    _glossy_heart(canvas, at, size, canvas.between(-0.2, 0.2), hue)
