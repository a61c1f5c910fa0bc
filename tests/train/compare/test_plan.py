"""train/compare/plan.py and run.py: every row can be trained, and rows are chosen by name."""

import pytest

from model.errors import TrainingError
from train.compare.plan import CANDIDATES
from train.compare.run import chosen
from train.config import EncoderConfig
from train.encoders import METHODS


def test_every_method_is_a_row_and_every_row_has_a_name_of_its_own():
    assert {EncoderConfig(**one.encoder).kind for one in CANDIDATES} == set(METHODS)
    names = [one.name for one in CANDIDATES]
    assert len(set(names)) == len(names)


def test_all_networks_of_one_size_see_as_many_pictures():
    seen = {}
    for one in CANDIDATES:
        options = EncoderConfig(**one.encoder)
        seen.setdefault(options.image_size_px, set()).add(options.epochs / options.shares)
    assert all(len(epochs) == 1 for epochs in seen.values())


def test_rows_are_chosen_by_name_in_the_plans_order():
    assert chosen([]) == CANDIDATES
    last, first = CANDIDATES[3], CANDIDATES[1]
    assert chosen([last.name, first.name]) == (first, last)


def test_an_unknown_row_is_refused_with_those_there_are():
    with pytest.raises(TrainingError, match=r"no row watercolour.*pixel_pca.*supervised"):
        chosen(["watercolour"])
