"""Simple portraits in the manner of anime: hair, eyes, glasses and smiles vary."""

import math

import numpy as np

from bot.gallery.canvas import Canvas, Caption, hsv, mix, smooth
from bot.gallery.hair import back_hair, fringe, ornament
from bot.gallery.nature import WHITE
from bot.gallery.person import LONG_STYLES, Person, someone
from bot.gallery.walls import pastel


def portrait(canvas: Canvas) -> Caption:
    """A head and shoulders from the front."""
    person = someone(canvas)
    pastel(canvas)
    _draw(canvas, person)
    kind, kind_ja = ("girl", "少女") if person.girl else ("boy", "少年")
    length = "long hair" if person.style in LONG_STYLES else "short hair"
    tags = ["face", "portrait", "person", kind, person.hair_name, length]
    tags += {
        "smile": ["smile"],
        "open": ["smile", "happy"],
        "closed": ["smile", "closed eyes"],
    }.get(person.mood, [])
    tags += ["glasses"] if person.glasses else []
    hair_ja = {"blonde hair": "金髪", "black hair": "黒髪", "white hair": "白髪"}
    if person.glasses:
        return Caption(f"A {kind} with glasses", f"眼鏡の{kind_ja}", tuple(tags))
    colour = person.hair_name.removesuffix(" hair")
    title_ja = f"{hair_ja.get(person.hair_name, _HAIR_JA.get(colour, ''))}の{kind_ja}"
    return Caption(f"A {kind} with {colour} hair", title_ja, tuple(tags))


_HAIR_JA = {
    "brown": "茶髪",
    "red": "赤髪",
    "blue": "青髪",
    "pink": "ピンク髪",
    "green": "緑髪",
    "purple": "紫髪",
}


def _draw(canvas: Canvas, person: Person) -> None:
    """Draw from back to front."""
    back_hair(canvas, person)
    _body(canvas, person)
    _head(canvas, person)
    for side in (-1, 1):
        _eye(canvas, person, side)
    _mouth(canvas, person)
    fringe(canvas, person)
    if person.glasses:
        _glasses(canvas, person)
    ornament(canvas, person)


def _body(canvas: Canvas, person: Person) -> None:
    shade = mix(person.skin, (170, 80, 90), 0.22)
    edge = mix(person.cloth, (30, 20, 50), 0.5)
    half = [(0.3, 1.18), (0.75, 1.4), (1.28, 1.62), (1.5, 2.2), (1.6, 3.4)]
    whole = [*[(-x, y) for x, y in reversed(half)], *half]
    canvas.shaded(
        person.placed(smooth(whole)), (person.cloth, mix(person.cloth, (30, 20, 60), 0.2)), edge
    )
    neck = [(-0.27, 0.7), (0.27, 0.7), (0.29, 1.2), (0.0, 1.62), (-0.29, 1.2)]
    canvas.shape(person.placed(neck), shade)
    collar = canvas.pick(("shirt", "sailor", "scarf", "hood"))
    if collar == "scarf":
        scarf = [(-0.62, 1.12), (0.0, 1.26), (0.62, 1.12), (0.7, 1.48), (0.0, 1.68), (-0.7, 1.48)]
        tint = mix(person.cloth, WHITE, 0.55)
        canvas.shape(smooth(person.placed(scarf), closed=True), tint, edge)
        return
    tint = WHITE if collar == "shirt" else mix(person.cloth, (20, 24, 70), 0.45)
    if collar == "hood":
        tint = mix(person.cloth, WHITE, 0.25)
    flap = [(0.28, 1.08), (0.72, 1.34), (0.5, 1.86), (0.0, 1.64)]
    for place in (person.placed, person.mirrored):
        canvas.shape(place(flap), tint, edge)
    if collar == "sailor":
        bow = mix(hsv(0.98, 0.7, 0.9), person.cloth, 0.15)
        for place in (person.placed, person.mirrored):
            canvas.shape(
                place([(0.0, 1.7), (0.36, 1.54), (0.42, 1.92)]), bow, mix(bow, (60, 0, 40), 0.4)
            )


def _head(canvas: Canvas, person: Person) -> None:
    line = mix(person.skin, (130, 50, 60), 0.5)
    for place in (person.placed, person.mirrored):
        ear = place([(0.84, 0.22)])[0]
        canvas.ellipse((ear[0], ear[1]), (person.size * 0.13, person.size * 0.2), person.skin, line)
    half = [(0.0, 1.06), (0.26, 0.97), (0.6, 0.66), (0.79, 0.26), (0.82, -0.25), (0.6, -0.85)]
    whole = [*half, (0.0, -1.0), *[(-x, y) for x, y in reversed(half[1:])]]
    canvas.shape(smooth(person.placed(whole), closed=True), person.skin, line)
    for side in (-1, 1):
        cheek = person.placed([(side * 0.5, 0.52)])[0]
        canvas.ellipse(
            (cheek[0], cheek[1]), (person.size * 0.17, person.size * 0.09), (246, 120, 130, 70)
        )
    nose = person.placed([(0.0, 0.44), (0.035, 0.5), (-0.01, 0.52)])
    canvas.line(nose, line, 1.2)


