"""What scenes share: stars, moons, clouds, ridges, water, trees, fractal noise."""

import math

import numpy as np
from numpy.typing import NDArray

from bot.gallery.canvas import Canvas, Colour, Point, Stops, mix, smooth

WHITE: Colour = (255, 255, 255)
STARLIGHT: tuple[Colour, ...] = ((255, 255, 255), (214, 228, 255), (255, 240, 214), (255, 224, 236))
NIGHTS: tuple[Stops, ...] = (
    ((10, 12, 44), (32, 30, 92), (92, 70, 148)),
    ((6, 14, 40), (18, 46, 96), (58, 110, 160)),
    ((20, 8, 48), (66, 26, 102), (176, 78, 140)),
    ((8, 16, 36), (20, 52, 84), (70, 140, 150)),
    ((12, 10, 38), (46, 36, 100), (224, 132, 140)),
)
DAYS: tuple[Stops, ...] = (
    ((70, 150, 226), (150, 206, 246), (228, 244, 252)),
    ((96, 178, 232), (176, 222, 244), (250, 246, 232)),
    ((88, 140, 214), (172, 196, 240), (250, 226, 232)),
)
DUSKS: tuple[Stops, ...] = (
    ((58, 44, 112), (190, 84, 120), (250, 150, 96), (255, 214, 140)),
    ((32, 50, 110), (128, 96, 160), (240, 140, 130), (255, 206, 160)),
    ((96, 40, 92), (222, 86, 84), (252, 160, 78), (255, 226, 150)),
    ((24, 60, 116), (96, 140, 180), (250, 190, 140), (255, 232, 190)),
)


def noise(rng: np.random.Generator, shape: tuple[int, int], cells: int) -> NDArray[np.float64]:
    """Smooth fractal noise, (h, w) from 0 to 1, with ``cells`` coarse cells across."""
    height, width = shape
    total: NDArray[np.float64] = np.zeros(shape)
    for octave in range(4):
        grid = rng.random((cells * 2**octave + 2, cells * 2**octave + 2))
        y = np.linspace(0, grid.shape[0] - 1.001, height)
        x = np.linspace(0, grid.shape[1] - 1.001, width)
        top, left = y.astype(int), x.astype(int)
        fy, fx = (y - top)[:, None], (x - left)[None, :]
        upper = grid[top][:, left] * (1 - fx) + grid[top][:, left + 1] * fx
        lower = grid[top + 1][:, left] * (1 - fx) + grid[top + 1][:, left + 1] * fx
        total += (upper * (1 - fy) + lower * fy) * 0.5**octave
    total -= total.min()
    total /= total.max() + 1e-9
    return total


def ridge(
    canvas: Canvas, level: float, relief: float, bumps: float, roughness: float = 0.5
) -> NDArray[np.float64]:
    """The upper edge of a range of hills from the left to the right side, (M, 2).

    Args:
        canvas: Gives the width and the random numbers.
        level: Mean height as y.
        relief: How far it rises and falls, in pixels.
        bumps: How many large hills fit the width.
        roughness: 0 for rolling hills, towards 0.6 for rocks.
    """
    x = np.linspace(-4, canvas.width + 4, 160)
    y = np.zeros_like(x)
    for octave in range(6 if roughness > 0 else 1):
        knots = max(3, round(bumps * 2**octave) + 2)
        values = canvas.rng.uniform(-1, 1, knots)
        at = np.linspace(-4, canvas.width + 4, knots)
        bent = smooth(np.stack([at, values], axis=1), steps=12)
        y += np.interp(x, bent[:, 0], bent[:, 1]) * max(roughness, 0.01) ** octave
    return np.stack([x, level + y * relief], axis=1)


def ground(canvas: Canvas, edge: NDArray[np.float64], stops: Stops) -> None:
    """Fill everything below an edge."""
    corners = [(canvas.width + 4.0, canvas.height + 4.0), (-4.0, canvas.height + 4.0)]
    canvas.shaded(np.concatenate([edge, np.asarray(corners)]), stops)


