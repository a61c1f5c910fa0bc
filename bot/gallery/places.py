"""Scenes of town and land: skylines, mountains, forests."""

import numpy as np

from bot.gallery import nature
from bot.gallery.canvas import Canvas, Caption, Colour, Point, hsv, mix
from bot.gallery.nature import DAYS, DUSKS, NIGHTS, WHITE


def city(canvas: Canvas) -> Caption:
    """A skyline with lit windows."""
    night = canvas.chance(0.65)
    sky = canvas.pick(NIGHTS) if night else canvas.pick(DUSKS)
    canvas.backdrop(sky)
    tags = ["city", "building", "cityscape", "sky"]
    if night:
        nature.stars(canvas, 80, canvas.height * 0.6)
        at = (canvas.width * canvas.between(0.12, 0.88), canvas.height * canvas.between(0.12, 0.26))
        nature.moon(canvas, at, canvas.between(12, 24), sky[0], canvas.pick((0.5, 0.8, 2.0)))
        tags += ["night", "night sky", "moon"]
    else:
        nature.streaks(canvas, 0, canvas.height * 0.6, mix(sky[-1], WHITE, 0.4), 14)
        tags += ["sunset", "evening"]
    river = canvas.chance(0.4)
    base = canvas.height * (canvas.between(0.76, 0.82) if river else 1.0)
    for layer in range(3):
        dark = mix(sky[-1], (14, 14, 36), 0.35 + 0.3 * layer)
        reach = base * (0.62 - 0.14 * layer)
        _street(canvas, base, reach, dark, lit=0.14 + 0.2 * layer)
    if river:
        canvas.backdrop((mix(sky[-1], (16, 18, 46), 0.6), (8, 9, 26)), base)
        for _ in range(26):
            tint = hsv(canvas.pick((0.1, 0.12, 0.14, 0.55, 0.92)), 0.5, 1.0)
            nature.glitter(canvas, canvas.between(0, canvas.width), base, tint, 2.6)
        tags.append("water")
    return Caption(
        "City lights" if night else "The city at dusk",
        "街の灯り" if night else "夕暮れの街",
        tuple(tags),
    )


def _street(canvas: Canvas, base: float, reach: float, dark: Colour, lit: float) -> None:
    x = canvas.between(-30, -5)
    while x < canvas.width:
        wide, tall = canvas.between(26, 58), reach * canvas.between(0.35, 1.0)
        roof = base - tall
        box = [(x, roof), (x + wide, roof), (x + wide, base), (x, base)]
        canvas.shaded(box, (mix(dark, WHITE, 0.07), dark))
        if canvas.chance(0.35):
            canvas.line(
                [(x + wide / 2, roof), (x + wide / 2, roof - canvas.between(8, 26))], dark, 1.6
            )
        elif canvas.chance(0.4):
            step = [(x + wide * 0.2, roof), (x + wide * 0.2, roof - 9), (x + wide * 0.8, roof - 9)]
            canvas.shape([*step, (x + wide * 0.8, roof)], mix(dark, WHITE, 0.05))
        _windows(canvas, box, lit)
        x += wide + canvas.between(-2, 7)


def _windows(canvas: Canvas, box: list[Point], lit: float) -> None:
    (left, roof), (right, _), (_, base), _ = box
    warm = canvas.pick(((255, 222, 140), (255, 240, 200), (255, 200, 120), (190, 226, 255)))
    across, down = canvas.pick((6.0, 7.5, 9.0)), canvas.pick((8.0, 10.0))
    y = roof + 6
    while y < base - 4:
        x = left + 4
        while x < right - 4:
            if canvas.chance(lit):
                pane = [
                    (x, y),
                    (x + across * 0.5, y),
                    (x + across * 0.5, y + down * 0.5),
                    (x, y + down * 0.5),
                ]
                canvas.shape(pane, (*warm, int(canvas.between(120, 245))))
            x += across
        y += down


def mountain(canvas: Canvas) -> Caption:
    """Ridges fading into mist, or a snow-capped peak."""
    peak = canvas.chance(0.5)
    sky = canvas.pick((*DAYS, *DUSKS))
    canvas.backdrop(sky)
    tags = ["mountain", "landscape", "sky", "nature", "scenery"]
    if canvas.chance(0.6):
        at = (canvas.width * canvas.between(0.2, 0.8), canvas.height * canvas.between(0.14, 0.34))
        canvas.glow(at, 130, (255, 246, 214), 0.9)
        canvas.disc(at, canvas.between(14, 24), (255, 250, 232))
        tags.append("sun")
    deep = hsv(canvas.between(0.5, 0.72), canvas.between(0.35, 0.6), canvas.between(0.25, 0.42))
    if peak:
        _snowy_peak(canvas, mix(deep, sky[1], 0.3))
        tags += ["snow"]
    layers = 3 if peak else 6
    start = 0.66 if peak else 0.42
    for layer in range(layers):
        share = (layer + 1) / layers
        level = canvas.height * (start + (0.97 - start) * layer / layers)
        shade = mix(mix(sky[1], deep, 0.25), deep, share)
        edge = nature.ridge(canvas, level, canvas.height * 0.06, 2 + layer, roughness=0.5)
        nature.ground(canvas, edge, (shade, mix(shade, sky[-1], 0.45)))
    if canvas.chance(0.5):
        for _ in range(14):
            foot = (canvas.width * canvas.between(0, 1), canvas.height * canvas.between(0.96, 1.04))
            nature.pine(
                canvas, foot, canvas.between(26, 64), (mix(deep, (10, 40, 40), 0.5), (10, 24, 32))
            )
        tags.append("tree")
    title = (
        ("The snowy peak", "雪をかぶった山") if peak else ("Mountains in the mist", "霧の山なみ")
    )
    return Caption(*title, tuple(tags))


