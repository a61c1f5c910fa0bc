"""Scenes of the sky."""

import math

import numpy as np
from numpy.typing import NDArray

from bot.gallery import nature
from bot.gallery.canvas import Canvas, Caption, Colour, Point, hsv, mix, smooth
from bot.gallery.nature import DUSKS, NIGHTS, STARLIGHT, WHITE


def night_sky(canvas: Canvas) -> Caption:
    """Stars and a moon above rolling hills."""
    sky = canvas.pick(NIGHTS)
    horizon = canvas.height * canvas.between(0.66, 0.82)
    canvas.backdrop(sky, 0, horizon + 24)
    nature.stars(canvas, int(canvas.between(110, 230)), horizon)
    tags = ["night sky", "night", "star", "hill"]
    if canvas.chance(0.6):
        at = (canvas.width * canvas.between(0.18, 0.82), canvas.height * canvas.between(0.16, 0.4))
        nature.moon(canvas, at, canvas.between(16, 34), sky[0], canvas.pick((0.4, 0.6, 0.9, 2.0)))
        tags.append("moon")
    if canvas.chance(0.5):
        at = (canvas.width * canvas.between(0.1, 0.5), canvas.height * canvas.between(0.2, 0.4))
        nature.shooting_star(canvas, at, canvas.between(60, 140))
        tags.append("shooting star")
    for layer in range(3):
        level = horizon + layer * canvas.height * 0.08
        shade = mix(mix(sky[1], sky[2], 0.35), (6, 8, 26), 0.25 + 0.27 * layer)
        edge = nature.ridge(canvas, level, canvas.height * 0.05, 2 + layer, roughness=0.2)
        nature.ground(canvas, edge, (shade, mix(shade, (4, 5, 14), 0.5)))
    if canvas.chance(0.6):
        for _ in range(int(canvas.rng.integers(1, 9))):
            foot = (canvas.width * canvas.between(0, 1), canvas.height * canvas.between(0.94, 1.02))
            nature.pine(canvas, foot, canvas.between(40, 95), ((8, 12, 28), (5, 7, 18)))
        tags.append("tree")
    return Caption("Night over the hills", "丘の夜空", tuple(tags))


def starry_sky(canvas: Canvas) -> Caption:
    """The Milky Way, or a constellation."""
    sky = canvas.pick(NIGHTS)
    canvas.backdrop((mix(sky[0], (0, 0, 10), 0.4), sky[0], sky[1]))
    milky = canvas.chance(0.65)
    if milky:
        _milky_way(canvas, sky[2])
    nature.stars(canvas, int(canvas.between(260, 420)), canvas.height)
    tags = ["starry sky", "night sky", "star", "night", "space"]
    if not milky:
        _constellation(canvas)
        tags.append("constellation")
        return Caption("A constellation", "星座", tuple(tags))
    edge = nature.ridge(canvas, canvas.height * 0.93, canvas.height * 0.05, 4, roughness=0.5)
    nature.ground(canvas, edge, ((6, 8, 20), (3, 4, 12)))
    tags += ["galaxy"]
    return Caption("The Milky Way", "天の川", tuple(tags))


def _milky_way(canvas: Canvas, tint: Colour) -> None:
    shape = (72, 96)
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]]
    angle, offset = canvas.between(-0.9, 0.9), canvas.between(-8, 8)
    away = (x - 48) * math.sin(angle) + (y - 36) * math.cos(angle) + offset
    texture = nature.noise(canvas.rng, shape, 4)
    band = np.exp(-((away / canvas.between(12, 18)) ** 2)) * (0.35 + 0.65 * texture)
    core = np.exp(-((away / 6) ** 2)) * nature.noise(canvas.rng, shape, 7) ** 1.5
    canvas.veil(band * 0.62, mix(tint, hsv(canvas.between(0.5, 0.95), 0.4, 1.0), 0.4))
    canvas.veil(core * 0.8, (255, 240, 228))


def _constellation(canvas: Canvas) -> None:
    count = int(canvas.rng.integers(6, 10))
    x = np.linspace(0.14, 0.86, count) + canvas.rng.uniform(-0.05, 0.05, count)
    y = canvas.rng.uniform(0.2, 0.8, count)
    joints = np.stack([x * canvas.width, y * canvas.height], axis=1)
    canvas.line(joints, (220, 230, 255, 130), 1.0)
    branch = int(canvas.rng.integers(1, count - 1))
    end = joints[branch] + canvas.rng.uniform(-70, 70, 2)
    canvas.line([tuple(joints[branch]), tuple(end)], (220, 230, 255, 130), 1.0)
    for at in [*joints, end]:
        nature.sparkle(canvas, (at[0], at[1]), canvas.between(6, 13), canvas.pick(STARLIGHT))


