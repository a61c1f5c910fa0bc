"""The plots of ``python -m train compare``: SVG, the same bytes for the same results.

An encoder has the same colour in all of them; the yardstick is black or grey, and dashed. Those
with round dots saw no labels, those with squares hints of them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import LogLocator, NullLocator

from train.compare.showing.markdown import Find, at, union
from train.compare.showing.result import Figure, Result
from train.compare.showing.table import OURS, in_order, row_names
from train.compare.showing.tag_tables import SPLIT_NAMES, band_figure, bands_of, tags_of_band

# Told apart by people who confuse red and green, as far as ten colours can be.
_COLOURS = (
    "#0072b2",
    "#e69f00",
    "#009e73",
    "#cc79a7",
    "#56b4e9",
    "#d55e00",
    "#7a5195",
    "#8c6d31",
    "#44aa99",
    "#7f7f7f",
)
_MARKERS = {"none": "o", "hints": "s", "all": "D"}
_BLACKS = ("#000000", "#6e6e6e")
_YARDSTICK = {"linestyle": "--", "marker": "*", "markersize": 12}
_STYLE = {
    "svg.hashsalt": "hoshizora",  # else names of elements differ from run to run
    "svg.fonttype": "path",
    "font.size": 9.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.3,
    "grid.linewidth": 0.6,
    "lines.linewidth": 1.4,
    "lines.markersize": 7,
}
_MAP = "mean average precision"


@dataclass(frozen=True)
class _Line:
    """An encoder as a plot shows it."""

    row: Result
    name: str
    style: dict[str, Any]


def draw_plots(results: Sequence[Result], directory: Path) -> list[Path]:
    """Draw every plot of which anything has been measured.

    Args:
        results: Of the encoders, in any order.
        directory: Where ``encoders-cost.svg``, ``encoders-support.svg`` and
            ``encoders-examples.svg`` are written; made if need be.
    """
    directory.mkdir(parents=True, exist_ok=True)
    lines = _lines(results)
    plots: dict[str, Callable[[Sequence[_Line]], Drawing | None]] = {
        "cost": _quality_against_cost,
        "support": _precision_by_support,
        "examples": _precision_by_examples,
    }
    written = []
    with mpl.rc_context(_STYLE):
        for name, draw in plots.items():
            drawing = draw(lines)
            if drawing is not None:
                file = directory / f"encoders-{name}.svg"
                drawing.savefig(file, metadata={"Date": None, "Creator": None})
                written.append(file)
    return written


def _lines(results: Sequence[Result]) -> list[_Line]:
    rows, names = in_order(results), row_names(results)
    drawn = {True: 0, False: 0}  # yardsticks, others
    lines = []
    for name, row in zip(names, rows, strict=True):
        lines.append(_Line(row, name, _style(row, drawn[row.is_yardstick])))
        drawn[row.is_yardstick] += 1
    return lines


def _style(row: Result, place: int) -> dict[str, Any]:
    """How the yardstick, or the encoder, of that place is drawn."""
    if row.is_yardstick:
        return {**_YARDSTICK, "color": _BLACKS[place % len(_BLACKS)]}
    again, place = divmod(place, len(_COLOURS))
    return {
        "color": _COLOURS[place],
        "marker": _MARKERS[row.labels],
        "linestyle": ":" if again else "-",
    }


def _quality_against_cost(lines: Sequence[_Line]) -> Drawing | None:
    """Both splits over the time of training and over the time of an image."""
    costs: dict[str, Find] = {
        "hours of training": _hours,
        "milliseconds an image": at("cost", "ms_per_image"),
    }
    drawing = Drawing(figsize=(9.6, 6.4), layout="constrained")
    panels = drawing.subplots(len(SPLIT_NAMES), len(costs), sharex="col", sharey="row")
    drawn = 0
    for (split, title), beside in zip(SPLIT_NAMES.items(), panels, strict=True):
        beside[0].set_ylabel(f"{title}:\n{_MAP}")
        for cost, axes in zip(costs.items(), beside, strict=True):
            drawn += sum(_dot(axes, line, cost[1], split) for line in lines)
            axes.set_xscale("log")
            axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            axes.xaxis.set_major_formatter(_plain)
            axes.xaxis.set_minor_locator(NullLocator())
    for axes, said in zip(panels[-1], costs, strict=True):
        axes.set_xlabel(said)
    return _with_legend(drawing, panels[0][0]) if drawn else None


def _precision_by_support(lines: Sequence[_Line]) -> Drawing | None:
    """The test split by how common a tag is, under the best head measured on all tags."""
    rows = [line.row for line in lines]
    bands = bands_of(rows)
    if not bands:
        return None
    drawing = Drawing(figsize=(9.6, 4.8), layout="constrained")
    axes = drawing.subplots()
    for line in lines:
        _curve(axes, line, [band_figure(line.row, band) for band in bands])
    axes.set_xticks(range(len(bands)), [f"{band}\n{tags_of_band(rows, band)}" for band in bands])
    axes.set_xlabel("fitting images of a tag, and how many tags of the test split have as many")
    axes.set_ylabel(_MAP)
    return _with_legend(drawing, axes)


def _precision_by_examples(lines: Sequence[_Line]) -> Drawing | None:
    """New tags, by the number of their examples, under the head that is served for them."""
    rows = [line.row for line in lines]
    numbers = {split: union(rows, "new_tags", split, OURS) for split in SPLIT_NAMES}
    if not any(numbers.values()):
        return None
    drawing = Drawing(figsize=(9.6, 4.8), layout="constrained")
    panels = drawing.subplots(1, len(SPLIT_NAMES))
    for (split, title), axes in zip(SPLIT_NAMES.items(), panels, strict=True):
        for line in lines:
            path = ("new_tags", split, OURS)
            _curve(axes, line, [line.row.figure(*path, number) for number in numbers[split]])
        axes.set_xticks(range(len(numbers[split])), numbers[split])
        axes.set_title(title, fontsize="medium")
        axes.set_xlabel("examples of a new tag")
    panels[0].set_ylabel(_MAP)
    return _with_legend(drawing, panels[0])


def _dot(axes: Axes, line: _Line, cost: Find, split: str) -> bool:
    """One encoder at its best head; nothing where its quality or its cost is not known."""
    quality, spent = line.row.at_best(split), cost(line.row)
    if quality is None or spent is None or spent.mean <= 0:
        return False
    style = {**line.style, "linestyle": "none"}
    axes.errorbar(spent.mean, quality.mean, yerr=quality.spread, label=line.name, **style)
    return True


def _curve(axes: Axes, line: _Line, figures: Sequence[Figure | None]) -> None:
    """One encoder's figures over places 0, 1, 2 …, without those that are not known."""
    known = [(place, figure) for place, figure in enumerate(figures) if figure]
    if known:
        axes.errorbar(
            [place for place, _ in known],
            [figure.mean for _, figure in known],
            yerr=[figure.spread or 0.0 for _, figure in known],
            label=line.name,
            **line.style,
        )


def _with_legend(drawing: Drawing, axes: Axes) -> Drawing:
    """The encoders beside the plot, named once."""
    handles, names = axes.get_legend_handles_labels()
    drawing.legend(handles, names, loc="outside right upper", frameon=False)
    return drawing


def _plain(value: float, _: object) -> str:
    return f"{value:g}"


def _hours(row: Result) -> Figure | None:
    seconds = row.figure("cost", "train_seconds")
    return Figure(seconds.mean / 3600) if seconds else None
