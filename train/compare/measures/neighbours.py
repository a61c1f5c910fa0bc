"""What an encoder likens: of some given pictures, the nearest among the others.

The pictures are any directory's. Those that the project draws itself are free of every licence:
``bot.gallery`` draws them, which training knows nothing of, so they are written to a directory
first (``docs/encoders.md`` has the command).
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.datasets import IMAGE_SUFFIXES
from model.errors import TrainingError
from model.head import Floats
from model.image import ImageLimits, image_from_bytes, read_image_file

NEIGHBOURS = 5
ASKED = 4
_NUMBER = re.compile(r"[-_ ]?\d+$")


@dataclass(frozen=True)
class Picture:
    """A picture of the directory.

    Attributes:
        name: Its file's, without the suffix.
        data: The file's bytes.
    """

    name: str
    data: bytes


def kind_of(name: str) -> str:
    """What the picture of a name shows: ``night-sky`` for ``night-sky-0007``."""
    return _NUMBER.sub("", name)


def read_pictures(directory: Path, limits: ImageLimits) -> list[Picture]:
    """The pictures of a directory, by their names.

    Raises:
        TrainingError: If there are too few to choose neighbours from.
        ImageError: If a file cannot be read.
    """
    files = sorted(directory.glob("*")) if directory.is_dir() else []
    found = [
        Picture(file.stem, read_image_file(file, limits))
        for file in files
        if file.suffix.lower() in IMAGE_SUFFIXES
    ]
    if len(found) <= NEIGHBOURS:
        raise TrainingError(
            f"There are {len(found)} pictures in {directory}. Expected more than {NEIGHBOURS}, so "
            "that each has neighbours."
        )
    return found


def measure_neighbours(
    embed: Callable[[NDArray[np.uint8]], Floats],
    size_px: int,
    pictures: Sequence[Picture],
    limits: ImageLimits,
) -> dict[str, list[str]]:
    """Name the nearest of some pictures, which are drawn evenly from all of them.

    Args:
        embed: (N, size_px, size_px, 3) uint8 → (N, D).
        size_px: The side of the images that it reads.
        pictures: By their names.
        limits: What to refuse to decode.

    Returns:
        By the name of each that was asked about, those of its neighbours, the nearest first.

    Raises:
        ImageError: If a picture cannot be decoded.
    """
    images = [image_from_bytes(one.data, limits, size_px) for one in pictures]
    places = range(0, len(pictures), max(1, len(pictures) // ASKED))[:ASKED]
    found = nearest(embed(np.stack(images)), places)
    return {
        pictures[place].name: [pictures[one].name for one in of_it]
        for place, of_it in zip(places, found.tolist(), strict=True)
    }


def nearest(embeddings: Floats, places: Sequence[int]) -> NDArray[np.int64]:
    """The nearest of some pictures among all others, by Euclidean distance.

    Args:
        embeddings: (N, D).
        places: K of them.

    Returns:
        (K, 5) places, the nearest first.
    """
    asked = embeddings[np.asarray(places, dtype=np.int64)]
    distances = ((asked[:, np.newaxis] - embeddings[np.newaxis]) ** 2).sum(axis=2)
    distances[np.arange(len(places)), places] = np.inf
    return np.argsort(distances, axis=1, kind="stable")[:, :NEIGHBOURS]
