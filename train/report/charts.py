"""Small charts as inline SVG; their colours come from the page's style sheet."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 560, 320
LEFT, RIGHT, TOP, BOTTOM = 74, 14, 14, 46
TICKS = 6

Point = tuple[float, float]


@dataclass(frozen=True)
class Series:
    """One line of a chart, or its dots."""

    name: str
    points: Sequence[Point]
    dots: bool = False
    dashed: bool = False


@dataclass(frozen=True)
class Axis:
    """A labelled axis; the range is taken from the data where none is given."""

    label: str
    low: float | None = None
    high: float | None = None


def chart(series: Sequence[Series], x: Axis, y: Axis) -> str:
    """Draw lines and dots over two axes, with a legend where there is more than one."""
    points = [point for one in series for point in one.points]
    x_low, x_high = _range(x, [point[0] for point in points])
    y_low, y_high = _range(y, [point[1] for point in points], headroom=0.05)

    def place(point: Point) -> Point:
        across = (point[0] - x_low) / (x_high - x_low)
        up = (point[1] - y_low) / (y_high - y_low)
        return LEFT + across * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - up * (
            HEIGHT - TOP - BOTTOM
        )

    parts = [_grid(x, y, (x_low, x_high), (y_low, y_high))]
    parts += [
        _drawn(one, [place(point) for point in one.points], number)
        for number, one in enumerate(series)
    ]
    name = escape(f"{y.label} over {x.label}")
    svg = (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{name}">{"".join(parts)}</svg>'
    )
    return f"<figure class='chart'>{svg}{_legend(series)}</figure>"


def ticks(low: float, high: float) -> list[float]:
    """About six round numbers within a range."""
    rough = (high - low) / TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [round(i * step, 12) for i in range(first, last + 1)]


def _range(axis: Axis, values: Sequence[float], headroom: float = 0.0) -> tuple[float, float]:
    low = axis.low if axis.low is not None else min(values, default=0.0)
    high = axis.high
    if high is None:
        most = max(values, default=1.0)
        high = most + headroom * (most - low)
    return (low, high) if high > low else (low - 0.5, low + 0.5)


def _grid(x: Axis, y: Axis, across: Point, up: Point) -> str:
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    parts = []
    for value in ticks(*across):
        at = LEFT + (value - across[0]) / (across[1] - across[0]) * (right - LEFT)
        parts.append(f'<line class="grid" x1="{at:.1f}" x2="{at:.1f}" y1="{TOP}" y2="{bottom}"/>')
        parts.append(f'<text x="{at:.1f}" y="{bottom + 17}" text-anchor="middle">{value:g}</text>')
    for value in ticks(*up):
        at = bottom - (value - up[0]) / (up[1] - up[0]) * (bottom - TOP)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{right}" y1="{at:.1f}" y2="{at:.1f}"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">{value:g}</text>')
    middle, height = (LEFT + right) / 2, (TOP + bottom) / 2
    parts.append(
        f'<text class="axis" x="{middle}" y="{HEIGHT - 8}" text-anchor="middle">'
        f"{escape(x.label)}</text>"
    )
    parts.append(
        f'<text class="axis" transform="translate(14 {height}) rotate(-90)" text-anchor="middle">'
        f"{escape(y.label)}</text>"
    )
    return "".join(parts)


def _drawn(series: Series, places: Sequence[Point], number: int) -> str:
    style = f"series-{number % 6}{' dashed' if series.dashed else ''}"
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    parts = [f'<polyline class="{style}" points="{path}"/>']
    if series.dots:
        parts += [
            f'<circle class="{style}" cx="{x:.1f}" cy="{y:.1f}" r="4">'
            f"<title>{escape(series.name)}: {point[0]:.4g}, {point[1]:.4g}</title></circle>"
            for (x, y), point in zip(places, series.points, strict=True)
        ]
    return "".join(parts)


def _legend(series: Sequence[Series]) -> str:
    if len(series) < 2:
        return ""
    items = "".join(
        f'<li class="series-{number % 6}">{escape(one.name)}</li>'
        for number, one in enumerate(series)
    )
    return f"<ul class='legend'>{items}</ul>"
