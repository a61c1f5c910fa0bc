"""What a picture of similar illustrations holds, in words that the service and decoders share.

``bot.decoding.grid_drawing`` draws it, in a decoder process.
"""

from dataclasses import dataclass

from bot.processes.frames import Frame

MOST_ROWS = 10
MOST_CELLS = 10


@dataclass(frozen=True)
class GridCell:
    """One similar illustration.

    Attributes:
        number: What stands in its corner.
        thumbnail: An image file; None when there is none any more.
    """

    number: int
    thumbnail: bytes | None


@dataclass(frozen=True)
class GridRow:
    """What is similar to one image.

    Attributes:
        cells: At least one and at most ten.
        header: What stands before the row; empty: nothing, since there is but one.
    """

    cells: tuple[GridCell, ...]
    header: str = ""


@dataclass(frozen=True)
class GridRequest:
    """A picture to draw: at least one row and at most ten."""

    rows: tuple[GridRow, ...]

    def __post_init__(self) -> None:
        counts = [len(row.cells) for row in self.rows]
        if not 1 <= len(counts) <= MOST_ROWS or min(counts) < 1 or max(counts) > MOST_CELLS:
            raise ValueError(f"1 to {MOST_ROWS} rows of 1 to {MOST_CELLS} cells, not {counts}")

    def frame(self) -> Frame:
        """The request on its way to a decoder."""
        rows = [
            {
                "header": row.header,
                "cells": [[cell.number, cell.thumbnail is not None] for cell in row.cells],
            }
            for row in self.rows
        ]
        cells = [cell for row in self.rows for cell in row.cells]
        thumbnails = tuple(cell.thumbnail for cell in cells if cell.thumbnail is not None)
        return Frame({"operation": "draw", "rows": rows}, thumbnails)

    @classmethod
    def of_frame(cls, frame: Frame) -> "GridRequest":
        """The request that a decoder received."""
        thumbnails = iter(frame.blobs)

        def cell(number: int, *, kept: bool) -> GridCell:
            return GridCell(number, next(thumbnails) if kept else None)

        return cls(
            tuple(
                GridRow(
                    tuple(cell(number, kept=kept) for number, kept in row["cells"]), row["header"]
                )
                for row in frame.header["rows"]
            )
        )
