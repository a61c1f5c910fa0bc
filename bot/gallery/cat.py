"""Cats: sitting, or just the face."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from bot.gallery import nature
from bot.gallery.canvas import Canvas, Caption, Colour, Point, Points, hsv, mix, place, smooth
from bot.gallery.nature import NIGHTS, WHITE
from bot.gallery.walls import pastel

_COATS: dict[str, tuple[Colour, Colour]] = {  # fur, markings
    "black": ((58, 56, 74), (58, 56, 74)),
    "white": ((248, 246, 244), (248, 246, 244)),
    "orange": ((244, 176, 104), (214, 128, 62)),
    "grey": ((164, 170, 186), (122, 128, 148)),
    "calico": ((250, 244, 236), (226, 148, 84)),
    "tuxedo": ((66, 64, 84), (250, 248, 246)),
    "brown": ((176, 134, 102), (128, 90, 66)),
}
_Placer = Callable[..., NDArray[np.float64]]
_EYES: tuple[Colour, ...] = ((246, 206, 84), (120, 196, 120), (110, 180, 232), (224, 160, 70))


def cat(canvas: Canvas) -> Caption:
    """A cat before a pastel wall, or under the moon."""
    coat = canvas.pick(tuple(_COATS))
    tags = ["cat", "animal", "cute"]
    tags += [coat] if coat in ("black", "white", "orange", "brown") else []
    close = canvas.chance(0.4)
    if not canvas.line_art and canvas.chance(0.4):
        _moonlit(canvas)
        tags += ["night", "night sky", "moon"]
        title, title_ja = "A cat under the moon", "月と猫"
    else:
        pastel(canvas)
        title, title_ja = f"A {coat} cat", f"{_COAT_JA[coat]}猫"
    if close:
        size = min(canvas.height, canvas.width) * canvas.between(0.27, 0.33)
        _face(canvas, (canvas.width / 2, canvas.height * 0.57), size, coat)
        return Caption(title, title_ja, (*tags, "face"))
    size = min(canvas.height, canvas.width) * canvas.between(0.15, 0.175)
    _sitting(canvas, (canvas.width * canvas.between(0.42, 0.58), canvas.height * 0.42), size, coat)
    return Caption(title, title_ja, (*tags, "sitting"))


_COAT_JA = {
    "black": "黒",
    "white": "白",
    "orange": "茶トラ",
    "grey": "灰色の",
    "calico": "三毛",
    "tuxedo": "白黒の",
    "brown": "茶色の",
}


def _moonlit(canvas: Canvas) -> None:
    sky = canvas.pick(NIGHTS)
    canvas.backdrop(sky)
    nature.stars(canvas, 90, canvas.height)
    at = (canvas.width * canvas.between(0.3, 0.7), canvas.height * canvas.between(0.36, 0.44))
    nature.moon(canvas, at, canvas.height * canvas.between(0.26, 0.34), sky[0], 2.0)
    roof = nature.ridge(canvas, canvas.height * 0.92, 6, 1, roughness=0.0)
    nature.ground(canvas, roof, (mix(sky[0], (90, 60, 110), 0.3), (16, 12, 34)))


def _edge(coat: str) -> Colour:
    fur = _COATS[coat][0]
    return mix(fur, (40, 24, 40), 0.6)


def _sitting(canvas: Canvas, head: Point, size: float, coat: str) -> None:
    fur, marks = _COATS[coat]
    edge, side = _edge(coat), canvas.pick((-1, 1))

    def placed(*points: Point) -> NDArray[np.float64]:
        return place(points, head, size, side=side)

    tail = smooth(placed((0.9, 2.7), (1.7, 2.5), (2.0, 1.7), (1.6, 1.1), (1.8, 0.7)))
    canvas.ribbon(tail, size * 0.36, fur, edge)
    half = [(0.5, 0.5), (0.85, 1.3), (1.15, 2.2), (0.95, 2.85), (0.4, 2.95)]
    body = [*[(-px, py) for px, py in reversed(half)], *half]
    canvas.shaded(smooth(placed(*body), closed=True), (fur, mix(fur, (40, 30, 70), 0.15)), edge)
    if coat in ("tuxedo", "calico", "orange"):
        chest = placed((0, 0.7), (0.42, 1.1), (0.3, 1.9), (0, 2.2), (-0.3, 1.9), (-0.42, 1.1))
        canvas.shape(smooth(chest, closed=True), (*WHITE, 235))
    if coat == "calico":
        canvas.shape(
            smooth(placed((0.6, 1.5), (1.05, 1.9), (1.0, 2.5), (0.6, 2.2)), closed=True),
            (*marks, 255),
        )
    for paw in (-1, 1):
        leg = placed((paw * 0.16, 1.6), (paw * 0.52, 1.7), (paw * 0.5, 2.9), (paw * 0.1, 2.9))
        canvas.line(smooth(leg[[0, 3]]), edge, 1.6)
        foot = placed((paw * 0.32, 2.86))[0]
        tone = WHITE if coat in ("tuxedo", "calico") else fur
        canvas.ellipse((foot[0], foot[1]), (size * 0.32, size * 0.18), tone, edge)
    collar = hsv(float(canvas.rng.random()), 0.65, 0.92)
    band = smooth(placed((-0.6, 0.78), (0, 0.95), (0.6, 0.78)))
    canvas.ribbon(band, size * 0.13, collar, mix(collar, (40, 20, 50), 0.4))
    bell = placed((0, 1.02))[0]
    canvas.ellipse((bell[0], bell[1]), (size * 0.13, size * 0.13), (250, 206, 90), (160, 110, 40))
    _face(canvas, head, size, coat)


def _face(canvas: Canvas, at: Point, size: float, coat: str) -> None:
    fur, marks = _COATS[coat]
    edge = _edge(coat)

    def placed(points: Points, side: int = 1) -> NDArray[np.float64]:
        return place(points, at, size, side=side)

    for side in (-1, 1):
        ear = placed([(0.28, -0.72), (0.72, -1.36), (0.98, -0.3)], side)
        canvas.shape(
            smooth(ear, closed=True, steps=3), fur if coat != "calico" or side == 1 else marks, edge
        )
        inner = placed([(0.48, -0.74), (0.71, -1.12), (0.84, -0.5)], side)
        canvas.shape(inner, (250, 176, 176) if coat not in ("black", "tuxedo") else (150, 104, 122))
    half = [(0.0, -0.86), (0.55, -0.76), (0.98, -0.2), (1.02, 0.25), (0.62, 0.72), (0.0, 0.84)]
    head = [*half, *[(-px, py) for px, py in reversed(half[1:-1])]]
    canvas.shaded(smooth(placed(head), closed=True), (mix(fur, WHITE, 0.14), fur), edge)
    _markings(canvas, placed, coat, marks)
    _features(canvas, at, size, coat)


def _markings(canvas: Canvas, placed: _Placer, coat: str, marks: Colour) -> None:
    tint = (*marks, 255)
    if coat in ("orange", "grey", "brown"):
        for x in (-0.24, 0.0, 0.24):
            stripe = [
                (x - 0.06, -0.82 + abs(x) * 0.14),
                (x, -0.46),
                (x + 0.06, -0.82 + abs(x) * 0.14),
            ]
            canvas.shape(placed(stripe), tint)
        for side in (-1, 1):
            for level in (0.08, 0.28):
                canvas.shape(
                    placed([(1.0, level - 0.05), (0.68, level + 0.06), (0.98, level + 0.08)], side),
                    tint,
                )
    elif coat == "calico":
        patch = [(0.1, -0.84), (0.55, -0.74), (0.9, -0.3), (0.6, 0.0), (0.2, -0.3)]
        canvas.shape(smooth(placed(patch, -1), closed=True), tint)
        dark = [(0.3, -0.8), (0.62, -0.7), (0.9, -0.25), (0.5, -0.35)]
        canvas.shape(smooth(placed(dark), closed=True), (84, 72, 78, 255))
    elif coat == "tuxedo":
        blaze = [(0.0, -0.4), (0.24, 0.1), (0.62, 0.5), (0.4, 0.76), (0.0, 0.82)]
        whole = [*blaze, *[(-x, y) for x, y in reversed(blaze[1:-1])]]
        canvas.shape(smooth(placed(whole), closed=True), tint)


def _features(canvas: Canvas, at: Point, size: float, coat: str) -> None:
    x, y = at
    eyes, asleep = canvas.pick(_EYES), canvas.chance(0.25)
    ink: Colour = (44, 30, 44)
    soft = ink if coat != "black" else (226, 220, 232)
    for side in (-1, 1):
        eye = (x + side * size * 0.44, y + size * 0.02)
        if asleep:
            arc = [
                (eye[0] - size * 0.2, eye[1]),
                (eye[0], eye[1] + size * 0.13),
                (eye[0] + size * 0.2, eye[1]),
            ]
            canvas.line(smooth(arc), soft, max(1.6, size * 0.045))
        else:
            canvas.ellipse(eye, (size * 0.22, size * 0.25), eyes, ink)
            turn = np.linspace(0, 2 * math.pi, 20, endpoint=False)
            slit = np.stack([np.cos(turn) * 0.1, np.sin(turn) * 0.2], axis=1) * size + np.asarray(
                eye
            )
            canvas.shape(slit, ink)
            canvas.disc((eye[0] - size * 0.06, eye[1] - size * 0.1), size * 0.06, WHITE)
        for level in (-0.02, 0.1):
            start = (x + side * size * 0.62, y + size * (0.42 + level))
            tip = (x + side * size * 1.3, y + size * (0.34 + level * 3))
            canvas.line([start, tip], soft, 1.0)
        lip = [
            (x, y + size * 0.4),
            (x + side * size * 0.1, y + size * 0.5),
            (x + side * size * 0.24, y + size * 0.44),
        ]
        canvas.line(smooth(lip), soft, max(1.4, size * 0.03))
    nose = [
        (x - size * 0.09, y + size * 0.28),
        (x + size * 0.09, y + size * 0.28),
        (x, y + size * 0.39),
    ]
    canvas.shape(smooth(nose, closed=True, steps=3), (240, 130, 140))
