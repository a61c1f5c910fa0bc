"""Scenes of flowers: one bloom, a bunch, a meadow."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.gallery import nature
from bot.gallery.canvas import Canvas, Caption, Point, hsv, mix, place, smooth
from bot.gallery.nature import DAYS, WHITE
from bot.gallery.walls import pastel


def flower(canvas: Canvas) -> Caption:
    """One large bloom, a few in a bunch, or a meadow."""
    sort = canvas.pick(tuple(_BLOOMS))
    bloom = _BLOOMS[sort]
    hue = canvas.pick(bloom.hues)
    layout = canvas.pick(("one", "bunch", "meadow"))
    if layout == "meadow":
        _meadow(canvas, sort, hue)
        title, title_ja = f"A meadow of {bloom.plural}", f"{bloom.name_ja}の野原"
        return Caption(title, title_ja, ("flower", *bloom.tags, "field"))
    pastel(canvas, hue + canvas.pick((0.35, 0.5, 0.1, 0.08)))
    tags = ("flower", *bloom.tags, "plant")
    side = min(canvas.width, canvas.height)
    if layout == "one":
        at = (canvas.width * canvas.between(0.47, 0.53), canvas.height * 0.4)
        _stemmed(canvas, sort, at, side * canvas.between(0.24, 0.3), hue)
        return Caption(f"A {bloom.name}", bloom.name_ja, tags)
    for x, y in ((0.24, 0.36), (0.76, 0.34), (0.5, 0.26), (0.36, 0.56), (0.64, 0.56)):
        at = (canvas.width * (x + canvas.between(-0.03, 0.03)), canvas.height * y)
        shade = hue + canvas.between(-0.04, 0.04)
        _stemmed(canvas, sort, at, side * canvas.between(0.135, 0.165), shade)
    return Caption(f"A bunch of {bloom.plural}", f"{bloom.name_ja}の花束", tags)


def _meadow(canvas: Canvas, sort: str, hue: float) -> None:
    canvas.backdrop(canvas.pick(DAYS))
    if not canvas.line_art:
        at = (canvas.between(0, canvas.width), canvas.height * 0.42)
        nature.cloud(canvas, at, canvas.between(150, 280), (WHITE, (230, 240, 252)))
    edge = nature.ridge(canvas, canvas.height * 0.56, 12, 2, roughness=0.2)
    nature.ground(canvas, edge, ((168, 214, 132), (76, 150, 92)))
    for row in range(4):
        for _ in range(5):
            spot = (canvas.width * canvas.between(0, 1), canvas.height * (0.6 + row * 0.1))
            _stemmed(canvas, sort, spot, 15 + row * 7.0, hue + canvas.between(-0.03, 0.03))


@dataclass(frozen=True)
class _Bloom:
    name: str
    plural: str
    name_ja: str
    tags: tuple[str, ...]
    hues: tuple[float, ...]


_SPRING = ("cherry blossom", "spring", "pink")
_YELLOW = ("sunflower", "summer", "yellow")
_BLOOMS = {
    "daisy": _Bloom("daisy", "daisies", "ひなぎく", ("daisy",), (0.0, 0.9, 0.75, 0.12, 0.6)),
    "cherry": _Bloom("cherry blossom", "cherry blossoms", "桜", _SPRING, (0.93, 0.95, 0.97)),
    "tulip": _Bloom(
        "tulip", "tulips", "チューリップ", ("tulip", "spring"), (0.98, 0.0, 0.13, 0.9, 0.78)
    ),
    "sunflower": _Bloom("sunflower", "sunflowers", "ひまわり", _YELLOW, (0.12, 0.13, 0.14)),
    "rose": _Bloom("rose", "roses", "バラ", ("rose",), (0.97, 0.0, 0.92, 0.1, 0.8)),
}


def _stemmed(canvas: Canvas, sort: str, at: Point, size: float, hue: float) -> None:
    foot = (at[0] + canvas.between(-0.5, 0.5) * size, max(canvas.height + 10.0, at[1] + size * 3))
    middle = ((at[0] + foot[0]) / 2 + canvas.between(-0.3, 0.3) * size, (at[1] + foot[1]) / 2)
    green = hsv(canvas.between(0.3, 0.4), 0.5, canvas.between(0.45, 0.62))
    stem = smooth([at, middle, foot])
    canvas.ribbon(stem, max(2.0, size * 0.09), green, mix(green, (10, 40, 40), 0.2))
    for side in (-1, 1):
        root = stem[int(len(stem) * canvas.between(0.35, 0.6))]
        tip = root + np.array(
            [side * size * canvas.between(0.8, 1.1), -size * canvas.between(0.2, 0.6)]
        )
        high = (root + tip) / 2 + (0, -size * 0.34)
        low = (root + tip) / 2 + (0, size * 0.12)
        leaf = np.concatenate([smooth([root, high, tip]), smooth([tip, low, root])])
        canvas.shaded(leaf, (mix(green, WHITE, 0.25), green))
    if sort == "tulip":
        _tulip(canvas, at, size, hue)
    elif sort == "rose":
        _rose(canvas, at, size, hue)
    else:
        _open_bloom(canvas, sort, at, size, hue)


def _open_bloom(canvas: Canvas, sort: str, at: Point, size: float, hue: float) -> None:
    petals, width, strong, rows = {
        "daisy": (13, 0.2, 0.3, 1),
        "cherry": (5, 0.52, 0.28, 1),
        "sunflower": (17, 0.19, 0.85, 2),
    }[sort]
    spin = canvas.between(0, math.pi)
    for row in range(rows):
        shade = hsv(hue - 0.02 * (1 - row), strong, 0.92 + 0.08 * row)
        for petal in range(petals):
            angle = spin + 2 * math.pi * (petal + 0.5 * row) / petals
            points = _petal(width, notched=sort == "cherry")
            turned = place(points, at, size * (1 - 0.12 * row), turn=angle)
            tone = mix(shade, WHITE, canvas.between(0, 0.25))
            canvas.shape(turned, tone, mix(shade, (90, 30, 80), 0.25), 0.8)
    if sort == "sunflower":
        canvas.disc(at, size * 0.42, (110, 66, 40))
        for seed in range(60):
            reach, angle = size * 0.38 * math.sqrt(seed / 60), seed * 2.39996
            spot = (at[0] + reach * math.cos(angle), at[1] + reach * math.sin(angle))
            canvas.dot(spot, size * 0.022, (176, 118, 66))
        return
    canvas.disc(at, size * (0.24 if sort == "daisy" else 0.13), (252, 206, 84))
    for stamen in range(9 if sort == "cherry" else 0):
        angle = spin + stamen * 2 * math.pi / 9
        tip = (at[0] + size * 0.32 * math.cos(angle), at[1] + size * 0.32 * math.sin(angle))
        canvas.line([at, tip], (226, 96, 140), 1.0)
        canvas.dot(tip, size * 0.03, (250, 196, 80))


def _petal(width: float, *, notched: bool) -> NDArray[np.float64]:
    """A petal from the origin to (1, 0)."""
    tip: list[Point] = (
        [(1.0, width * 0.35), (0.88, 0.0), (1.0, -width * 0.35)] if notched else [(1.0, 0.0)]
    )
    side = [(0.08, 0.02), (0.4, width * 0.8), (0.78, width)]
    mirrored = [(x, -y) for x, y in reversed(side)]
    return smooth([*side, *tip, *mirrored], closed=True, steps=5)


def _tulip(canvas: Canvas, at: Point, size: float, hue: float) -> None:
    base = hsv(hue, 0.62, 0.96)
    x, y = at
    for shift, shade in ((-0.46, 0.16), (0.46, 0.16), (0.0, 0.0)):
        points = [(shift * 0.5, 0.55), (shift - 0.42, 0.1), (shift * 1.25 - 0.12, -0.95)]
        points += [(shift + 0.42, 0.1)]
        petal = smooth([(x + px * size, y + py * size) for px, py in points], closed=True)
        dark = mix(base, (110, 0, 60), shade)
        canvas.shaded(petal, (mix(dark, WHITE, 0.3), dark), mix(dark, (90, 0, 50), 0.3))


def _rose(canvas: Canvas, at: Point, size: float, hue: float) -> None:
    base = hsv(hue, 0.68, 0.9)
    for ring in range(6):
        reach = size * (0.95 - 0.16 * ring)
        petals = 6 - ring // 2
        shade = mix(base, (70, 0, 40), 0.07 * ring)
        for petal in range(petals):
            angle = 2 * math.pi * petal / petals + ring * 0.9
            offset = reach * 0.42
            middle = (at[0] + offset * math.cos(angle), at[1] + offset * math.sin(angle) * 0.9)
            tone = mix(shade, WHITE, 0.24 - 0.03 * ring if petal % 2 else 0.1)
            turn = np.linspace(0, 2 * math.pi, 22, endpoint=False)
            blob = np.stack([np.cos(turn), np.sin(turn) * 0.92], 1) * reach * 0.6 + np.asarray(
                middle
            )
            canvas.shape(blob, tone, mix(shade, (70, 0, 40), 0.35), 1.0)
    spiral = np.linspace(0, 3.2 * math.pi, 40)
    swirl = np.stack([np.cos(spiral), np.sin(spiral)], axis=1) * (spiral / 40 * size)[:, None]
    canvas.line(swirl + np.asarray(at), mix(base, (60, 0, 30), 0.5), 1.4)
