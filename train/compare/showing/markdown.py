"""Markdown tables of figures."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from train.compare.showing.result import Figure, Result

Best = Literal["columns", "rows", "none"]
DASH = "–"
NOTHING = "Not measured yet."
Find = Callable[[Result], Figure | None]


@dataclass(frozen=True)
class Cell:
    """What stands in one place of a grid.

    Attributes:
        text: As it is shown.
        value: By which the best one is found; None where it takes no part.
    """

    text: str
    value: float | None = None


def measured(figure: Figure | None, digits: int = 3) -> Cell:
    """A figure with its spread over the seeds, as ``0.412 ± 0.003``; a dash where there is none."""
    if figure is None:
        return Cell(DASH)
    spread = "" if figure.spread is None else f" ± {figure.spread:.{digits}f}"
    return Cell(f"{figure.mean:.{digits}f}{spread}", figure.mean)


def shown(figure: Figure | None, words: Callable[[float], str]) -> Cell:
    """A figure in words of its own, without a spread and without being compared."""
    return Cell(DASH if figure is None else words(figure.mean))


def percent(share: float) -> str:
    """A share, as ``95 %``."""
    return f"{share * 100:.0f} %"


def lasting(seconds: float) -> str:
    """A time in hours, minutes or seconds, as precise as a budget needs."""
    if seconds >= 3600:
        return f"{seconds / 3600:.1f} h"
    return f"{seconds / 60:.0f} min" if seconds >= 60 else f"{seconds:.0f} s"


def grid(
    heads: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    best: Best = "columns",
    words: int = 1,
) -> str:
    """A Markdown table.

    Args:
        heads: Of the columns.
        rows: As many cells each.
        best: Among which cells the highest value is set in bold, if at all.
        words: How many columns begin at the left; the others, which hold figures, end at the right.
    """
    lines = [list(row) for row in rows]
    columns = [_highest(column) for column in zip(*lines, strict=True)]
    shown = [[*heads], ["---"] * words + ["---:"] * (len(heads) - words)]
    for line in lines:
        across = _highest(line) if best == "rows" else None
        highest = columns if best == "columns" else [across] * len(line)
        shown.append([_bold(cell, most) for cell, most in zip(line, highest, strict=True)])
    return "\n".join("| " + " | ".join(line) + " |" for line in shown)


def _highest(cells: Sequence[Cell]) -> float | None:
    """The highest of two or more values, as precise as it is printed: what looks alike is alike."""
    known = [round(cell.value, 3) for cell in cells if cell.value is not None]
    return max(known) if len(known) > 1 else None


def _bold(cell: Cell, most: float | None) -> str:
    if most is None or cell.value is None or round(cell.value, 3) < most:
        return cell.text
    return f"**{cell.text}**"


def figure_table(
    rows: Sequence[Result],
    names: Sequence[str],
    columns: Mapping[str, Find],
    best: Best = "columns",
) -> str:
    """A row for each result and a column for each figure; ``NOTHING`` where none is known.

    Args:
        rows: The results.
        names: What each is called.
        columns: By their headings.
        best: As of ``grid``.
    """
    lines = [[Cell(name)] for name in names]
    known = False
    for find in columns.values():
        for line, row in zip(lines, rows, strict=True):
            figure = find(row)
            line.append(measured(figure))
            known = known or figure is not None
    return grid(["encoder", *columns], lines, best) if known else NOTHING


def at(*path: str) -> Find:
    """The figure at a path of a result."""
    return lambda row: row.figure(*path)


def first_of(rows: Iterable[Result], *path: str) -> Figure | None:
    """What is the same for every result that has it."""
    return next((found for row in rows if (found := row.figure(*path))), None)


def count(rows: Iterable[Result], *path: str) -> str:
    """The same, as a number of things."""
    return shown(first_of(rows, *path), lambda value: f"{value:,.0f}").text


def union(rows: Iterable[Result], *path: str) -> list[str]:
    """The keys at a path that any result has, in the order of the first ones."""
    return list(dict.fromkeys(key for row in rows for key in row.keys(*path)))