def moon(canvas: Canvas) -> Caption:
    """A large moon behind clouds, or over water."""
    sky = canvas.pick(NIGHTS)
    canvas.backdrop(sky)
    nature.stars(canvas, 60, canvas.height * 0.8)
    water = canvas.chance(0.5)
    phase = canvas.pick((0.35, 0.55, 0.8, 2.0, 2.0, 2.0))
    at = (canvas.width * canvas.between(0.3, 0.7), canvas.height * canvas.between(0.3, 0.42))
    nature.moon(canvas, at, canvas.height * canvas.between(0.12, 0.22), sky[1], phase)
    tags = ["moon", "night sky", "night", "full moon" if phase >= 2 else "crescent moon"]
    if water:
        top = canvas.height * canvas.between(0.68, 0.76)
        canvas.backdrop((mix(sky[2], sky[1], 0.5), mix(sky[0], (0, 0, 12), 0.3)), top)
        nature.glitter(canvas, at[0], top, (255, 246, 214), canvas.between(14, 30))
        return Caption("Moon over the sea", "海に浮かぶ月", (*tags, "sea", "water"))
    for layer in range(int(canvas.rng.integers(2, 5))):
        spot = (canvas.between(0, canvas.width), canvas.height * (0.62 + 0.12 * layer))
        pale = mix(sky[2], WHITE, 0.3 - 0.05 * layer)
        nature.cloud(canvas, spot, canvas.between(150, 300), (pale, mix(pale, sky[1], 0.8)))
    return Caption("Moon among clouds", "雲間の月", (*tags, "cloud"))


def aurora(canvas: Canvas) -> Caption:
    """Curtains of northern light above snowy mountains."""
    canvas.backdrop(((4, 8, 30), (10, 28, 62), (20, 62, 92)))
    nature.stars(canvas, 150, canvas.height * 0.75)
    hue = canvas.between(0.33, 0.46)
    y, x = np.mgrid[0:96, 0:128]
    for curtain in range(int(canvas.rng.integers(2, 5))):
        knots = canvas.rng.uniform(20, 66, 6)
        foot = np.interp(x[0], np.linspace(0, 127, 41), smooth(_knots(knots))[:, 1])
        above = foot[None, :] - y
        rays = 0.45 + 0.55 * nature.noise(canvas.rng, (1, 128), 14)
        light = np.where(above > 0, np.exp(-above / 24), np.exp(above / 2.5)) * rays
        shade = hsv(hue + canvas.between(-0.05, 0.12) + 0.16 * (curtain % 2), 0.62, 1.0)
        canvas.veil(light * canvas.between(0.5, 0.85), shade)
    level = canvas.height * canvas.between(0.76, 0.84)
    far = nature.ridge(canvas, level, canvas.height * 0.1, 3, roughness=0.55)
    nature.ground(canvas, far, ((150, 184, 214), (60, 92, 132), (30, 52, 88)))
    near = nature.ridge(canvas, canvas.height * 0.93, 8, 2, roughness=0.2)
    nature.ground(canvas, near, ((206, 226, 240), (120, 156, 190)))
    for _ in range(int(canvas.rng.integers(4, 14))):
        foot_at = (canvas.width * canvas.between(0, 1), canvas.height * canvas.between(0.93, 1.0))
        nature.pine(canvas, foot_at, canvas.between(22, 60), ((22, 50, 66), (8, 20, 34)))
    tags = ("aurora", "night sky", "night", "star", "mountain", "snow", "tree")
    return Caption("Northern lights", "オーロラの夜", tags)


