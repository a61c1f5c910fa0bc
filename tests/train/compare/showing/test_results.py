"""showing/results.py and result.py: what is read, merged, chosen and marked."""

import json
from pathlib import Path

import pytest

from model.errors import TrainingError
from tests.train.compare.measured import content, several
from train.compare.showing.result import Figure, Result, saw_less, yardstick_of
from train.compare.showing.results import merge_seeds, read_results


def test_a_figure_that_was_not_measured_is_none() -> None:
    """A missing measure, one without a case, a flag and what is no number are alike."""
    result = Result({"name": "vae", "copies": None, "cost": {"bytes": True, "train_seconds": None}})
    assert result.label == "vae"
    assert result.figure("likeness", "everyone", "of_10") is None
    assert result.figure("copies", "mirror", "encoder") is None
    assert result.figure("cost", "bytes") is None
    assert result.figure("cost", "train_seconds") is None
    assert result.best_head() is None
    assert result.at_best("test") is None


def test_the_best_head_is_chosen_on_validation_alone() -> None:
    made = content()
    made["tagging"]["test"]["k-NN"]["sample"]["map"] = 0.99
    made["tagging"]["validation"]["ridge"]["sample"]["map"] = 0.9
    result = Result(made)
    assert result.best_head() == "ridge"
    assert result.best_head("all") == "vote and ridge"
    assert result.at_best("test") == Figure(made["tagging"]["test"]["ridge"]["sample"]["map"])


def test_runs_of_one_name_become_means_with_a_spread(tmp_path: Path) -> None:
    """The spread is the sample standard deviation, and single runs have none."""
    for seed, bytes_ in enumerate((1.0, 2.0, 3.0)):
        run = content("hinted", 0.4, cost={"bytes": bytes_})
        (tmp_path / f"hinted.{seed}.json").write_text(json.dumps(run))
    (tmp_path / "vae.json").write_text(json.dumps(content("vae", 0.3)))
    merged, alone = read_results(tmp_path)
    assert (merged.name, merged.seeds) == ("hinted", 3)
    assert merged.figure("cost", "bytes") == Figure(2.0, 1.0)
    assert (alone.name, alone.seeds) == ("vae", 1)
    assert alone.figure("new_tags", "test", "tags") == Figure(60.0)


def test_a_measure_that_one_seed_lacks_is_the_mean_of_the_others() -> None:
    merged = Result(merge_seeds([content(likeness=None), content(), {"name": "autoencoder"}]))
    assert merged.figure("likeness", "concepts") == Figure(1200.0)
    assert merged.figure("copies", "mirror", "pHash") == Figure(pytest.approx(0.64), 0.0)


def test_a_run_that_has_only_begun_is_read_too(tmp_path: Path) -> None:
    (tmp_path / "vae.seed0.json").write_text(json.dumps({"cost": {"bytes": 5}}))
    [begun] = read_results(tmp_path)
    assert begun.name == begun.label == "vae"
    assert begun.figure("cost", "bytes") == Figure(5.0)


@pytest.mark.parametrize("text", ["[]", "{", "7"])
def test_what_is_no_result_is_said(text: str, tmp_path: Path) -> None:
    (tmp_path / "half.json").write_text(text)
    with pytest.raises(TrainingError, match=r"half\.json is no result"):
        read_results(tmp_path)


def test_only_what_was_trained_on_fewer_images_than_the_yardstick_is_marked() -> None:
    """What is solved in one pass is not; without a yardstick the most counts."""
    results = [Result(made) for made in several()]
    assert [one.name for one in results if saw_less(one, results)] == ["vae_gan"]
    others = [one for one in results if not one.is_yardstick]
    assert [one.name for one in others if saw_less(one, others)] == ["vae_gan"]


def test_a_row_is_held_to_the_yardstick_of_its_own_size() -> None:
    small = Result(content("supervised", 0.4))
    large = Result(
        content("supervised", 0.5, settings={"kind": "supervised", "image_size_px": 112})
    )
    row = Result(content("vae"))
    assert yardstick_of(row, [large, row, small]) is small
    assert yardstick_of(row, [large, row]) is large
    assert yardstick_of(row, [row]) is None


def test_settings_may_say_otherwise_than_the_method() -> None:
    nested = Result({"name": "x", "settings": {"encoder": {"kind": "hinted", "image_size_px": 64}}})
    assert (nested.labels, nested.size_px, nested.is_yardstick) == ("hints", 64, False)
    said = Result({"name": "x", "settings": {"labels": "all", "yardstick": True, "solved": True}})
    assert (said.labels, said.is_yardstick, said.is_solved) == ("all", True, True)
