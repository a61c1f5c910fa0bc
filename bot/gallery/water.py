"""Scenes of the sea: waves, beaches, fish and ships."""

import math

import numpy as np
from numpy.typing import NDArray

from bot.gallery import nature
from bot.gallery.canvas import Canvas, Caption, Colour, Point, Stops, hsv, mix, place, smooth
from bot.gallery.nature import DAYS, DUSKS, NIGHTS, WHITE

SEAS: tuple[Stops, ...] = (
    ((92, 196, 216), (30, 122, 186), (18, 74, 142)),
    ((120, 214, 206), (42, 150, 176), (20, 92, 140)),
    ((88, 160, 214), (40, 96, 170), (22, 54, 118)),
)


def sea(canvas: Canvas) -> Caption:
    """Waves under a summer sky, or a beach."""
    sky, water = canvas.pick(DAYS), canvas.pick(SEAS)
    horizon = canvas.height * canvas.between(0.42, 0.58)
    canvas.backdrop(sky, 0, horizon)
    _summer_clouds(canvas, horizon, sky[1])
    canvas.backdrop(water, horizon)
    nature.streaks(canvas, horizon, canvas.height, WHITE, 26)
    tags = ["sea", "water", "sky", "cloud", "summer", "ocean"]
    if canvas.chance(0.5):
        nature.birds(canvas, int(canvas.rng.integers(2, 6)), horizon, (250, 252, 255))
        tags.append("bird")
    if canvas.chance(0.5):
        _beach(canvas, water)
        return Caption("A summer beach", "夏の浜辺", (*tags, "beach", "day"))
    layers = int(canvas.rng.integers(4, 7))
    for layer in range(layers):
        level = horizon + (canvas.height - horizon) * (0.1 + 0.9 * layer / layers)
        _wave(canvas, level, 4 + layer * 3.2, mix(water[0], water[2], layer / layers))
    return Caption("Waves in summer", "夏の波", (*tags, "wave"))


def _summer_clouds(canvas: Canvas, horizon: float, sky: Colour) -> None:
    for _ in range(int(canvas.rng.integers(2, 5))):
        at = (canvas.between(0, canvas.width), horizon * canvas.between(0.45, 0.98))
        stops = (WHITE, (246, 250, 255), mix(sky, WHITE, 0.45))
        nature.cloud(canvas, at, canvas.between(110, 260), stops)


def _wave(canvas: Canvas, level: float, height: float, colour: Colour) -> None:
    x = np.linspace(-4, canvas.width + 4, 140)
    length, shift = canvas.between(60, 110), canvas.between(0, 9)
    swing = np.sin(x / length * 2 * math.pi + shift)
    y = level - height * (np.abs(swing) ** 0.7 * 1.4 - 0.5) + np.sin(x / 31 + shift) * 1.5
    edge = np.stack([x, y], axis=1)
    nature.ground(canvas, edge, (mix(colour, WHITE, 0.28), colour, mix(colour, (6, 30, 80), 0.3)))
    canvas.line(edge, (255, 255, 255, 220), 1.0 + height * 0.12)
    canvas.line(np.add(edge, (0, height * 0.5)), (255, 255, 255, 70), 1.0)


def _beach(canvas: Canvas, water: Stops) -> None:
    level = canvas.height * canvas.between(0.78, 0.86)
    shore = nature.ridge(canvas, level, 12, 2, roughness=0.0)
    nature.ground(canvas, np.subtract(shore, (0, 9)), (mix(water[0], WHITE, 0.5), water[0]))
    nature.ground(canvas, np.subtract(shore, (0, 3)), (WHITE, WHITE))
    nature.ground(
        canvas, np.add(shore, (0, 3)), ((226, 200, 156), (250, 232, 190), (244, 220, 172))
    )
    for _ in range(40):
        at = (canvas.between(0, canvas.width), canvas.between(level + 18, canvas.height))
        canvas.dot(at, canvas.between(0.4, 1.0), (196, 164, 118, 140))
    if canvas.chance(0.7):
        _palm(canvas, canvas.pick((-1, 1)))


