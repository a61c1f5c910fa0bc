"""What encoders liken, as one image: some pictures, and of each its nearest by every encoder."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill

from PIL import Image, ImageDraw, ImageFont

from model.errors import TrainingError
from model.image import ImageLimits, image_from_bytes
from train.compare.measures.neighbours import NEIGHBOURS, Picture, kind_of
from train.compare.showing.result import Result

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


def draw_neighbours(
    results: Sequence[Result], pictures: Sequence[Picture], limits: ImageLimits, out: Path
) -> Path:
    """Write one image: a column for each picture that was asked about, a line for each encoder.

    Neighbours of the same kind have a green frame.

    Args:
        results: In the order of the lines, with labels in Latin letters: no font is needed but
            Pillow's own. Who was not measured on pictures has no line.
        pictures: Those that were measured on.
        limits: What to refuse to decode.
        out: The file to write, WebP or PNG by its suffix.

    Returns:
        ``out``.

    Raises:
        TrainingError: If nobody was measured on these pictures.
        ImageError: If a picture cannot be decoded.
    """
    found = {one.label: one.neighbours for one in results if one.neighbours}
    asked = list(dict.fromkeys(name for of_one in found.values() for name in of_one))
    shown = {name for of_one in found.values() for of_it in of_one.values() for name in of_it}
    shown.update(asked)
    missing = shown.difference(one.name for one in pictures)
    if missing or not found:
        raise TrainingError(
            "Rows were measured on other pictures than those that are to be shown, which lack: "
            f"{', '.join(sorted(missing)) or 'no row was measured on any'}. Expected: the same "
            "--pictures DIR for both."
        )
    small = {
        one.name: Image.fromarray(image_from_bytes(one.data, limits, SIDE_PX))
        for one in pictures
        if one.name in shown
    }
    sheet = _Sheet(small, Image.new("RGB", _size(len(asked), len(found)), _PAPER))
    for column, name in enumerate(asked):
        sheet.ask(column, name)
        for line, of_one in enumerate(found.values()):
            sheet.answer(column, line, name, of_one.get(name, ()))
    for line, label in enumerate(found):
        sheet.label(line, label)
    out.parent.mkdir(parents=True, exist_ok=True)
    sheet.image.save(out, quality=QUALITY, method=6)
    return out


@dataclass(frozen=True)
class _Sheet:
    """The image: encoders one below the other, and above them what is asked about."""

    small: Mapping[str, Image.Image]
    image: Image.Image

    def ask(self, column: int, name: str) -> None:
        """What is asked about, with its kind beside it."""
        x, y = _corner(column, -1, 0)
        self.image.paste(self.small[name], (x, y))
        self._write((x + STEP_PX + GAP_PX, y + SIDE_PX / 2), kind_of(name).replace("-", " "))

    def answer(self, column: int, line: int, asked: str, neighbours: Sequence[str]) -> None:
        """Its neighbours by one encoder."""
        for number, name in enumerate(neighbours):
            x, y = _corner(column, line, number)
            self.image.paste(self.small[name], (x, y))
            if kind_of(name) == kind_of(asked):
                frame = (x - FRAME_PX, y - FRAME_PX, x + SIDE_PX + 2, y + SIDE_PX + 2)
                ImageDraw.Draw(self.image).rectangle(frame, outline=_ALIKE, width=FRAME_PX)

    def label(self, line: int, label: str) -> None:
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