def stars(canvas: Canvas, count: int, bottom: float) -> None:
    """Scatter stars from the top down to ``bottom``: many faint ones, a few that sparkle."""
    for _ in range(count):
        at = (canvas.between(0, canvas.width), canvas.between(0, bottom))
        size = 0.35 + 0.45 * float(canvas.rng.pareto(3.0))
        colour = canvas.pick(STARLIGHT)
        canvas.disc(at, min(size, 1.4), (*colour, int(canvas.between(120, 255))))
    for _ in range(max(3, count // 40)):
        at = (canvas.between(0, canvas.width), canvas.between(0, bottom * 0.9))
        sparkle(canvas, at, canvas.between(3, 8), canvas.pick(STARLIGHT))


def sparkle(canvas: Canvas, at: Point, size: float, colour: Colour) -> None:
    """A four-pointed star with a halo."""
    x, y = at
    canvas.glow(at, size * 1.8, colour, 0.5)
    waist = size * 0.12
    points = []
    for turn in range(8):
        reach = size if turn % 2 == 0 else waist
        angle = turn * math.pi / 4
        points.append((x + reach * math.sin(angle), y - reach * math.cos(angle)))
    canvas.shape(points, colour)


def star_points(at: Point, size: float, turn: float = 0.0) -> list[Point]:
    """The ten corners of a five-pointed star."""
    points = []
    for corner in range(10):
        reach = size if corner % 2 == 0 else size * 0.45
        angle = turn + corner * math.pi / 5
        points.append((at[0] + reach * math.sin(angle), at[1] - reach * math.cos(angle)))
    return points


def shooting_star(canvas: Canvas, at: Point, length: float) -> None:
    """A bright head with a fading tail."""
    slope = canvas.between(0.3, 0.7)
    for part in range(24):
        share = part / 24
        x, y = at[0] + length * share, at[1] - length * share * slope
        tail = [(x, y), (x + length / 24, y - length / 24 * slope)]
        canvas.line(tail, (255, 255, 255, int(220 * (1 - share) ** 1.5)), 1.8 * (1 - share) + 0.5)
    canvas.glow(at, 8, WHITE, 0.8)


def moon(canvas: Canvas, at: Point, radius: float, sky: Colour, phase: float) -> None:
    """A glowing moon.

    Args:
        canvas: Where to draw.
        at: Its middle.
        radius: In pixels.
        sky: The colour behind it, seen where a crescent is cut away.
        phase: How far the shadow is moved aside, in radii; 2 or more is a full moon.
    """
    light = canvas.pick(((255, 248, 220), (255, 236, 190), (236, 242, 255), (255, 226, 200)))
    full = phase >= 2
    canvas.glow(at, radius * 5, light, 0.5 if full else 0.22)
    canvas.glow(at, radius * 2.2, light, 0.8 if full else 0.25)
    if not full:
        _crescent(canvas, at, radius, light, phase)
        return
    canvas.disc(at, radius, light)
    for _ in range(int(canvas.rng.integers(5, 10))):
        angle, reach = canvas.between(0, 2 * math.pi), radius * canvas.between(0.0, 0.72)
        spot = (at[0] + reach * math.cos(angle), at[1] + reach * math.sin(angle))
        size = radius * canvas.between(0.06, 0.2)
        canvas.disc(spot, size, (*mix(light, sky, 0.35), 110))


def _crescent(canvas: Canvas, at: Point, radius: float, light: Colour, phase: float) -> None:
    tilt = canvas.between(-0.9, 0.2)
    outer = np.linspace(-math.pi / 2, math.pi / 2, 40)
    inner = outer[::-1]
    thin = 1.0 - phase
    x = np.concatenate([np.cos(outer), thin * np.cos(inner)]) * radius
    y = np.concatenate([np.sin(outer), np.sin(inner)]) * radius
    turned_x = at[0] - x * math.cos(tilt) - y * math.sin(tilt)
    turned_y = at[1] - x * math.sin(tilt) + y * math.cos(tilt)
    canvas.shape(np.stack([turned_x, turned_y], axis=1), light)


def cloud(canvas: Canvas, at: Point, width: float, stops: Stops) -> None:
    """A heap of cloud whose flat base is centred on ``at``."""
    count = int(canvas.rng.integers(7, 11))
    peak = canvas.between(-0.4, 0.4)
    discs = []
    for number in range(count):
        share = -1 + 2 * (number + canvas.between(0.3, 0.7)) / count
        radius = width * (0.16 - 0.1 * abs(share - peak)) * canvas.between(0.8, 1.15)
        radius = max(radius, width * 0.045)
        discs.append((at[0] + share * width * 0.44, at[1] - radius * 0.35, radius))
        if abs(share - peak) < 0.45:
            lift = radius * canvas.between(0.5, 1.0)
            discs.append(
                (at[0] + share * width * 0.36, at[1] - radius * 0.35 - lift, radius * 0.85)
            )
    canvas.cloud(discs, stops, at[1])


def streaks(canvas: Canvas, top: float, bottom: float, colour: Colour, count: int) -> None:
    """Thin, long clouds, or glints on water."""
    for _ in range(count):
        x, y = canvas.between(0, canvas.width), canvas.between(top, bottom)
        long = canvas.width * canvas.between(0.06, 0.28)
        opacity = int(canvas.between(40, 130))
        canvas.ellipse((x, y), (long, canvas.between(0.8, 2.4)), (*colour, opacity))


def glitter(canvas: Canvas, x: float, top: float, colour: Colour, spread: float) -> None:
    """The broken reflection of a light at ``x`` on water that begins at ``top``."""
    y = top + 2.0
    while y < canvas.height:
        depth = (y - top) / max(1.0, canvas.height - top)
        for _ in range(2):
            reach = spread * (0.35 + depth) * canvas.between(0.2, 1.0)
            shift = canvas.between(-1, 1) * spread * (0.2 + depth) * 0.6
            opacity = int(210 * (1 - depth) ** 0.8) + 20
            canvas.ellipse((x + shift, y), (reach, 0.7 + 1.2 * depth), (*colour, opacity))
        y += 2.5 + 6.5 * depth


def pine(canvas: Canvas, foot: Point, height: float, stops: Stops) -> None:
    """A fir tree of overlapping tiers."""
    x, y = foot
    trunk = [(x - height * 0.03, y), (x + height * 0.03, y)]
    canvas.shape([*trunk, (x, y - height * 0.4)], mix(stops[-1], (60, 40, 30), 0.5))
    for tier in range(4):
        base = y - height * (0.1 + 0.2 * tier)
        half = height * (0.27 - 0.055 * tier)
        peak = base - height * 0.36
        points = [(x - half, base), (x - half * 0.5, base - 1), (x, base + half * 0.14)]
        points += [(x + half * 0.5, base - 1), (x + half, base), (x, peak)]
        canvas.shaded(points, stops)


def birds(canvas: Canvas, count: int, bottom: float, colour: Colour) -> None:
    """A loose flock of birds as two wings each."""
    x0, y0 = canvas.between(0.2, 0.8) * canvas.width, canvas.between(0.15, 0.7) * bottom
    for _ in range(count):
        x, y = x0 + float(canvas.rng.normal(0, 42)), y0 + float(canvas.rng.normal(0, 20))
        span = canvas.between(4, 9)
        wings = [(x - span, y - span * 0.35), (x - span * 0.4, y - span * 0.5), (x, y)]
        wings += [(x + span * 0.4, y - span * 0.5), (x + span, y - span * 0.35)]
        canvas.line(smooth(wings, steps=5), colour, 1.2)
