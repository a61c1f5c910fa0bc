"""train/progress.py: whoever watches a run reads a whole file, and shares that only grow."""

import json
import os

from hypothesis import given
from hypothesis import strategies as st

from train.progress import SHARES, note_progress
from train.run import STEPS


def noted(file):
    return json.loads(file.read_text(encoding="utf-8"))


def age(file, seconds):
    moment = file.stat().st_mtime - seconds
    os.utime(file, (moment, moment))


def test_the_shares_of_a_command_are_a_whole():
    for steps in SHARES.values():
        assert abs(sum(steps.values()) - 1) < 1e-9
    assert set(STEPS) <= set(SHARES["run"])


def test_a_step_says_its_name_its_share_of_the_whole_and_a_message(tmp_path):
    file = tmp_path / "progress.json"
    note_progress(file, "boosters", 1_000, 2_000)
    assert noted(file) == {
        "step": "boosters",
        "share": 0.8,
        "message": "boosters: 1,000 of 2,000",
    }


def test_it_is_written_once_a_second_and_at_the_end_of_each_step(tmp_path):
    file = tmp_path / "progress.json"
    note_progress(file, "pack", 1, 9)
    note_progress(file, "pack", 2, 9)
    assert noted(file)["message"] == "pack: 1 of 9"
    age(file, 1.5)
    note_progress(file, "pack", 3, 9)
    assert noted(file)["message"] == "pack: 3 of 9"
    note_progress(file, "pack", 9, 9)
    assert noted(file)["message"] == "pack: 9 of 9"


@given(st.lists(st.integers(0, 5), min_size=2, max_size=2), st.sampled_from(STEPS))
def test_a_share_never_shrinks(tmp_path_factory, done, step):
    file = tmp_path_factory.mktemp("noted") / "progress.json"
    shares = []
    for one in sorted(done):
        note_progress(file, step, one, 5)
        shares.append(noted(file)["share"])
        age(file, 2)
    note_progress(file, step, 0, 0)
    assert shares == sorted(shares)
    assert noted(file)["share"] >= shares[-1]
    assert not list(file.parent.glob(".*"))
