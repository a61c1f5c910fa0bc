"""What encoders liken: given pictures, and of each its nearest among the others, as one image.

The pictures are any directory's. Those that the project draws itself are free of every licence:
``bot.gallery`` draws them, which training knows nothing of, so they are written to a directory
first (``docs/encoders.md`` has the command).
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from model.datasets import IMAGE_SUFFIXES
from model.errors import TrainingError
from model.head import Floats
from model.image import ImageLimits, image_from_bytes, read_image_file

NEIGHBOURS = 5
SIDE_PX = 68
GAP_PX = 8
FRAME_PX = 3
STEP_PX = SIDE_PX + GAP_PX
BLOCK_PX = NEIGHBOURS * STEP_PX + 24  # the neighbours of one picture, and what parts two blocks
HEADER_GAP_PX = 12
LABEL_PX, LABEL_SIGNS = 180, 24
FONT_PX = 14
QUALITY = 82
_INK, _PAPER, _ALIKE = "#1f2328", "#ffffff", "#1a7f37"
_NUMBER = re.compile(r"[-_ ]?\d+$")


@dataclass(frozen=True)
class Picture:
    """A picture of the directory.

    Attributes:
        name: Its file's, without the suffix; ``night-sky-0007`` is of the kind ``night-sky``.
        data: The file's bytes.
    """

    name: str
    data: bytes

    @property
    def kind(self) -> str:
        """The name without the number at its end."""
        return _NUMBER.sub("", self.name)


@dataclass(frozen=True)
class Seeing:
    """An encoder that looks at them.

    Attributes:
        label: What the reader is shown, in Latin letters: no font is needed but Pillow's own.
        size_px: The side of the images that it reads.
        embed: (N, size_px, size_px, 3) uint8 → (N, D).
    """

    label: str
    size_px: int
    embed: Callable[[NDArray[np.uint8]], Floats]


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


def draw_neighbours(
    encoders: Sequence[Seeing],
    pictures: Sequence[Picture],
    asked: Sequence[str],
    limits: ImageLimits,
    out: Path,
) -> Path:
    """Write one image: a column for each picture asked about, a line for each encoder.

    Neighbours of the same kind have a green frame.

    Args:
        encoders: In the order of the lines.
        pictures: Among which the neighbours are.
        asked: Names of some of them.
        limits: What to refuse to decode.
        out: The file to write, WebP or PNG by its suffix.

    Returns:
        ``out``.

    Raises:
        TrainingError: If a picture that is asked about is not among them.
        ImageError: If a picture cannot be decoded.
    """
    places = _places(pictures, asked)
    found = []
    for encoder in encoders:
        images = [image_from_bytes(one.data, limits, encoder.size_px) for one in pictures]
        found.append(nearest(encoder.embed(np.stack(images)), places))
    small = [Image.fromarray(image_from_bytes(one.data, limits, SIDE_PX)) for one in pictures]
    sheet = _Sheet(pictures, small, Image.new("RGB", _size(len(places), len(encoders)), _PAPER))
    for column, place in enumerate(places):
        sheet.ask(column, place)
        for line, of_encoder in enumerate(found):
            sheet.answer(column, line, place, of_encoder[column].tolist())
    for line, encoder in enumerate(encoders):
        sheet.name(line, encoder.label)
    out.parent.mkdir(parents=True, exist_ok=True)
    sheet.image.save(out, quality=QUALITY, method=6)
    return out


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


@dataclass(frozen=True)
class _Sheet:
    """The image: encoders one below the other, and above them what is asked about."""

    pictures: Sequence[Picture]
    small: Sequence[Image.Image]
    image: Image.Image

    def ask(self, column: int, place: int) -> None:
        """What is asked about, with its kind beside it."""
        x, y = _corner(column, -1, 0)
        self.image.paste(self.small[place], (x, y))
        self._write(
            (x + STEP_PX + GAP_PX, y + SIDE_PX / 2), self.pictures[place].kind.replace("-", " ")
        )

    def answer(self, column: int, line: int, place: int, neighbours: Sequence[int]) -> None:
        """Its neighbours by one encoder."""
        for number, neighbour in enumerate(neighbours):
            x, y = _corner(column, line, number)
            self.image.paste(self.small[neighbour], (x, y))
            if self.pictures[neighbour].kind == self.pictures[place].kind:
                frame = (x - FRAME_PX, y - FRAME_PX, x + SIDE_PX + 2, y + SIDE_PX + 2)
                ImageDraw.Draw(self.image).rectangle(frame, outline=_ALIKE, width=FRAME_PX)

    def name(self, line: int, label: str) -> None:
        """Whose neighbours stand in a line."""
        self._write((GAP_PX, _corner(0, line, 0)[1] + SIDE_PX / 2), fill(label, LABEL_SIGNS))

    def _write(self, middle: tuple[float, float], text: str) -> None:
        font = ImageFont.load_default(FONT_PX)
        ImageDraw.Draw(self.image).text(middle, text, _INK, font, anchor="lm")


def _corner(column: int, line: int, number: int) -> tuple[int, int]:
    """Left and top of a neighbour; line -1 is that of what is asked about."""
    left = LABEL_PX + column * BLOCK_PX + number * STEP_PX
    return left, GAP_PX + (line + 1) * STEP_PX + (HEADER_GAP_PX if line >= 0 else 0)


def _size(columns: int, lines: int) -> tuple[int, int]:
    return LABEL_PX + columns * BLOCK_PX, _corner(0, lines, 0)[1]


def _places(pictures: Sequence[Picture], asked: Sequence[str]) -> list[int]:
    names = [one.name for one in pictures]
    missing = [name for name in asked if name not in names]
    if missing or not asked:
        raise TrainingError(
            f"Expected names of pictures to ask about, such as {names[0]}. Received, and not among "
            f"the {len(names)} pictures: {', '.join(missing) or 'none at all'}."
        )
    return [names.index(name) for name in asked]
