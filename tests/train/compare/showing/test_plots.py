"""showing/plots.py: every encoder is in every plot, and nothing of the day is."""

import warnings
from pathlib import Path
from xml.etree import ElementTree

from tests.train.compare.measured import content, several
from train.compare.showing.plots import draw_plots
from train.compare.showing.result import Result
from train.compare.showing.results import merge_seeds

LARGEST_BYTES = 150_000


def test_plots_are_drawn_and_small(tmp_path: Path) -> None:
    """Also with rows that lack everything, with spreads, and with more rows than colours."""
    runs = [content("hinted", quality) for quality in (0.46, 0.47, 0.48)]
    more = [Result(content(f"other {number}", 0.3)) for number in range(6)]
    made = [*(Result(made) for made in several()), *more, Result(merge_seeds(runs))]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        files = draw_plots([*made, Result({"name": "unmeasured"})], tmp_path / "plots")
    names = ["encoders-cost.svg", "encoders-support.svg", "encoders-examples.svg"]
    assert [file.name for file in files] == names
    for file in files:
        assert ElementTree.parse(file).getroot().tag.endswith("svg")
        assert file.stat().st_size < LARGEST_BYTES


def test_the_same_results_are_the_same_bytes(tmp_path: Path) -> None:
    results = [Result(made) for made in several()[:3]]
    first = draw_plots(results, tmp_path / "a")
    second = draw_plots(results[::-1], tmp_path / "b")
    assert [file.read_bytes() for file in first] == [file.read_bytes() for file in second]


def test_what_nobody_measured_is_not_drawn(tmp_path: Path) -> None:
    alone = {"name": "vae", "new_tags": content()["new_tags"]}
    assert [file.name for file in draw_plots([Result(alone)], tmp_path)] == [
        "encoders-examples.svg"
    ]
    assert draw_plots([], tmp_path) == []
