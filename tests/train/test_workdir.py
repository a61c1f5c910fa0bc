"""train/workdir.py: a step counts as done only under the settings it was done with."""

import json

import numpy as np
import pytest

from train.workdir import Workdir, fingerprint, new_array, write_json


@pytest.fixture
def work(tmp_path):
    return Workdir(tmp_path / "work")


def test_nothing_is_done_or_known_at_first(work):
    assert not work.is_done("pack", "mark")
    assert work.facts("pack") == {}
    assert work.read("seconds.json") == {}


def test_a_step_is_done_under_its_own_fingerprint_alone(work):
    work.mark_done("pack", "mark", {"images": 3})
    assert work.is_done("pack", "mark")
    assert not work.is_done("pack", "other")
    assert not work.is_done("embed", "mark")
    assert work.facts("pack")["images"] == 3


def test_a_step_that_begins_anew_is_done_under_no_fingerprint(work):
    """Else a run cut there would leave half-changed files under the old mark."""
    work.mark_done("pack", "mark", {})
    assert work.begin("pack") == work.step("pack")
    assert not work.is_done("pack", "mark")
    assert work.begin("pack").is_dir()


@pytest.mark.parametrize(
    ("one", "other"), [(("a", 1), ("a", 2)), (("ab",), ("a", "b")), (({"x": 1},), ({"y": 1},))]
)
def test_fingerprints_differ_wherever_a_part_does(one, other):
    assert fingerprint(*one) != fingerprint(*other)


def test_fingerprints_do_not_hang_on_the_order_of_keys():
    assert fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1})


def test_json_that_cannot_be_written_leaves_the_old_file_whole(tmp_path):
    file = tmp_path / "facts.json"
    write_json(file, {"name": "星空", "lone": "\ud800"})
    with pytest.raises(TypeError):
        write_json(file, {"name": object()})
    assert json.loads(file.read_text(encoding="utf-8"))["name"] == "星空"
    assert list(tmp_path.iterdir()) == [file]


def test_a_new_array_has_its_space_on_the_disk_from_the_start(tmp_path):
    array = new_array(tmp_path / "a.npy", (1000, 64), np.uint8)
    assert array.shape == (1000, 64)
    assert (tmp_path / "a.npy").stat().st_blocks * 512 >= array.nbytes
