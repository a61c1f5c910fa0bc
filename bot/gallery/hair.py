"""Hair and what is worn in it."""

import math

import numpy as np

from bot.gallery import nature
from bot.gallery.canvas import Canvas, Point, hsv, mix, smooth
from bot.gallery.hearts import heart_points
from bot.gallery.nature import WHITE
from bot.gallery.person import Person


def back_hair(canvas: Canvas, person: Person) -> None:
    """What is seen behind the head: its length is the style."""
    dark = mix(person.hair, (50, 22, 66), 0.2)
    stops = (person.hair, dark)
    line = person.hair_line
    if person.style == "twin tails":
        tail = [
            (0.86, -0.55),
            (1.5, -0.5),
            (1.9, 0.5),
            (1.75, 1.6),
            (1.4, 2.3),
            (1.3, 1.3),
            (1.05, 0.3),
        ]
        for place in (person.placed, person.mirrored):
            canvas.shaded(smooth(place(tail), closed=True), stops, line)
    elif person.style == "ponytail":
        tail = [
            (0.2, -1.25),
            (1.0, -1.35),
            (1.75, -0.6),
            (1.8, 0.6),
            (1.4, 1.7),
            (1.3, 0.6),
            (0.9, -0.4),
        ]
        canvas.shaded(smooth(person.placed(tail), closed=True), stops, line)
    elif person.style == "bun":
        for place in (person.placed, person.mirrored):
            middle = place([(0.72, -1.08)])[0]
            canvas.ellipse((middle[0], middle[1]), (person.size * 0.4,) * 2, person.hair, line)
    low = {"long": 2.5, "bob": 0.98, "bun": 0.75, "short": 0.5}.get(person.style, 0.7)
    wide = {"long": 1.3, "bob": 1.16}.get(person.style, 0.98)
    half = [(0.0, -1.2), (0.75, -0.98), (1.02, -0.3), (wide, low * 0.55), (wide * 0.96, low)]
    half += [(wide * 0.5, low * 1.05)]
    whole = [*half, *[(-x, y) for x, y in reversed(half[1:])]]
    canvas.shaded(smooth(person.placed(whole), closed=True), stops, line)


def fringe(canvas: Canvas, person: Person) -> None:
    """The crown with the locks over the forehead and beside the face."""
    locks = int(canvas.rng.integers(3, 7))
    sweep = canvas.between(-0.22, 0.22)
    at = np.linspace(0.84, -0.84, locks + 1)
    teeth: list[Point] = []
    for lock in range(locks):
        right, left = float(at[lock]), float(at[lock + 1])
        tip_x = (right + left) / 2 + sweep
        tip_y = canvas.between(-0.12, 0.06) - 0.06 * abs(lock - (locks - 1) / 2)
        gap_y = -0.42 + canvas.between(-0.06, 0.06)
        teeth += [((right + tip_x) / 2, (gap_y + tip_y) / 2 + 0.08), (tip_x, tip_y)]
        teeth += [((left + tip_x) / 2, (gap_y + tip_y) / 2 - 0.04), (left, gap_y)]
    if not person.girl:
        teeth = [(x, y - 0.07) for x, y in teeth]
    lock_y = {"short": 0.28, "bun": 0.62, "bob": 0.86}.get(person.style, 0.95)
    crown = smooth(
        [(-1.0, 0.1), (-1.04, -0.35), (-0.8, -0.92), (-0.3, -1.24), (0.3, -1.24), (0.8, -0.92)]
    )
    crown = np.concatenate([crown, smooth([(0.8, -0.92), (1.04, -0.35), (1.0, 0.1)])])
    right_lock = smooth(
        [(1.0, 0.1), (0.98, lock_y * 0.7), (0.82, lock_y), (0.84, lock_y * 0.5), (0.76, -0.1)]
    )
    left_lock = right_lock[::-1] * (-1, 1)
    inner = np.asarray([(0.76, -0.1), *teeth[:-1], (-0.76, -0.1)])
    whole = np.concatenate([crown, right_lock, inner, left_lock])
    shadow = np.concatenate([np.add(inner, (0, 0.09)), [(-0.76, -0.6), (0.76, -0.6)]])
    canvas.shape(person.placed(shadow), (*mix(person.skin, (150, 60, 80), 0.5), 90))
    bright = mix(person.hair, WHITE, 0.28)
    canvas.shaded(
        person.placed(whole),
        (bright, person.hair, mix(person.hair, (50, 22, 66), 0.1)),
        person.hair_line,
    )
    _shine(canvas, person)
    for lock in range(1, locks):
        x = float(at[lock])
        strand = person.placed([(x * 0.45, -1.05), (x * 0.86, -0.75), (x, -0.44)])
        canvas.line(smooth(strand), mix(person.hair, person.hair_line, 0.5), 1.0)


def _shine(canvas: Canvas, person: Person) -> None:
    """The ring of light on the hair."""
    x = np.linspace(-0.62, 0.62, 13)
    curve = -0.86 + 0.2 * (x / 0.62) ** 2
    jag = np.where(np.arange(13) % 2 == 0, 0.03, 0.13)
    ring = np.concatenate([np.stack([x, curve], 1), np.stack([x, curve + jag], 1)[::-1]])
    canvas.shape(person.placed(ring), (*mix(person.hair, WHITE, 0.75), 120))


def ornament(canvas: Canvas, person: Person) -> None:
    """Perhaps a ribbon, a star, a heart or a flower on one side."""
    if not person.girl or canvas.chance(0.35):
        return
    tint = hsv(float(canvas.rng.random()), 0.6, 0.96)
    line = mix(tint, (60, 0, 50), 0.4)
    kind = canvas.pick(("ribbon", "star", "heart", "flower"))
    x, y = person.placed([(canvas.pick((-0.72, 0.72)), -0.62)])[0]
    size = person.size * 0.2
    if kind == "ribbon":
        for side in (-1, 1):
            wing = [
                (x, y),
                (x + side * size * 1.5, y - size * 0.9),
                (x + side * size * 1.4, y + size * 0.9),
            ]
            canvas.shape(wing, tint, line)
        canvas.ellipse((x, y), (size * 0.4, size * 0.45), mix(tint, WHITE, 0.2), line)
    elif kind == "star":
        canvas.shape(nature.star_points((x, y), size * 1.2), tint, line)
    elif kind == "heart":
        canvas.shape(heart_points((x, y), size), tint, line)
    else:
        for petal in range(5):
            angle = petal * 2 * math.pi / 5
            spot = (x + size * 0.6 * math.cos(angle), y + size * 0.6 * math.sin(angle))
            canvas.ellipse(spot, (size * 0.5, size * 0.5), tint, line)
        canvas.ellipse((x, y), (size * 0.35, size * 0.35), (255, 226, 120), line)
