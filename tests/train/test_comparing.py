"""train/comparing.py: what cannot be shown to be as good as the old bundle counts as worse."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from model.datasets import Row
from model.image import ImageLimits
from train import comparing
from train.comparing import Comparison, compare

FIGURES = {"images": 30, "tags": 4, "map_macro": 0.5}


def row(number, *tags):
    name = f"{number}.png"
    return Row(Path(name), name, "", tags, (), "test", name, "", "", "", False)


@pytest.fixture
def measured(monkeypatch):
    """How many rows each of the two was measured on; both are equally good."""
    noted = []

    def evaluate(scorer, rows, limits):
        noted.append((scorer, len(rows)))
        return FIGURES

    rival = SimpleNamespace(bundle=SimpleNamespace(name="old"))
    monkeypatch.setattr(comparing, "evaluate_rows", evaluate)
    monkeypatch.setattr(comparing.model.Tagger, "load", lambda bundle, limits: rival)
    return lambda tested, held: (
        compare("new", Path("old"), tested, held, ImageLimits()),
        [count for _, count in noted],
    )


@pytest.mark.parametrize(("new", "old", "better"), [(0.5, 0.5, True), (0.6, 0.5, True)])
def test_as_good_is_good_enough(new, old, better):
    found = Comparison("old", "test split", {**FIGURES, "map_macro": new}, {"map_macro": old})
    assert found.is_better is better
    assert "as good as old" in str(found)


def test_worse_is_worse_by_however_little():
    found = Comparison("old", "test split", {**FIGURES, "map_macro": 0.4999}, FIGURES)
    assert not found.is_better
    assert "worse than old" in str(found)
    assert "over 4 tags of 30 illustrations (test split)" in str(found)
    assert found.figures() == {
        "rival": "old",
        "split": "test split",
        "better": False,
        "images": 30,
        "new": 0.4999,
        "old": 0.5,
    }


def test_both_are_measured_on_the_test_split_where_that_can_tell(measured):
    told = [row(i, "sea") for i in range(5)]
    found, counts = measured([*told, row(9)], [row(i, "sea") for i in range(50)])
    assert (found.split, counts) == ("test split", [5, 5])


def test_else_on_what_was_held_out_for_validation(measured):
    found, counts = measured([row(1, "sea")], [row(i, "sea") for i in range(7)])
    assert (found.split, counts) == ("validation", [7, 7])
    assert found.is_better


def test_where_nothing_can_tell_the_new_one_is_not_published(measured):
    found, counts = measured([row(i, f"tag {i}") for i in range(20)], [])
    assert counts == []
    assert not found.is_better
    assert "no tag has 5 held-out illustrations" in str(found)
    assert found.figures()["new"] is None
