"""Scenes of space: planets and rockets."""

import math

import numpy as np
from numpy.typing import NDArray

from bot.gallery import nature
from bot.gallery.canvas import Canvas, Caption, Colour, Point, hsv, mix, place, smooth
from bot.gallery.nature import WHITE


def planet(canvas: Canvas) -> Caption:
    """A planet with its rings and moons."""
    _space(canvas)
    at = (canvas.width * canvas.between(0.36, 0.64), canvas.height * canvas.between(0.4, 0.6))
    radius = canvas.height * canvas.between(0.17, 0.28)
    hue, ringed = float(canvas.rng.random()), canvas.chance(0.65)
    tilt = canvas.between(-0.5, 0.5)
    ring = hsv(hue + canvas.between(0.02, 0.12), 0.3, 0.95)
    if ringed:
        _ring(canvas, at, radius, tilt, ring, front=False)
    _globe(canvas, at, radius, hue, tilt)
    if ringed:
        _ring(canvas, at, radius, tilt, ring, front=True)
    for _ in range(int(canvas.rng.integers(1, 4))):
        angle, far = canvas.between(0, 2 * math.pi), radius * canvas.between(1.6, 2.4)
        spot = (at[0] + far * math.cos(angle), at[1] + far * math.sin(angle) * 0.7)
        _globe(canvas, spot, canvas.between(5, 16), hue + canvas.between(0.2, 0.8), 0.0)
    title = ("A planet with rings", "輪のある惑星") if ringed else ("A distant planet", "遠い惑星")
    return Caption(*title, ("planet", "space", "star", "starry sky", "universe"))


def _space(canvas: Canvas) -> None:
    hue = canvas.between(0.55, 0.9)
    canvas.backdrop((hsv(hue, 0.7, 0.1), hsv(hue + 0.05, 0.65, 0.2), hsv(hue + 0.1, 0.7, 0.12)))
    for _ in range(2):
        field = nature.noise(canvas.rng, (64, 64), 3)
        opacity = np.clip(field - 0.45, 0, 1) * 1.1
        canvas.veil(opacity, hsv(hue + canvas.between(-0.15, 0.2), 0.55, 0.85))
    nature.stars(canvas, int(canvas.between(110, 220)), canvas.height)


def _globe(canvas: Canvas, at: Point, radius: float, hue: float, tilt: float) -> None:
    base, x = hsv(hue, 0.5, 0.85), np.linspace(-1, 1, 25)
    canvas.glow(at, radius * 1.5, mix(base, WHITE, 0.3), 0.5)
    canvas.disc(at, radius, base)
    if radius > 20:
        for level in np.linspace(-0.85, 0.7, int(canvas.rng.integers(5, 9))):
            half = math.sqrt(1 - level**2)
            deep = canvas.between(0.06, 0.2)
            below = math.sqrt(max(0.0, 1 - (level + deep) ** 2))
            upper = np.stack([x * half, np.full_like(x, level)], axis=1)
            lower = np.stack([x[::-1] * below, np.full_like(x, level + deep)], axis=1)
            band = np.concatenate([upper, lower])
            shade = hsv(hue + canvas.between(-0.07, 0.07), canvas.between(0.25, 0.6), 0.92)
            canvas.shape(place(band, at, radius, turn=tilt), (*shade, 170))
    _night_side(canvas, at, radius)


def _night_side(canvas: Canvas, at: Point, radius: float) -> None:
    """Layers of crescent shadow from the lower right: a soft edge between day and night."""
    outer = np.linspace(-math.pi / 2, math.pi / 2, 32)
    for phase in np.linspace(-0.25, 0.75, 9):
        x = np.concatenate([np.cos(outer), phase * np.cos(outer[::-1])])
        y = np.concatenate([np.sin(outer), np.sin(outer[::-1])])
        side = np.stack([x, y], axis=1)
        canvas.shape(place(side, at, radius + 0.4, turn=0.6), (6, 6, 26, 34))


def _ring(
    canvas: Canvas, at: Point, radius: float, tilt: float, colour: Colour, *, front: bool
) -> None:
    turn = np.linspace(0, math.pi, 60) if front else np.linspace(math.pi, 2 * math.pi, 60)
    for width in np.linspace(1.35, 2.05, 11):
        arc = np.stack([np.cos(turn) * width, np.sin(turn) * width * 0.26], axis=1)
        opacity = int(70 + 130 * abs(math.sin(width * 9)))
        canvas.line(place(arc, at, radius, turn=tilt), (*colour, opacity), radius * 0.045)


def rocket(canvas: Canvas) -> Caption:
    """A rocket on its way to the stars."""
    _space(canvas)
    angle = canvas.between(-0.7, 0.7)
    at = (canvas.width * canvas.between(0.4, 0.6), canvas.height * canvas.between(0.42, 0.55))
    size = canvas.height * canvas.between(0.2, 0.28)
    if canvas.chance(0.7):
        spot = (canvas.width * canvas.pick((0.14, 0.86)), canvas.height * canvas.between(0.16, 0.3))
        _globe(canvas, spot, canvas.between(20, 42), float(canvas.rng.random()), 0.3)
    trim = hsv(float(canvas.rng.random()), 0.7, 0.95)

    def placed(*points: Point) -> NDArray[np.float64]:
        return place(points, at, size, turn=angle)

    tail = placed((0, 1.05))[0]
    canvas.glow((tail[0], tail[1]), size * 0.9, (255, 190, 110), 0.8)
    for reach, colour in ((1.75, (255, 130, 70)), (1.45, (255, 200, 90)), (1.2, (255, 250, 220))):
        half = 0.24 * (2.1 - reach)
        flame = placed((-half, 0.8), (-half * 1.3, 1.0), (0, reach), (half * 1.3, 1.0), (half, 0.8))
        canvas.shape(smooth(flame, closed=True), colour)
    for side in (-1, 1):
        fin = placed((side * 0.28, 0.3), (side * 0.62, 0.8), (side * 0.6, 1.02), (side * 0.22, 0.8))
        canvas.shape(fin, mix(trim, (0, 0, 0), 0.15))
    hull = placed((0, -1.0), (0.24, -0.6), (0.34, 0.0), (0.26, 0.75), (0, 0.84))
    left = placed((-0.26, 0.75), (-0.34, 0.0), (-0.24, -0.6))
    canvas.shaded(
        smooth(np.concatenate([hull, left]), closed=True), ((250, 250, 255), (206, 212, 232))
    )
    nose = placed((0, -1.0), (0.2, -0.66), (0.25, -0.52), (-0.25, -0.52), (-0.2, -0.66))
    canvas.shape(nose, trim)
    window = placed((0, -0.16))[0]
    canvas.disc((window[0], window[1]), size * 0.17, trim)
    canvas.disc((window[0], window[1]), size * 0.12, (128, 206, 244))
    canvas.shape(placed((-0.05, 0.4), (0.05, 0.4), (0.06, 1.0), (-0.06, 1.0)), trim)
    return Caption(
        "Off to the stars", "星をめざすロケット", ("rocket", "space", "star", "universe")
    )
