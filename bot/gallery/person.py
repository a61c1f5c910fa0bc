"""Who is in a portrait: chosen once, so that all parts of the drawing agree."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.gallery.canvas import Canvas, Colour, Point, Points, hsv, mix, place

HAIR: dict[str, Colour] = {
    "blonde hair": (248, 214, 122),
    "brown hair": (142, 92, 66),
    "black hair": (58, 54, 76),
    "red hair": (214, 82, 68),
    "blue hair": (92, 142, 222),
    "pink hair": (248, 156, 188),
    "white hair": (226, 230, 242),
    "green hair": (112, 184, 140),
    "purple hair": (152, 116, 204),
}
COMMON_HAIR = ("blonde hair", "brown hair", "black hair")
EYES: tuple[Colour, ...] = (
    (64, 128, 214),
    (52, 152, 118),
    (132, 84, 58),
    (176, 66, 92),
    (124, 88, 190),
    (206, 146, 52),
    (60, 72, 104),
)
SKIN: tuple[Colour, ...] = (
    (255, 228, 210),
    (254, 216, 192),
    (240, 194, 160),
    (206, 150, 112),
    (158, 106, 78),
)
LONG_STYLES = ("long", "twin tails", "ponytail")
SHORT_STYLES = ("bob", "bun", "short")


@dataclass(frozen=True)
class Person:
    """What one portrait shows, chosen once so that all its parts agree.

    Attributes:
        at: The middle of the face.
        size: Half the width of the head in pixels.
    """

    at: Point
    size: float
    girl: bool
    hair_name: str
    style: str
    skin: Colour
    eyes: Colour
    mood: str
    glasses: bool
    cloth: Colour

    @property
    def hair(self) -> Colour:
        """The colour of the hair."""
        return HAIR[self.hair_name]

    @property
    def hair_line(self) -> Colour:
        """The colour of its outlines."""
        return mix(self.hair, (50, 22, 56), 0.5)

    def placed(self, points: Points) -> NDArray[np.float64]:
        """From head coordinates (face from -1 to 1) to the picture."""
        return place(points, self.at, self.size)

    def mirrored(self, points: Points) -> NDArray[np.float64]:
        """The same on the other side of the face."""
        return place(points, self.at, self.size, side=-1)


def someone(canvas: Canvas) -> Person:
    """Someone new, near the middle of the picture."""
    girl = canvas.chance(0.62)
    size = canvas.height * canvas.between(0.225, 0.26)
    return Person(
        at=(canvas.width * canvas.between(0.47, 0.53), canvas.height * canvas.between(0.43, 0.48)),
        size=size,
        girl=girl,
        hair_name=canvas.pick((*HAIR, *COMMON_HAIR)),
        style=canvas.pick((*LONG_STYLES, *SHORT_STYLES[:2])) if girl else "short",
        skin=canvas.pick(SKIN),
        eyes=canvas.pick(EYES),
        mood=canvas.pick(("smile", "smile", "open", "closed", "calm")),
        glasses=canvas.chance(0.3),
        cloth=hsv(
            float(canvas.rng.random()), canvas.between(0.25, 0.6), canvas.between(0.55, 0.95)
        ),
    )
