"""How each cost grows: one picture for the page, both axes logarithmic."""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from benchmarks.table import Row

PICTURE = "benchmarks-growth.svg"
STYLE = {
    "svg.hashsalt": "hoshizora",  # else names of elements differ from run to run
    "svg.fonttype": "path",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.3,
}


def draw_growth(rows: Iterable[Row], directory: Path) -> Path | None:
    """Draw every figure that was measured at several sizes; None where there is none.

    A dashed line starts where the first size does and grows as the size does.
    """
    lines: defaultdict[tuple[str, str], dict[int, float]] = defaultdict(dict)
    for row in rows:
        if row.grows:
            what, size = row.grows
            lines[what, row.unit][size] = row.value
    if not lines:
        return None
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(4.2 * len(lines), 3.2), layout="constrained")
        places = figure.subplots(1, len(lines), squeeze=False)[0]
        for axes, ((what, unit), line) in zip(places, lines.items(), strict=True):
            sizes, values = zip(*sorted(line.items()), strict=True)
            axes.loglog(sizes, values, "o-", color="#0072b2", label="measured")
            linear = [values[0] * size / sizes[0] for size in sizes]
            axes.loglog(sizes, linear, "--", color="#6e6e6e", label="in proportion")
            axes.set_xlabel(what)
            axes.set_ylabel(unit)
            axes.legend(frameon=False)
        directory.mkdir(parents=True, exist_ok=True)
        figure.savefig(directory / PICTURE, metadata={"Date": None})
    return directory / PICTURE
