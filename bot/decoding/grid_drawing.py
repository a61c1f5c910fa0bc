"""Draws the picture of similar illustrations: one numbered grid of thumbnails.

This runs in the decoder processes, since thumbnails were made of untrusted bytes. So: Pillow alone,
and the one font that Pillow carries within itself. The background is transparent, and whatever
touches it reads well on a dark and on a light chat.
"""

import io
import math
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from bot.decoding.grid import GridCell, GridRequest
from model.errors import ImageError
from model.image import ImageLimits, MiB, decode_image

QUALITY = 82
# About twice the width at which a chat shows a picture.
WIDTH_PX = 1040
HEIGHT_PX = 1560
LARGEST_CELL_PX = 236
# The room in which a chat shows a picture.
CHAT_PX = (550, 350)
# A row of more cells goes on in the next line, while lines are so few that cells stay large. Else
# each row is a line, and the rows stand in blocks beside each other if that makes cells larger.
FEW_COLUMNS = 5
FEW_LINES = 4
# The part of a thumbnail's longer side that may be cut away, so that 3:2 fills a cell; a still
# longer one gets edges of its own colours.
MOST_CUT = 1 / 3
# Of what is cut, the part above: faces are nearer to the top.
CUT_ABOVE = 0.3
# How bright those edges are, lest they be taken for a part of the picture.
EDGE_BRIGHTNESS = 0.55
# Shapes are drawn larger and scaled down, which is what makes their edges smooth.
SMOOTH = 4

Colour = tuple[int, int, int, int]
_THUMBNAIL_LIMITS = ImageLimits(MiB, MiB)
_WHITE: Colour = (255, 255, 255, 255)
_NIGHT: Colour = (17, 20, 36, 230)
_INDIGO: Colour = (88, 101, 190, 255)
_RIM: Colour = (255, 255, 255, 150)
# Greys half-way between a dark and a light background.
_HAIR_LINE: Colour = (128, 132, 142, 120)
_PANE: Colour = (128, 132, 142, 56)
_STAR: Colour = (128, 132, 142, 140)