def _snowy_peak(canvas: Canvas, rock: Colour) -> None:
    top = (canvas.width * canvas.between(0.34, 0.66), canvas.height * canvas.between(0.2, 0.32))
    foot = canvas.height * 0.86
    half = canvas.width * canvas.between(0.42, 0.6)
    share = np.linspace(0, 1, 40)
    ragged = canvas.rng.normal(0, 2.2, 40) * np.minimum(1, share * 8)
    drop = (foot - top[1]) * share**0.72 + ragged
    left = np.stack([top[0] - half * share, top[1] + drop], axis=1)
    right = np.stack([top[0] + half * share, top[1] + drop + canvas.rng.normal(0, 1.5, 40)], axis=1)
    right[0] = left[0]
    canvas.shaded(np.concatenate([left[::-1], right]), (mix(rock, WHITE, 0.2), rock))
    inner = np.stack(
        [np.full(8, top[0]) + canvas.rng.normal(0, 9, 8), np.linspace(top[1], foot, 8)], 1
    )
    canvas.shape(np.concatenate([inner, right[::-1]]), (10, 16, 44, 50))
    cap = int(canvas.rng.integers(5, 10))
    teeth = np.linspace(left[cap], right[cap], 15)
    teeth[1:-1, 1] += np.where(np.arange(13) % 2 == 0, 14, -12) + canvas.rng.uniform(-8, 8, 13)
    snow = np.concatenate([left[cap::-1], right[: cap + 1], teeth[::-1]])
    canvas.shaded(snow, (WHITE, (226, 236, 250)))
    shadow = np.concatenate([right[: cap + 1], teeth[::-1][:8]])
    canvas.shape(shadow, (120, 140, 190, 70))


def forest(canvas: Canvas) -> Caption:
    """Layers of fir trees in mist, with fireflies by night."""
    night = canvas.chance(0.4)
    hue = canvas.between(0.32, 0.56)
    pale = hsv(hue, 0.2, 0.5 if night else 0.95)
    dark = hsv(hue + 0.03, 0.65, 0.1 if night else 0.24)
    canvas.backdrop((mix(pale, dark, 0.6 if night else 0.25), pale, mix(pale, dark, 0.3)))
    light = (canvas.width * canvas.between(0.25, 0.75), canvas.height * canvas.between(0.14, 0.34))
    canvas.glow(light, 190, (255, 250, 220), 0.7)
    if night:
        nature.moon(canvas, light, canvas.between(18, 30), dark, 2.0)
    thick = canvas.between(0.35, 1.0)
    for layer in range(5):
        shade = mix(pale, dark, 0.2 + 0.2 * layer)
        foot_y = canvas.height * (0.62 + 0.11 * layer)
        for _ in range(round(thick * (12 - layer * 2))):
            foot = (canvas.width * canvas.between(-0.05, 1.05), foot_y + canvas.between(-6, 6))
            tall = canvas.height * canvas.between(0.13, 0.24) * (1 + 0.22 * layer)
            nature.pine(canvas, foot, tall, (shade, mix(shade, pale, 0.12)))
        edge = nature.ridge(canvas, foot_y - 4, 6, 3, roughness=0.3)
        nature.ground(canvas, edge, (shade, mix(shade, pale, 0.3)))
    tags = ["forest", "tree", "nature", "landscape"]
    if not night:
        for _ in range(int(canvas.rng.integers(2, 6))):
            lean, wide = canvas.between(-160, 160), canvas.between(14, 40)
            end = (light[0] + lean * 1.6, canvas.height)
            ray = [light, (end[0] - wide, end[1]), (end[0] + wide, end[1])]
            canvas.shape(ray, (255, 252, 224, 26))
    if night:
        for _ in range(30):
            at = (canvas.width * canvas.between(0, 1), canvas.height * canvas.between(0.5, 0.98))
            canvas.glow(at, canvas.between(4, 9), (230, 255, 150), 0.9)
            canvas.dot(at, 0.9, (250, 255, 210))
        tags += ["night", "moon"]
    return Caption(
        "Forest by night" if night else "A quiet forest",
        "夜の森" if night else "静かな森",
        tuple(tags),
    )
