"""Rules of ``train.compare.showing.markdown``: what is shown, and what of it is bold."""

import pytest

from train.compare.showing.markdown import Cell, grid, lasting, measured
from train.compare.showing.result import Figure


def test_a_figure_has_its_spread_beside_it() -> None:
    assert measured(Figure(0.4124, 0.0031)).text == "0.412 ± 0.003"
    assert measured(Figure(2.0), 2).text == "2.00"
    assert measured(None) == Cell("–")


def test_the_highest_as_printed_are_bold() -> None:
    """Figures that look alike are alike; dashes and words take no part."""
    rows = [
        [Cell("a"), measured(Figure(0.41231)), measured(None)],
        [Cell("b"), measured(Figure(0.41229)), measured(Figure(0.2))],
        [Cell("c"), measured(Figure(0.3)), Cell("word")],
    ]
    assert grid(["", "x", "y"], rows).splitlines() == [
        "|  | x | y |",
        "| --- | ---: | ---: |",
        "| a | **0.412** | – |",
        "| b | **0.412** | 0.200 |",
        "| c | 0.300 | word |",
    ]
    assert grid(["", "x", "y"], rows, best="rows").splitlines()[3] == "| b | **0.412** | 0.200 |"
    assert "**" not in grid(["", "x", "y"], rows, best="none")


def test_a_grid_may_have_no_rows() -> None:
    assert grid(["a", "b", "c"], [], words=2).splitlines() == [
        "| a | b | c |",
        "| --- | --- | ---: |",
    ]


@pytest.mark.parametrize(("seconds", "text"), [(9, "9 s"), (90, "2 min"), (5400, "1.5 h")])
def test_times_are_read_easily(seconds: float, text: str) -> None:
    assert lasting(seconds) == text