def _palm(canvas: Canvas, side: int) -> None:
    foot = (canvas.width * (0.5 + 0.34 * side), canvas.height * 1.02)
    crown = (foot[0] - side * canvas.between(40, 70), canvas.height * canvas.between(0.26, 0.36))
    bend = ((foot[0] + crown[0]) / 2 + side * 16, (foot[1] + crown[1]) / 2)
    canvas.line(smooth([foot, bend, crown]), (122, 86, 58), 7)
    canvas.line(smooth([foot, bend, crown]), (158, 116, 78), 3)
    for leaf in range(9):
        angle = -2.9 + leaf * 0.34 + canvas.between(-0.1, 0.1)
        reach = canvas.between(58, 84)
        tip = (
            crown[0] + reach * math.cos(angle),
            crown[1] + reach * (math.sin(angle) * 0.6 + 0.45),
        )
        top = ((crown[0] + tip[0]) / 2, (crown[1] + tip[1]) / 2 - 24)
        low = ((crown[0] + tip[0]) / 2, (crown[1] + tip[1]) / 2 - 8)
        green = mix((34, 120, 84), (90, 176, 96), canvas.between(0, 1))
        canvas.shape(np.concatenate([smooth([crown, top, tip]), smooth([tip, low, crown])]), green)


def underwater(canvas: Canvas) -> Caption:
    """Fish in the light under the surface."""
    hue = canvas.between(0.48, 0.6)
    canvas.backdrop((hsv(hue - 0.03, 0.4, 0.95), hsv(hue, 0.7, 0.75), hsv(hue + 0.05, 0.8, 0.34)))
    for _ in range(7):
        x, wide = canvas.between(-60, canvas.width), canvas.between(12, 44)
        lean = canvas.between(40, 110)
        depth = canvas.height * canvas.between(0.7, 1.0)
        ray = [(x, 0.0), (x + wide, 0.0), (x + wide * 2 + lean, depth), (x + lean, depth)]
        canvas.shape(ray, (255, 255, 255, 16))
    floor = nature.ridge(canvas, canvas.height * 0.93, 8, 3, roughness=0.3)
    nature.ground(canvas, floor, (hsv(hue, 0.5, 0.5), hsv(hue + 0.03, 0.7, 0.22)))
    for _ in range(int(canvas.rng.integers(6, 13))):
        _seaweed(canvas, hue)
    for _ in range(int(canvas.rng.integers(5, 13))):
        at = (canvas.width * canvas.between(0.06, 0.94), canvas.height * canvas.between(0.12, 0.82))
        _fish(canvas, at, canvas.between(11, 30), float(canvas.rng.random()))
    for _ in range(30):
        at = (canvas.between(0, canvas.width), canvas.between(0, canvas.height))
        radius = canvas.between(1, 5)
        canvas.ellipse(at, (radius, radius), (255, 255, 255, 40), (255, 255, 255, 120))
    return Caption("Under the sea", "海の中", ("sea", "fish", "water", "underwater", "ocean"))


def _seaweed(canvas: Canvas, hue: float) -> None:
    x, tall = canvas.between(0, canvas.width), canvas.between(40, 120)
    sway = canvas.between(6, 16)
    y = np.linspace(0, tall, 24)
    shift = np.sin(y / 20 + x) * sway * (y / tall)
    stem = np.stack([x + shift, canvas.height - y], axis=1)
    thick = 5 * (1 - y / tall)
    both = np.concatenate(
        [stem - np.stack([thick, 0 * y], 1), (stem + np.stack([thick, 0 * y], 1))[::-1]]
    )
    canvas.shape(both, hsv(hue - canvas.between(0.08, 0.2), 0.6, canvas.between(0.3, 0.6)))


def _fish(canvas: Canvas, at: Point, size: float, hue: float) -> None:
    side = canvas.pick((-1, 1))
    body, belly = hsv(hue, 0.65, 0.98), hsv(hue + 0.04, 0.35, 1.0)

    def placed(*points: Point) -> NDArray[np.float64]:
        return place(points, at, size, side=side)

    tail = placed((-0.8, 0), (-1.5, -0.5), (-1.3, 0), (-1.5, 0.5))
    canvas.shape(tail, mix(body, WHITE, 0.2))
    canvas.shape(placed((-0.4, -0.4), (0.1, -0.85), (0.4, -0.4)), mix(body, WHITE, 0.15))
    outline = placed((1, 0), (0.5, -0.42), (-0.2, -0.46), (-0.9, 0), (-0.2, 0.46), (0.5, 0.42))
    canvas.shaded(smooth(outline, closed=True), (body, belly))
    for stripe in range(2):
        x = 0.1 - 0.35 * stripe
        band = placed((x, -0.42), (x + 0.12, -0.42), (x + 0.12, 0.42), (x, 0.42))
        canvas.shape(band, (*WHITE, 150))
    eye = placed((0.62, -0.1))[0]
    canvas.dot((eye[0], eye[1]), size * 0.12, WHITE)
    canvas.dot((eye[0], eye[1]), size * 0.07, (20, 20, 40))


