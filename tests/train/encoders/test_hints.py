"""train/encoders/hints.py: the tags of the fitting rows, in both languages."""

import numpy as np
import pytest

from model.errors import TrainingError
from train.encoders.hints import read_hints


def test_tags_of_both_languages_count_the_most_frequent_first(task):
    hints = read_hints(task(kind="hinted"), 2, 100)
    assert hints.names[0] == "drawing"
    assert set(hints.names) == {"drawing", "sea", "sky", "cat", "rose", "海", "空", "猫", "薔薇"}
    assert hints.counts.tolist() == [40] + [10] * 8
    sea = hints.names.index("sea")
    assert np.flatnonzero(hints.matrix[:, [sea]].toarray().ravel()).tolist() == list(
        range(0, 48, 4)
    )


def test_rare_tags_and_those_beyond_the_most_are_left_out(task):
    assert read_hints(task(kind="hinted"), 11, 100).names == ("drawing",)
    assert len(read_hints(task(kind="hinted"), 2, 3).names) == 3


def test_without_tags_there_is_nothing_to_learn_and_it_says_so(task):
    with pytest.raises(TrainingError, match=r"No tag has 100 or more.*kind=supervised"):
        read_hints(task(kind="supervised"), 100, 10)