def _eye(canvas: Canvas, person: Person, side: int) -> None:
    x, y, size = side * 0.38, 0.2, person.size
    lash = mix(person.hair, (36, 20, 44), 0.8)
    brow = person.placed([(x - side * 0.17, -0.14), (x, -0.2), (x + side * 0.2, -0.13)])
    canvas.line(smooth(brow), person.hair_line, 1.6)
    if person.mood == "closed":
        arc = person.placed([(x - 0.2, y + 0.08), (x, y - 0.07), (x + 0.2, y + 0.08)])
        canvas.line(smooth(arc), lash, 2.4)
        return
    tall = 0.27 if person.girl else 0.22
    almond = [
        (x - 0.21, y),
        (x - 0.12, y - tall * 0.78),
        (x + 0.12, y - tall * 0.78),
        (x + 0.21, y),
    ]
    almond += [(x + 0.1, y + tall * 0.84), (x - 0.1, y + tall * 0.84)]
    canvas.shape(smooth(person.placed(almond), closed=True), WHITE)
    turn = np.linspace(0, 2 * math.pi, 26, endpoint=False)
    iris = np.stack([x + 0.165 * np.cos(turn), y - 0.01 + (tall - 0.01) * np.sin(turn)], axis=1)
    deep = mix(person.eyes, (14, 8, 40), 0.55)
    canvas.shaded(person.placed(iris), (deep, person.eyes, mix(person.eyes, WHITE, 0.5)))
    middle = person.placed([(x, y)])[0]
    canvas.dot((middle[0], middle[1]), size * 0.06, mix(person.eyes, (10, 6, 30), 0.8))
    shine = person.placed([(x - 0.055, y - 0.1), (x + 0.06, y + 0.11)])
    canvas.disc((shine[0, 0], shine[0, 1]), size * 0.055, WHITE)
    canvas.disc((shine[1, 0], shine[1, 1]), size * 0.03, WHITE)
    lid = [
        (x - 0.24, y - 0.03),
        (x - 0.13, y - tall * 0.86),
        (x + 0.13, y - tall * 0.86),
        (x + 0.24, y - 0.03),
    ]
    canvas.line(smooth(person.placed(lid)), lash, size * 0.034)
    if person.girl:
        flick = person.placed([(x + side * 0.2, y - 0.06), (x + side * 0.29, y - 0.12)])
        canvas.line(flick, lash, 1.8)
    under = person.placed([(x - 0.1, y + tall * 0.86), (x + 0.1, y + tall * 0.86)])
    canvas.line(under, mix(person.skin, lash, 0.6), 1.0)


def _mouth(canvas: Canvas, person: Person) -> None:
    line = mix(person.skin, (120, 30, 40), 0.7)
    if person.mood == "open":
        bow = [(-0.19, 0.68), (0.0, 0.71), (0.19, 0.68), (0.12, 0.85), (0.0, 0.9), (-0.12, 0.85)]
        canvas.shape(smooth(person.placed(bow), closed=True), (188, 62, 72), line)
        tongue = person.placed([(0.0, 0.85)])[0]
        canvas.ellipse(
            (tongue[0], tongue[1]), (person.size * 0.08, person.size * 0.04), (246, 132, 132)
        )
        return
    depth = {"calm": 0.01, "closed": 0.09}.get(person.mood, 0.08)
    half = 0.09 if person.mood == "calm" else 0.17
    curve = person.placed([(-half, 0.72), (0.0, 0.72 + depth), (half, 0.72)])
    canvas.line(smooth(curve), line, 1.8)


def _glasses(canvas: Canvas, person: Person) -> None:
    frame = canvas.pick(((52, 44, 64), (150, 52, 60), (70, 92, 150), (120, 84, 52)))
    rounded = canvas.chance(0.5)
    for side in (-1, 1):
        x = side * 0.38
        turn = np.linspace(0, 2 * math.pi, 40, endpoint=False)
        power = 1.0 if rounded else 0.45
        rim_x = np.sign(np.cos(turn)) * np.abs(np.cos(turn)) ** power * 0.3
        rim_y = np.sign(np.sin(turn)) * np.abs(np.sin(turn)) ** power * (0.29 if rounded else 0.24)
        rim = person.placed(np.stack([x + rim_x, 0.22 + rim_y], axis=1))
        canvas.shape(rim, (255, 255, 255, 44))
        canvas.line(np.concatenate([rim, rim[:2]]), frame, person.size * 0.04)
        arm = person.placed([(x + side * 0.3, 0.18), (side * 0.83, 0.12)])
        canvas.line(arm, frame, person.size * 0.035)
    canvas.line(person.placed([(-0.09, 0.2), (0.0, 0.17), (0.09, 0.2)]), frame, person.size * 0.04)
