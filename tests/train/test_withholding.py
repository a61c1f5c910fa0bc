"""train/withholding.py: whatever gives a tag away is withheld with it."""

import numpy as np
import pytest
import scipy.sparse as sp

from train.withholding import Wanted, choose_tags, relatives

NAMES = ["star", "stars", "星", "night", "house", "rare"]


def labels_of(*columns):
    return sp.csr_matrix(np.array(columns, np.uint8).T)


LABELS = labels_of(
    [1, 1, 1, 1, 0, 0, 0, 0, 0, 0],  # star
    [0, 0, 0, 0, 0, 0, 0, 1, 1, 1],  # stars
    [1, 1, 1, 0, 0, 0, 0, 0, 0, 0],  # 星: a translation on the same illustrations
    [1, 0, 0, 0, 1, 1, 1, 0, 0, 0],  # night: shares one
    [0, 0, 0, 0, 1, 1, 1, 1, 1, 1],
    [0] * 10,
)


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [(["star"], ["star", "stars", "星"]), (["rare"], ["rare"]), ([], [])],
)
def test_relatives_share_the_illustrations_or_the_stem(chosen, expected):
    columns = np.array([NAMES.index(name) for name in chosen], np.int64)
    assert [NAMES[column] for column in relatives(LABELS, NAMES, columns)] == expected


def test_several_tags_have_the_relatives_of_each():
    found = relatives(LABELS, NAMES, np.array([NAMES.index("house"), NAMES.index("stars")]))
    assert [NAMES[column] for column in found] == ["star", "stars", "night", "house"]


def test_tags_are_drawn_among_those_with_enough_illustrations():
    examples, tested = LABELS.tocsc(), LABELS[:8].tocsc()
    every = choose_tags(examples, tested, Wanted(examples=3, tested=3), 9, seed=0)
    assert [NAMES[column] for column in every] == ["star", "星", "night", "house"]
    few = choose_tags(examples, tested, Wanted(examples=3, tested=3), 2, seed=0)
    assert len(few) == 2
    assert set(few) <= set(every)
