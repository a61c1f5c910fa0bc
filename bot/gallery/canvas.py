"""A canvas with smooth edges, soft light and a random generator of its own.

Why its own: Pillow draws hard edges, so everything is drawn at twice the size and reduced at the
end. Coordinates are pixels of the finished picture, x to the right and y downwards.
"""

import colorsys
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Colour = tuple[int, int, int]
Paint = tuple[int, ...]  # a Colour, or a Colour and its opacity (0 to 255)
Point = tuple[float, float]
Points = Sequence[Point] | NDArray[np.float64]
Stops = Sequence[Colour]
Option = TypeVar("Option")

SUPERSAMPLING = 2
PAPER: Colour = (253, 252, 249)
_LIGHT_PX = 128


@dataclass(frozen=True)
class Caption:
    """What a scene says about the picture that it has just drawn; tags are English names."""

    title: str
    title_ja: str
    tags: tuple[str, ...]


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """The colour that is ``share`` of the way from the first to the second."""
    blended = [round(a + (b - a) * share) for a, b in zip(first, second, strict=True)]
    return (blended[0], blended[1], blended[2])


def hsv(hue: float, saturation: float, value: float) -> Colour:
    """A colour from hue (in turns, any number), saturation and value (0 to 1)."""
    red, green, blue = colorsys.hsv_to_rgb(hue % 1.0, min(saturation, 1.0), min(value, 1.0))
    return (round(red * 255), round(green * 255), round(blue * 255))


def place(
    points: Points, at: Point, size: float, *, side: int = 1, turn: float = 0.0
) -> NDArray[np.float64]:
    """From a figure's own coordinates to the picture: (M, 2) scaled, mirrored, turned and moved.

    Args:
        points: (M, 2) in units of ``size``.
        at: Where the figure's origin lies in the picture.
        size: Pixels for one unit.
        side: -1 mirrors left and right.
        turn: Radians, clockwise.
    """
    own = np.asarray(points, dtype=np.float64) * (size * side, size)
    cos, sin = math.cos(turn), math.sin(turn)
    turned: NDArray[np.float64] = own @ np.array([[cos, sin], [-sin, cos]]) + np.asarray(at)
    return turned


def smooth(points: Points, *, closed: bool = False, steps: int = 8) -> NDArray[np.float64]:
    """A Catmull-Rom curve through the points, (M, 2)."""
    given = np.asarray(points, dtype=np.float64)
    if closed:
        padded = np.concatenate([given[-1:], given, given[:2]])
    else:
        padded = np.concatenate([given[:1], given, given[-1:]])
    before, start, end, after = padded[:-3], padded[1:-2], padded[2:-1], padded[3:]
    t = np.linspace(0.0, 1.0, steps, endpoint=False)[None, :, None]
    before, start, end, after = (part[:, None, :] for part in (before, start, end, after))
    curve = 0.5 * (
        2 * start
        + (end - before) * t
        + (2 * before - 5 * start + 4 * end - after) * t**2
        + (3 * start - before - 3 * end + after) * t**3
    )
    flat = curve.reshape(-1, 2)
    return flat if closed else np.concatenate([flat, given[-1:]])


