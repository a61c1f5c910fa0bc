"""Pictures that a member could have posted instead: mirrored, moved, turned, in other colours.

On the host and by seed, so that a run that was cut shows the same pictures as one that was not.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Augmentation = Literal["none", "mirror", "light", "strong"]
Images = NDArray[np.uint8]


@dataclass(frozen=True)
class Strength:
    """How far a picture is changed at most, or the spread of the change.

    Attributes:
        area: Smallest and largest share of the picture that is shown; above 1: with a margin.
        stretch: Of the sides' ratio, in logarithms.
        turn: Standard deviation of the angle, radians.
        brightness: Of all pixels, in 255ths.
        contrast: Factor less 1.
        tint: The same of each colour for itself.
        grey: Share of pictures without colour.
        permuted: Share of pictures whose colours change their places.
    """

    area: tuple[float, float]
    stretch: float
    turn: float
    brightness: float
    contrast: float
    tint: float
    grey: float
    permuted: float


STRENGTHS: dict[str, Strength] = {
    "light": Strength((0.75, 1.15), 0.1, 0.05, 12, 0.12, 0.06, 0.0, 0.0),
    "strong": Strength((0.35, 1.0), 0.25, 0.15, 30, 0.3, 0.15, 0.15, 0.3),
}


def augment(images: Images, how: Augmentation, random: np.random.Generator) -> Images:
    """Change (n, H, H, 3) pictures, each in its own way; ``none`` gives them back.

    Half of them are mirrored. What lies outside the picture is white, as everywhere.
    """
    if how == "none":
        return images
    mirrored = random.random(len(images)) < 0.5
    if how == "mirror":
        images = images.copy()
        images[mirrored] = images[mirrored, :, ::-1]
        return images
    strength = STRENGTHS[how]
    moved = [
        _move(image, strength, flip=bool(flip), random=random)
        for image, flip in zip(images, mirrored, strict=True)
    ]
    return _recolour(np.stack(moved), strength, random)


def _move(image: Images, strength: Strength, *, flip: bool, random: np.random.Generator) -> Images:
    """Crop, stretch, turn and mirror in one bilinear sampling."""
    size = image.shape[0]
    area = random.uniform(*strength.area)
    stretch = np.exp(random.uniform(-strength.stretch, strength.stretch))
    width, height = np.sqrt(area * stretch), np.sqrt(area / stretch)
    shift = random.uniform(-1, 1, 2) * np.abs(1 - np.array([width, height])) / 2 * size
    angle = random.normal(0, strength.turn)
    sign, half = (-1 if flip else 1), size / 2
    # From a point of the new picture to one of the old.
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = turn * np.array([sign * width, height])
    start = half + shift - matrix @ np.array([half, half])
    (a, b), (d, e) = matrix
    moved = Image.fromarray(image).transform(
        (size, size),
        Image.Transform.AFFINE,
        (a, b, start[0], d, e, start[1]),
        Image.Resampling.BILINEAR,
        fillcolor=(255, 255, 255),
    )
    return np.asarray(moved)


def _recolour(images: Images, strength: Strength, random: np.random.Generator) -> Images:
    """Brightness, contrast, tint; some grey, some with their colours exchanged."""
    count = len(images)

    def drawn(spread: float, *shape: int) -> NDArray[np.float32]:
        return random.uniform(-spread, spread, (count, 1, 1, *shape)).astype(np.float32)

    values = images.astype(np.float32) * (1 + drawn(strength.contrast, 1))
    values = values * (1 + drawn(strength.tint, 3)) + drawn(strength.brightness, 1)
    grey = random.random(count) < strength.grey
    values[grey] = values[grey].mean(axis=3, keepdims=True)
    for place in np.flatnonzero(random.random(count) < strength.permuted):
        values[place] = values[place][:, :, random.permutation(3)]
    changed: Images = np.clip(values, 0, 255).astype(np.uint8)
    return changed