def ship(canvas: Canvas) -> Caption:
    """A sailing boat by day, at dusk or at night."""
    time, skies = canvas.pick((("day", DAYS), ("sunset", DUSKS), ("night", NIGHTS)))
    sky = canvas.pick(skies)
    horizon = canvas.height * canvas.between(0.66, 0.76)
    canvas.backdrop(sky, 0, horizon)
    if time == "night":
        nature.stars(canvas, 90, horizon)
    if time == "day":
        _summer_clouds(canvas, horizon, sky[1])
    else:
        light = (canvas.width * canvas.between(0.15, 0.85), horizon * canvas.between(0.2, 0.6))
        if time == "night":
            nature.moon(canvas, light, canvas.between(16, 30), sky[0], 2.0)
        else:
            canvas.glow(light, 150, (255, 240, 190), 0.9)
            canvas.disc(light, canvas.between(18, 30), (255, 250, 226))
    low = canvas.pick(SEAS) if time == "day" else (sky[-1], mix(sky[1], sky[0], 0.4), sky[0])
    canvas.backdrop(low, horizon)
    nature.streaks(canvas, horizon, canvas.height, mix(sky[-1], WHITE, 0.5), 30)
    size = canvas.height * canvas.between(0.22, 0.36)
    side = canvas.pick((-1, 1))
    if canvas.chance(0.45):
        far = canvas.width * (0.5 + side * canvas.between(0.28, 0.38))
        _sailing_boat(canvas, (far, horizon + size * 0.03), size * canvas.between(0.25, 0.42))
    x = canvas.width * (0.5 - side * canvas.between(0.0, 0.14))
    _sailing_boat(canvas, (x, horizon + size * 0.14), size)
    tags = ("ship", "boat", "sea", "water", "sky", *_TIME_TAGS[time])
    return Caption("Under sail", "帆船", tags)


_TIME_TAGS = {
    "day": ("day", "cloud"),
    "sunset": ("sunset", "sun"),
    "night": ("night", "night sky", "moon"),
}


def _sailing_boat(canvas: Canvas, at: Point, size: float) -> None:
    side = canvas.pick((-1, 1))
    paint = hsv(float(canvas.rng.random()), 0.6, 0.7)
    sail = canvas.pick((WHITE, (255, 244, 226), (250, 206, 190), (200, 226, 250), (255, 232, 160)))

    def placed(*points: Point) -> NDArray[np.float64]:
        return place(points, at, size, side=side)

    canvas.shape(placed((-0.6, 0.05), (0.75, 0.05), (0.3, 0.6), (-0.3, 0.6)), (*paint, 46))
    canvas.line(placed((0, 0), (0, -1.5)), (92, 64, 52), 2.6)
    main = np.concatenate(
        [smooth(placed((0.04, -1.45), (0.46, -0.8), (0.62, -0.2))), placed((0.04, -0.2))]
    )
    canvas.shaded(main, (sail, mix(sail, (120, 130, 170), 0.22)))
    jib = np.concatenate(
        [smooth(placed((-0.05, -1.35), (-0.3, -0.75), (-0.55, -0.2))), placed((-0.05, -0.2))]
    )
    canvas.shaded(jib, (mix(sail, (120, 130, 170), 0.12), mix(sail, (110, 120, 160), 0.34)))
    hull = placed(
        (-0.66, -0.1), (0.8, -0.14), (0.62, 0.1), (0.4, 0.17), (-0.42, 0.17), (-0.58, 0.08)
    )
    canvas.shaded(hull, (mix(paint, WHITE, 0.2), mix(paint, (10, 10, 30), 0.35)))
    canvas.line(placed((-0.64, -0.06), (0.77, -0.1)), mix(paint, WHITE, 0.75), 1.8)
    canvas.shape(
        placed((0.0, -1.5), (0.0, -1.64), (-0.2, -1.57)), hsv(canvas.between(0, 1), 0.7, 0.95)
    )
    foam = placed((0.08, 0.18))[0]
    canvas.ellipse((foam[0], foam[1]), (size * 0.72, size * 0.03), (255, 255, 255, 150))
