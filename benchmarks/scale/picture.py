"""Two curves for the page: how answers wait as posts come faster, and what gives way when."""

import dataclasses
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from benchmarks.plot import STYLE
from benchmarks.scale.figures import Figures
from benchmarks.scale.page import COMMUNITIES
from benchmarks.scale.serving import demand, measured_point
from benchmarks.scale.simulation import simulate
from benchmarks.scale.sizing import storage

PICTURE = "scale.svg"
STEPS = 12
BLUE, ORANGE, GREY = "#0072b2", "#d55e00", "#6e6e6e"


def draw_scale(figures: Figures, directory: Path) -> Path:
    """Write the picture; its place."""
    with mpl.rc_context(STYLE):
        drawing = Figure(figsize=(8.4, 3.4), layout="constrained")
        waiting, growing = drawing.subplots(1, 2)
        _draw_waiting(waiting, figures)
        _draw_growing(growing, figures)
        directory.mkdir(parents=True, exist_ok=True)
        drawing.savefig(directory / PICTURE, metadata={"Date": None})
    return directory / PICTURE


def _draw_waiting(axes: mpl.axes.Axes, figures: Figures) -> None:
    needs, setting = measured_point(figures)
    most = setting.cores / (needs.loop + needs.decode + needs.infer) if setting.cores else 1.0
    rates = [most * step / (STEPS + 1) for step in range(1, STEPS + 1)]
    found = [simulate(needs, dataclasses.replace(setting, per_second=one)) for one in rates]
    axes.plot(rates, [one.median for one in found], color=BLUE, label="median")
    late = [one.percentile_99 for one in found]
    axes.plot(rates, late, color=ORANGE, label="99th percentile")
    axes.plot(
        [setting.per_second], [figures["answer seconds, median"]], "o", color=GREY, label="measured"
    )
    axes.set_yscale("log")
    axes.set_xlabel("posts a second, two cores")
    axes.set_ylabel("seconds to the answer")
    axes.legend(frameon=False)


def _draw_growing(axes: mpl.axes.Axes, figures: Figures) -> None:
    sizes = [one.illustrations for one in COMMUNITIES]
    kept = [storage(figures, one) for one in COMMUNITIES]
    for name, values, colour in (
        ("thumbnails", [one.thumbnails for one in kept], GREY),
        ("catalogue", [one.catalogue for one in kept], ORANGE),
        ("index in files", [one.index for one in kept], BLUE),
    ):
        axes.loglog(sizes, [one / 1e9 for one in values], "o-", color=colour, label=name)
    posts = [1e3 * demand(figures, one, servers=False).choose for one in COMMUNITIES]
    axes.loglog(sizes, posts, "--", color="black", label="choosing for a post, ms")
    axes.set_xlabel("illustrations")
    axes.set_ylabel("GB; ms")
    axes.legend(frameon=False, loc="lower right")