def _knots(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.stack([np.linspace(0, 127, len(values)), values], axis=1)


def sunset(canvas: Canvas) -> Caption:
    """The sun going down behind the sea or the mountains."""
    sky = canvas.pick(DUSKS)
    horizon = canvas.height * canvas.between(0.58, 0.7)
    canvas.backdrop(sky, 0, horizon)
    x, radius = canvas.width * canvas.between(0.25, 0.75), canvas.height * canvas.between(0.06, 0.1)
    sun = (x, horizon - radius * canvas.between(-0.2, 1.4))
    canvas.glow(sun, radius * 8, (255, 236, 170), 0.8)
    canvas.glow(sun, radius * 2.6, (255, 248, 220), 0.9)
    canvas.disc(sun, radius, (255, 250, 226))
    nature.streaks(canvas, horizon * 0.25, horizon * 0.9, (255, 226, 206), 16)
    tags = ["sunset", "sky", "sun", "evening", "cloud"]
    if canvas.chance(0.7):
        for _ in range(int(canvas.rng.integers(2, 5))):
            share = canvas.between(0.18, 0.72)
            at = (canvas.between(0, canvas.width), horizon * share)
            shade = mix(sky[0], sky[1], share)
            nature.cloud(canvas, at, canvas.between(110, 260), (shade, mix(shade, sky[2], 0.75)))
    if canvas.chance(0.6):
        nature.birds(canvas, int(canvas.rng.integers(3, 8)), horizon, (56, 36, 66))
        tags.append("bird")
    if canvas.chance(0.6):
        canvas.backdrop((mix(sky[-1], sky[1], 0.4), mix(sky[1], sky[0], 0.5), sky[0]), horizon)
        nature.glitter(canvas, x, horizon, (255, 232, 180), canvas.between(16, 32))
        return Caption("Sunset at sea", "海の夕焼け", (*tags, "sea", "water"))
    for layer in range(4):
        level = horizon - 10 + layer * (canvas.height - horizon) * 0.28
        shade = mix(sky[1], (26, 18, 48), 0.25 + 0.22 * layer)
        edge = nature.ridge(canvas, level, canvas.height * 0.05, 2 + layer, roughness=0.4)
        nature.ground(canvas, edge, (shade, mix(shade, sky[2], 0.2)))
    return Caption("Sunset in the mountains", "山の夕焼け", (*tags, "mountain", "landscape"))


def fireworks(canvas: Canvas) -> Caption:
    """Bursts of light above a dark town or the water."""
    sky = canvas.pick(NIGHTS[:4])
    canvas.backdrop((mix(sky[0], (0, 0, 8), 0.4), sky[0], mix(sky[0], sky[1], 0.7)))
    nature.stars(canvas, 50, canvas.height * 0.7)
    horizon = canvas.height * canvas.between(0.8, 0.88)
    water = canvas.chance(0.5)
    if water:
        canvas.backdrop((mix(sky[1], (0, 0, 8), 0.5), (4, 5, 16)), horizon)
    for _ in range(int(canvas.rng.integers(3, 6))):
        at = (canvas.width * canvas.between(0.12, 0.88), horizon * canvas.between(0.18, 0.62))
        hue = canvas.rng.random()
        _burst(canvas, at, canvas.between(40, 105), float(hue))
        if water:
            nature.glitter(canvas, at[0], horizon, hsv(float(hue), 0.5, 1.0), 9)
    tags = ["fireworks", "night sky", "night", "summer"]
    if water:
        return Caption("Fireworks over the water", "水辺の花火", (*tags, "water"))
    x = -5.0
    while x < canvas.width:
        wide, tall = canvas.between(14, 40), canvas.between(6, 48)
        roof = horizon - tall
        canvas.shape(
            [(x, roof), (x + wide, roof), (x + wide, canvas.height), (x, canvas.height)],
            mix((12, 12, 30), sky[1], canvas.between(0, 0.2)),
        )
        for _ in range(int(wide * tall / 90)):
            window = (x + canvas.between(3, wide - 3), roof + canvas.between(4, tall + 30))
            canvas.dot(window, 0.9, (255, 220, 150, 200))
        x += wide
    return Caption("Fireworks over the town", "街の花火", (*tags, "city"))


def _burst(canvas: Canvas, at: Point, radius: float, hue: float) -> None:
    colour, second = hsv(hue, 0.6, 1.0), hsv(hue + canvas.between(0.08, 0.3), 0.45, 1.0)
    canvas.glow(at, radius * 1.5, colour, 0.32)
    rays = int(canvas.rng.integers(26, 46))
    droop = radius * canvas.between(0.02, 0.22)
    for ring, tint in ((1.0, colour), (canvas.between(0.45, 0.65), second)):
        for ray in range(rays):
            angle = 2 * math.pi * (ray + 0.5 * ring) / rays
            reach = radius * ring * canvas.between(0.88, 1.04)
            steps = np.linspace(0.3, 1.0, 7)
            x = at[0] + np.cos(angle) * reach * steps
            y = at[1] + np.sin(angle) * reach * steps + droop * steps**2
            for part in range(6):
                opacity = int(30 + 200 * (part / 5) ** 1.4)
                piece = [(x[part], y[part]), (x[part + 1], y[part + 1])]
                canvas.line(piece, (*tint, opacity), 0.5 + part * 0.16)
            canvas.dot((x[-1], y[-1]), 1.5, mix(tint, WHITE, 0.6))
    canvas.glow(at, radius * 0.3, WHITE, 0.7)