class Canvas:
    """One picture being drawn.

    Attributes:
        rng: The picture's random numbers; everything random comes from here.
        line_art: Shapes are drawn as ink outlines on paper; tints (paints with an opacity) vanish.
        ink: The colour of the lines in line art.
    """

    def __init__(self, size: tuple[int, int], rng: np.random.Generator) -> None:
        self.width, self.height = size
        self.rng = rng
        self.line_art = False
        self.ink: Colour = (38, 36, 48)
        self.paper: Colour = PAPER
        self._image = Image.new("RGB", (size[0] * SUPERSAMPLING, size[1] * SUPERSAMPLING), PAPER)
        self._pen = ImageDraw.Draw(self._image, "RGBA")

    def finish(self) -> Image.Image:
        """The finished picture, RGB at its nominal size."""
        return self._image.reduce(SUPERSAMPLING)

    def pick(self, options: Sequence[Option]) -> Option:
        """One of the options."""
        return options[int(self.rng.integers(len(options)))]

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return bool(self.rng.random() < probability)

    def between(self, low: float, high: float) -> float:
        """A number between low and high."""
        return float(self.rng.uniform(low, high))

    def backdrop(self, stops: Stops, top: float = 0.0, bottom: float | None = None) -> None:
        """Fill everything from ``top`` to ``bottom`` with a vertical gradient."""
        if self.line_art:
            return
        first = round(top * SUPERSAMPLING)
        last = round((self.height if bottom is None else bottom) * SUPERSAMPLING)
        strip = _gradient(stops, max(1, last - first))
        self._image.paste(strip.resize((self._image.width, strip.height)), (0, first))

    def shape(
        self, points: Points, fill: Paint, outline: Paint | None = None, width: float = 1.6
    ) -> None:
        """A filled polygon, with an outline if one is given (always in line art)."""
        if self._vanishes(fill):
            return
        corners = self._scaled(points)
        if self.line_art:
            fill, outline = self.paper, self.ink
        self._pen.polygon(corners, fill=fill)
        if outline is not None:
            self._pen.line([*corners, corners[0]], outline, self._stroke(width), "curve")

    def shaded(self, points: Points, stops: Stops, outline: Paint | None = None) -> None:
        """A polygon filled with a vertical gradient from its top to its bottom."""
        if self.line_art:
            self.shape(points, self.paper, outline)
            return
        corners = np.asarray(self._scaled(points))
        left, top = np.floor(corners.min(axis=0)).astype(int)
        right, bottom = np.ceil(corners.max(axis=0)).astype(int) + 1
        left, right = max(left, -2), min(right, self._image.width + 2)
        if right <= left:
            return
        mask = Image.new("L", (int(right - left), int(bottom - top)))
        inside = [(float(x), float(y)) for x, y in corners - (left, top)]
        ImageDraw.Draw(mask).polygon(inside, fill=255)
        self._pour(mask, (int(left), int(top)), stops)
        if outline is not None:
            closed = [(float(x), float(y)) for x, y in corners]
            self._pen.line([*closed, closed[0]], outline, self._stroke(1.6), "curve")

    def cloud(self, discs: Sequence[tuple[float, float, float]], stops: Stops, base: float) -> None:
        """The union of discs (x, y, radius) above the line ``base``, shaded from top to bottom."""
        left = min(x - radius for x, _, radius in discs)
        top = min(y - radius for _, y, radius in discs)
        right = max(x + radius for x, _, radius in discs)
        size = (round((right - left) * SUPERSAMPLING) + 1, round((base - top) * SUPERSAMPLING) + 1)
        mask = Image.new("L", size)
        pen = ImageDraw.Draw(mask)
        for x, y, radius in discs:
            box = (x - radius - left, y - radius - top, x + radius - left, y + radius - top)
            pen.ellipse([side * SUPERSAMPLING for side in box], fill=255)
        self._pour(mask, (round(left * SUPERSAMPLING), round(top * SUPERSAMPLING)), stops)

    def ellipse(
        self, centre: Point, radii: Point, fill: Paint | None, outline: Paint | None = None
    ) -> None:
        """An upright ellipse; without a fill only its outline."""
        if self._vanishes(fill):
            return
        (x, y), (rx, ry) = centre, radii
        box = [side * SUPERSAMPLING for side in (x - rx, y - ry, x + rx, y + ry)]
        if self.line_art:
            fill, outline = (self.paper if fill is not None else None), self.ink
        self._pen.ellipse(box, fill, outline, self._stroke(1.6) if outline is not None else 0)

    def disc(self, centre: Point, radius: float, fill: Paint) -> None:
        """A filled circle."""
        self.ellipse(centre, (radius, radius), fill)

    def dot(self, centre: Point, radius: float, fill: Paint) -> None:
        """A filled circle that keeps its colour in line art as ink (pupils, notes, stars)."""
        (x, y), colour = centre, self.ink if self.line_art else fill
        box = [side * SUPERSAMPLING for side in (x - radius, y - radius, x + radius, y + radius)]
        self._pen.ellipse(box, fill=colour)

    def ribbon(self, points: Points, width: float, fill: Paint, outline: Paint) -> None:
        """A thick line with an outline of its own and round ends (tails, stems)."""
        path = np.asarray(points, dtype=np.float64)
        along = np.gradient(path, axis=0)
        along /= np.linalg.norm(along, axis=1, keepdims=True) + 1e-9
        across = np.stack([-along[:, 1], along[:, 0]], axis=1) * width / 2
        end = path[-1:] + along[-1:] * width / 2
        start = path[:1] - along[:1] * width / 2
        around = np.concatenate([path + across, end, (path - across)[::-1], start])
        self.shape(around, fill, outline)

    def line(self, points: Points, colour: Paint, width: float = 1.6) -> None:
        """A line through the points; in line art never thicker than a pen."""
        if self._vanishes(colour):
            return
        ink = self.ink if self.line_art else colour
        width = min(width, 1.8) if self.line_art else width
        self._pen.line(self._scaled(points), ink, self._stroke(width), "curve")

    def glow(self, centre: Point, radius: float, colour: Colour, strength: float = 1.0) -> None:
        """Soft light around a point, fading to nothing at ``radius``."""
        if self.line_art:
            return
        side = max(2, round(2 * radius * SUPERSAMPLING))
        faded = _LIGHT.point([round(value * strength) for value in range(256)])
        light = faded.resize((side, side), Image.Resampling.BILINEAR)
        corner = (
            round((centre[0] - radius) * SUPERSAMPLING),
            round((centre[1] - radius) * SUPERSAMPLING),
        )
        self._image.paste(colour, (*corner, corner[0] + side, corner[1] + side), light)

    def veil(self, opacity: NDArray[np.float64], colour: Colour) -> None:
        """Lay a colour over the whole picture through a coarse (h, w) opacity map (0 to 1)."""
        coarse = Image.fromarray((np.clip(opacity, 0, 1) * 255).astype(np.uint8))
        mask = coarse.resize(self._image.size, Image.Resampling.BICUBIC)
        self._image.paste(colour, (0, 0, *self._image.size), mask)

    def _vanishes(self, paint: Paint | None) -> bool:
        return self.line_art and paint is not None and len(paint) > len(self.ink)

    def _pour(self, mask: Image.Image, corner: tuple[int, int], stops: Stops) -> None:
        strip = _gradient(stops, mask.height)
        self._image.paste(strip.resize(mask.size), corner, mask)

    def _scaled(self, points: Points) -> list[Point]:
        return [(float(x) * SUPERSAMPLING, float(y) * SUPERSAMPLING) for x, y in points]

    @staticmethod
    def _stroke(width: float) -> int:
        return max(1, round(width * SUPERSAMPLING))


def _soft_light() -> Image.Image:
    """A round light, 255 in the middle and fading to 0 at the edge."""
    at = np.linspace(-1.0, 1.0, _LIGHT_PX)
    away = np.hypot(at[:, None], at[None, :])
    return Image.fromarray((np.clip(1.0 - away, 0.0, 1.0) ** 1.8 * 255).astype(np.uint8))


_LIGHT = _soft_light()


def _gradient(stops: Stops, length: int) -> Image.Image:
    """A strip, one pixel wide, that runs through the colours at equal distances."""
    colours = np.asarray(stops, dtype=np.float64)
    at = np.linspace(0.0, len(stops) - 1.0, length)
    channels = [np.interp(at, np.arange(len(stops)), colours[:, c]) for c in range(3)]
    return Image.fromarray(np.stack(channels, axis=-1)[:, None, :].round().astype(np.uint8))
