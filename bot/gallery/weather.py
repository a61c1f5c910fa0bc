"""Scenes of snow and rain."""

import math

import numpy as np
from numpy.typing import NDArray

from bot.gallery import nature
from bot.gallery.canvas import Canvas, Caption, Colour, Point, hsv, mix, place, smooth
from bot.gallery.nature import NIGHTS, WHITE


def snow(canvas: Canvas) -> Caption:
    """A winter's night or day, with a cottage or a snowman."""
    night = canvas.chance(0.6)
    sky = canvas.pick(NIGHTS[:2]) if night else ((158, 190, 224), (206, 224, 242), (240, 244, 250))
    canvas.backdrop(sky)
    for layer in range(3):
        level = canvas.height * (0.62 + 0.12 * layer)
        edge = nature.ridge(canvas, level, canvas.height * 0.05, 1 + layer, roughness=0.15)
        lit = mix((176, 196, 232), WHITE, 0.3 * layer + (0.0 if night else 0.35))
        nature.ground(canvas, edge, (lit, mix(lit, sky[1], 0.3)))
        for _ in range(7 - layer * 2):
            at = (canvas.width * canvas.between(0, 1), level + canvas.between(6, 20))
            green = mix((30, 70, 84), (206, 224, 240), 0.35 - 0.1 * layer)
            nature.pine(
                canvas, at, canvas.between(28, 50) * (1 + 0.45 * layer), (WHITE, green, green)
            )
    tags = ["snow", "winter", "tree", "night" if night else "day"]
    if canvas.chance(0.5):
        _cottage(canvas, night=night)
        title, title_ja, extra = "A cottage in the snow", "雪の中の家", "house"
    else:
        _snowman(canvas)
        title, title_ja, extra = "A snowman", "雪だるま", "snowman"
    for _ in range(170):
        at = (canvas.between(0, canvas.width), canvas.between(0, canvas.height))
        canvas.disc(at, canvas.between(0.6, 2.8), (255, 255, 255, int(canvas.between(90, 230))))
    return Caption(title, title_ja, (*tags, extra))


def _cottage(canvas: Canvas, *, night: bool) -> None:
    x, y = canvas.width * canvas.between(0.22, 0.68), canvas.height * canvas.between(0.78, 0.84)
    size = canvas.between(54, 76)
    wood = canvas.pick(((120, 78, 60), (150, 70, 62), (96, 82, 92), (92, 104, 84)))

    def placed(*points: Point) -> NDArray[np.float64]:
        return place(points, (x, y), size)

    canvas.shape(
        placed((0.72, -1.2), (0.9, -1.2), (0.9, -0.8), (0.72, -0.7)), mix(wood, WHITE, 0.1)
    )
    canvas.shaded(
        placed((0, 0), (0, -0.62), (1.2, -0.62), (1.2, 0)), (wood, mix(wood, (20, 10, 20), 0.3))
    )
    canvas.shape(placed((-0.16, -0.56), (0.6, -1.2), (1.36, -0.56)), mix(wood, (20, 14, 30), 0.4))
    roof = placed((-0.2, -0.6), (0.0, -0.86), (0.6, -1.32), (1.2, -0.86), (1.4, -0.6), (0.6, -1.12))
    canvas.shaded(smooth(roof, closed=True, steps=4), (WHITE, (214, 226, 244)))
    for left in (0.16, 0.78):
        pane = placed((left, -0.46), (left + 0.26, -0.46), (left + 0.26, -0.2), (left, -0.2))
        middle = pane.mean(axis=0)
        if night:
            canvas.glow((middle[0], middle[1]), size * 0.6, (255, 206, 120), 0.7)
        canvas.shape(pane, (255, 222, 140), (70, 44, 40), 1.4)
        canvas.line([(middle[0], pane[0, 1]), (middle[0], pane[2, 1])], (70, 44, 40), 1.2)
    canvas.shape(placed((0.5, 0), (0.5, -0.4), (0.7, -0.4), (0.7, 0)), (66, 42, 40))


def _snowman(canvas: Canvas) -> None:
    x, y = canvas.width * canvas.between(0.3, 0.7), canvas.height * canvas.between(0.84, 0.9)
    size = canvas.between(34, 46)
    scarf = hsv(canvas.between(0, 1), 0.7, 0.85)
    canvas.ellipse((x, y + size * 0.9), (size * 1.3, size * 0.18), (90, 110, 160, 70))
    for level, radius in ((0.0, 1.0), (-1.5, 0.7)):
        at = (x, y + level * size)
        canvas.disc(at, size * radius, (214, 226, 244))
        canvas.disc(
            (at[0] - size * 0.08, at[1] - size * 0.06), size * radius * 0.93, (250, 252, 255)
        )
    for side in (-1, 1):
        arm = [(x + side * size * 0.9, y - size * 0.2), (x + side * size * 1.6, y - size * 0.7)]
        canvas.line(arm, (92, 62, 50), 2.4)
        canvas.dot((x + side * size * 0.24, y - size * 1.62), size * 0.07, (40, 40, 56))
    canvas.shape(
        [(x, y - size * 1.5), (x + size * 0.5, y - size * 1.4), (x, y - size * 1.36)],
        (244, 140, 60),
    )
    canvas.line(
        smooth([(x - size * 0.6, y - size), (x, y - size * 0.82), (x + size * 0.6, y - size)]),
        scarf,
        8,
    )
    tail = [(x + size * 0.3, y - size * 0.9), (x + size * 0.52, y - size * 0.3)]
    canvas.line(tail, mix(scarf, (0, 0, 0), 0.12), 8)
    hat = [(-0.55, -2.06), (0.55, -2.06), (0.55, -2.18), (0.36, -2.18), (0.32, -2.75)]
    hat += [(-0.32, -2.75), (-0.36, -2.18), (-0.55, -2.18)]
    canvas.shape([(x + px * size, y + py * size) for px, py in hat], (54, 50, 76))
    for button in range(3):
        canvas.dot((x, y - size * (0.5 - 0.35 * button)), size * 0.06, (60, 60, 80))


