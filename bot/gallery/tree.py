"""One tree through the year."""

import math

from bot.gallery import nature
from bot.gallery.canvas import Canvas, Caption, Colour, Point, Stops, mix
from bot.gallery.nature import DAYS, DUSKS, NIGHTS, WHITE

_SEASONS: dict[str, tuple[tuple[Colour, ...], str, str, tuple[str, ...]]] = {
    "spring": (
        ((255, 206, 222), (252, 178, 204), (255, 228, 236)),
        "Cherry tree",
        "桜の木",
        ("cherry blossom", "spring", "pink"),
    ),
    "summer": (
        ((104, 178, 96), (72, 148, 88), (150, 204, 110)),
        "A tree in summer",
        "夏の木",
        ("summer", "green", "leaf"),
    ),
    "autumn": (
        ((238, 132, 62), (214, 84, 56), (248, 186, 84)),
        "A tree in autumn",
        "秋の木",
        ("autumn", "leaf"),
    ),
    "night": (
        ((92, 108, 190), (122, 132, 214), (70, 84, 160)),
        "A tree at night",
        "夜の木",
        ("night", "night sky", "star"),
    ),
}


def tree(canvas: Canvas) -> Caption:
    """One tree on a hill, in one of its seasons."""
    season = canvas.pick(tuple(_SEASONS))
    leaves, title, title_ja, extra = _SEASONS[season]
    sky: Stops = canvas.pick(DAYS)
    if season == "night":
        sky = canvas.pick(NIGHTS)
    elif season == "autumn":
        sky = canvas.pick(DUSKS)
    canvas.backdrop(sky)
    if season == "night":
        nature.stars(canvas, 130, canvas.height * 0.8)
    else:
        cloud_at = (canvas.between(0, canvas.width), canvas.height * canvas.between(0.3, 0.5))
        nature.cloud(canvas, cloud_at, canvas.between(140, 240), (WHITE, mix(sky[1], WHITE, 0.5)))
    grass = mix((96, 168, 104), leaves[1], 0.25 if season != "night" else 0.75)
    hill = nature.ridge(canvas, canvas.height * 0.86, canvas.height * 0.04, 1, roughness=0.0)
    nature.ground(canvas, hill, (mix(grass, WHITE, 0.15), mix(grass, (10, 40, 40), 0.3)))
    x = canvas.width * canvas.between(0.36, 0.64)
    bark: Colour = (96, 68, 62) if season != "night" else (36, 32, 62)
    tips: list[Point] = []
    _branch(canvas, (x, canvas.height * 0.9), (-math.pi / 2, canvas.height * 0.21), bark, tips)
    shadow = mix(leaves[1], (50, 20, 70), 0.28)
    for lift, shades in ((7.0, (shadow,)), (0.0, leaves[:2]), (-7.0, leaves)):
        for tip in tips:
            spread = canvas.rng.normal(0, 11, 2)
            spot = (tip[0] + float(spread[0]), tip[1] + lift + float(spread[1]) * 0.8)
            canvas.disc(spot, canvas.between(9, 19), (*canvas.pick(shades), 225))
    for _ in range(46):
        at = (canvas.width * canvas.between(0, 1), canvas.height * canvas.between(0.4, 1.0))
        canvas.ellipse(
            at, (canvas.between(1, 3), canvas.between(0.8, 1.8)), (*canvas.pick(leaves), 220)
        )
    return Caption(title, title_ja, ("tree", "nature", *extra))


def _branch(
    canvas: Canvas, foot: Point, reach: tuple[float, float], bark: Colour, tips: list[Point]
) -> None:
    """Draw a branch and what grows from it; ``reach`` is (angle, length)."""
    angle, length = reach
    end = (foot[0] + math.cos(angle) * length, foot[1] + math.sin(angle) * length)
    canvas.line([foot, end], bark, max(1.2, length * 0.16))
    if length < canvas.height * 0.09:
        tips.append(end)
    if length < canvas.height * 0.055:
        return
    for turn in (-1, 1):
        bend = angle + turn * canvas.between(0.22, 0.74)
        _branch(canvas, end, (bend, length * canvas.between(0.66, 0.82)), bark, tips)