@dataclass(frozen=True)
class Layout:
    """Where things stand, in px.

    Attributes:
        columns: Cells in a line of a row.
        cell: Side of a cell.
        gutter: Width that a header takes on the left of its row.
        rows: Left, top and bottom of each row, the header included.
    """

    columns: int
    cell: int
    gutter: int
    rows: tuple[tuple[int, int, int], ...]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture."""
        gap = _gap(self.cell)
        right = max(left for left, _, _ in self.rows) + self.gutter
        height = max(bottom for _, _, bottom in self.rows)
        return right + self.columns * (self.cell + gap) - gap, height

    def corner(self, row: int, position: int) -> tuple[int, int]:
        """The left upper corner of a cell."""
        line, column = divmod(position, self.columns)
        step = self.cell + _gap(self.cell)
        left, top, _ = self.rows[row]
        return left + self.gutter + column * step, top + line * step


def lay_out(request: GridRequest) -> Layout:
    """Choose columns and a size of cells at which the picture stays within its bounds."""
    counts = [len(row.cells) for row in request.rows]
    columns, blocks = min(max(counts), FEW_COLUMNS), 1
    lines = [math.ceil(count / columns) for count in counts]
    if sum(lines) > FEW_LINES:
        columns, lines = max(counts), [1] * len(counts)
        blocks = max(1, 2, 3, key=lambda count: _shown_px(len(counts), columns, count))
    across, down = columns * blocks, math.ceil(sum(lines) / blocks)
    cell = min(LARGEST_CELL_PX, WIDTH_PX // across - 12, HEIGHT_PX // down - 16)
    gap = _gap(cell)
    gutter = _badge_px(cell) + gap if any(row.header for row in request.rows) else 0
    block_width = gutter + columns * (cell + gap) + 2 * gap
    in_block = math.ceil(len(counts) / blocks)
    rows: list[tuple[int, int, int]] = []
    for place, count in enumerate(lines):
        top = rows[-1][2] + 2 * gap if place % in_block else 0
        rows.append((place // in_block * block_width, top, top + count * (cell + gap) - gap))
    return Layout(columns, cell, gutter, tuple(rows))


def draw_grid(request: GridRequest) -> bytes:
    """Draw the picture; a thumbnail that is missing or damaged leaves a quiet pane.

    Returns:
        A WebP file.
    """
    layout = lay_out(request)
    canvas = Image.new("RGBA", layout.size)
    for place, row in enumerate(request.rows):
        left, top, bottom = layout.rows[place]
        if row.header:
            size = (_badge_px(layout.cell), bottom - top)
            middle = _inset(layout.cell) + _badge_px(layout.cell) // 2
            header = _label(row.header, size, middle, _INDIGO)
            canvas.alpha_composite(header, (left, top))
        for position, cell in enumerate(row.cells):
            canvas.alpha_composite(_draw_cell(cell, layout.cell), layout.corner(place, position))
    file = io.BytesIO()
    canvas.save(file, "WEBP", quality=QUALITY, method=3)
    return file.getvalue()


def fill_square(image: Image.Image, side: int) -> Image.Image:
    """Fit an RGB image into a square, its proportions kept: a little is cut, the rest filled."""
    width, height = image.size
    kept_width = max(min(image.size), round(width * (1 - MOST_CUT)))
    kept_height = max(min(image.size), round(height * (1 - MOST_CUT)))
    kept_width, kept_height = min(width, kept_width), min(height, kept_height)
    left, top = (width - kept_width) // 2, round((height - kept_height) * CUT_ABOVE)
    kept = image.crop((left, top, left + kept_width, top + kept_height))
    scale = side / max(kept.size)
    fitted = kept.resize(
        (max(1, round(kept_width * scale)), max(1, round(kept_height * scale))),
        Image.Resampling.LANCZOS,
    )
    if fitted.size == (side, side):
        return fitted
    colours = kept.resize((6, 6), Image.Resampling.BOX)
    dark = colours.point(lambda value: value * EDGE_BRIGHTNESS)
    square = dark.resize((side, side), Image.Resampling.BICUBIC)
    square.paste(fitted, ((side - fitted.width) // 2, (side - fitted.height) // 2))
    return square


def _shown_px(rows: int, columns: int, blocks: int) -> float:
    """The side of a cell as a chat shows it, when rows of one line stand in blocks."""
    width, height = CHAT_PX
    return min(width / (columns * blocks), height / math.ceil(rows / blocks))


def _gap(cell_px: int) -> int:
    return max(6, cell_px // 16)


def _badge_px(cell_px: int) -> int:
    return max(24, cell_px // 5)


def _inset(cell_px: int) -> int:
    return max(4, cell_px // 28)


def _draw_cell(cell: GridCell, side: int) -> Image.Image:
    picture = _thumbnail(cell.thumbnail, side) or _pane(side).copy()
    picture.alpha_composite(_hair_line(side))
    text, height = str(cell.number), _badge_px(side)
    width = max(height, round(height * (0.5 + 0.35 * len(text))))
    badge = _label(text, (width, height), height // 2, _NIGHT)
    picture.alpha_composite(badge, (_inset(side), _inset(side)))
    return picture


def _thumbnail(data: bytes | None, side: int) -> Image.Image | None:
    if data is None:
        return None
    try:
        thumbnail = decode_image(data, _THUMBNAIL_LIMITS, 2 * side)
    except ImageError:
        return None
    picture = fill_square(thumbnail, side).convert("RGBA")
    picture.putalpha(_mask(side))
    return picture


def _large_square(side: int, fill: Colour | None, outline: Colour | None = None) -> Image.Image:
    """A rounded square, still to be scaled down."""
    large = Image.new("RGBA", (side * SMOOTH, side * SMOOTH))
    last = side * SMOOTH - 1
    radius = max(6, side // 12) * SMOOTH
    ImageDraw.Draw(large).rounded_rectangle((0, 0, last, last), radius, fill, outline, SMOOTH)
    return large


@lru_cache(maxsize=8)
def _mask(side: int) -> Image.Image:
    return _large_square(side, _WHITE).reduce(SMOOTH).getchannel("A")


@lru_cache(maxsize=8)
def _hair_line(side: int) -> Image.Image:
    """The edge that a white drawing needs on white, and a black one on black."""
    return _large_square(side, None, _HAIR_LINE).reduce(SMOOTH)


@lru_cache(maxsize=8)
def _pane(side: int) -> Image.Image:
    """What stands for a picture that is not there: a star that one can hardly see."""
    large = _large_square(side, _PANE)
    middle = side * SMOOTH / 2
    points = [
        (
            middle + math.sin(math.tau * corner / 8) * middle * (0.09 if corner % 2 else 0.32),
            middle - math.cos(math.tau * corner / 8) * middle * (0.09 if corner % 2 else 0.32),
        )
        for corner in range(8)
    ]
    ImageDraw.Draw(large).polygon(points, _STAR)
    return large.reduce(SMOOTH)


@lru_cache(maxsize=256)
def _label(text: str, size: tuple[int, int], middle: int, colour: Colour) -> Image.Image:
    """A rounded label; ``middle`` is the height at which its text stands."""
    width, height, short = size[0] * SMOOTH, size[1] * SMOOTH, min(size) * SMOOTH
    large = Image.new("RGBA", (width, height))
    draw = ImageDraw.Draw(large)
    box = (0, 0, width - 1, height - 1)
    draw.rounded_rectangle(box, short * 0.34, colour, _RIM, SMOOTH)
    font = ImageFont.load_default(short * 0.64)
    # The font has one weight; the stroke makes it bolder.
    at = (width / 2, middle * SMOOTH)
    draw.text(at, text, _WHITE, font, anchor="mm", stroke_width=SMOOTH // 2)
    return large.reduce(SMOOTH)