def rain(canvas: Canvas) -> Caption:
    """An umbrella in the rain."""
    hue = canvas.between(0.52, 0.7)
    top, low = hsv(hue, 0.35, canvas.between(0.35, 0.6)), hsv(hue, 0.18, canvas.between(0.7, 0.85))
    canvas.backdrop((top, low, mix(low, top, 0.4)))
    for layer in range(2):
        x = canvas.between(-30, 0)
        while x < canvas.width:
            wide, tall = canvas.between(30, 70), canvas.height * canvas.between(0.3, 0.6)
            roof = canvas.height * (0.86 + 0.0 * layer) - tall * (1 - 0.3 * layer)
            shade = mix(low, top, 0.3 + 0.35 * layer)
            box = [(x, roof), (x + wide, roof), (x + wide, canvas.height), (x, canvas.height)]
            canvas.shaded(box, (shade, mix(shade, low, 0.55)))
            x += wide
    floor = canvas.height * 0.84
    canvas.backdrop((mix(top, low, 0.5), mix(top, (20, 24, 50), 0.3)), floor)
    paint = hsv(float(canvas.rng.random()), 0.68, 0.95)
    at = (canvas.width * canvas.between(0.32, 0.68), canvas.height * canvas.between(0.48, 0.56))
    size = canvas.height * canvas.between(0.24, 0.32)
    nature.glitter(canvas, at[0], floor, mix(paint, low, 0.3), size * 0.4)
    _walker(canvas, at, size, floor)
    _umbrella(canvas, at, size, paint)
    for _ in range(110):
        x, y = canvas.between(0, canvas.width + 30), canvas.between(-10, canvas.height)
        long = canvas.between(8, 26)
        canvas.line(
            [(x, y), (x - long * 0.22, y + long)],
            (255, 255, 255, int(canvas.between(60, 150))),
            0.8,
        )
    for _ in range(16):
        spot = (canvas.between(0, canvas.width), canvas.between(floor + 8, canvas.height))
        wide = canvas.between(5, 20)
        canvas.ellipse(spot, (wide, wide * 0.26), None, (255, 255, 255, 110))
    return Caption(
        "Umbrella in the rain", "雨と傘", ("rain", "umbrella", "city", "water", "weather")
    )


def _walker(canvas: Canvas, at: Point, size: float, floor: float) -> None:
    """Someone in a raincoat and boots, seen from behind, under the umbrella."""
    x, top = at[0], at[1] + size * 0.08
    foot = max(floor + 8, at[1] + size * 1.3)
    tall = foot - top
    coat, boots = hsv(canvas.between(0, 1), 0.5, 0.85), hsv(canvas.between(0, 1), 0.6, 0.6)
    edge = mix(coat, (30, 20, 60), 0.35)
    for side in (-1, 1):
        leg = x + side * tall * 0.1
        canvas.line([(leg, top + tall * 0.6), (leg, foot)], (70, 60, 84), tall * 0.07)
        boot = [(leg - tall * 0.07, foot - tall * 0.2), (leg + tall * 0.07, foot - tall * 0.2)]
        boot += [(leg + tall * 0.08, foot), (leg - tall * 0.08, foot)]
        canvas.shape(boot, boots)
    half = [(0.12, 0.16), (0.2, 0.3), (0.27, 0.78), (0.0, 0.82)]
    cape = [*[(-px, py) for px, py in reversed(half[:3])], *half]
    points = [(x + px * tall, top + py * tall) for px, py in cape]
    canvas.shaded(smooth(points, closed=True), (mix(coat, WHITE, 0.15), mix(coat, edge, 0.6)), edge)
    canvas.ellipse((x, top + tall * 0.13), (tall * 0.14, tall * 0.15), coat, edge)


def _umbrella(canvas: Canvas, at: Point, size: float, paint: Colour) -> None:
    x, y = at
    canvas.line([(x, y - size * 0.7), (x, y + size * 0.5)], (84, 62, 60), 3.0)
    arc = np.linspace(math.pi, 0, 7)
    rim = [(x + size * math.cos(a), y + size * 0.02) for a in arc]
    panels = 6
    for panel in range(panels):
        left, right = rim[panel], rim[panel + 1]
        middle = ((left[0] + right[0]) / 2, left[1] - size * 0.1)
        scallop = smooth([left, middle, right])[::-1]
        outer_left = _rib(at, size, left[0])
        outer_right = _rib(at, size, right[0])
        shade = mix(
            paint, WHITE if panel < 3 else (20, 10, 50), (0.22, 0.1, 0.02, 0.02, 0.1, 0.2)[panel]
        )
        canvas.shape(np.concatenate([outer_left, outer_right[::-1], scallop]), shade)
    canvas.line([(x, y - size * 0.78), (x, y - size * 0.66)], (84, 62, 60), 2.4)


def _rib(at: Point, size: float, x: float) -> NDArray[np.float64]:
    """From a point of the rim up to the tip, bulging outwards."""
    reach = (x - at[0]) / size
    turn = np.linspace(0, math.pi / 2, 12)
    return np.stack(
        [at[0] + size * reach * np.cos(turn), at[1] - size * 0.7 * np.sin(turn)], axis=1
    )
