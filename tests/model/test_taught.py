"""model/taught.py: what is stored of a tag is whole, or refused."""

import dataclasses

import numpy as np
import pytest

from model.errors import BundleError
from model.standard import Standard
from model.taught import Taught
from model.trees import Booster

BOOSTER = Booster(
    np.zeros((2, 3), np.uint8), np.ones((2, 3), np.uint8), np.ones((2, 4), np.int8), -5
)


def made(booster=BOOSTER, **changes):
    positives = np.float32([[0.5, 0.25], [1, 0]])
    standard = Standard(usual=-3.0, spread=1.5, support=2)
    fields = {"negatives": positives[:1], "standard": standard, "stretch": 1.25}
    return Taught("encoder", 0.2, positives, booster=booster, **{**fields, **changes})


def test_a_tag_comes_back_as_it_was():
    back, one = Taught.from_bytes(made().to_bytes()), made()
    for field in dataclasses.fields(Taught):
        if field.name != "booster":
            assert np.array_equal(getattr(back, field.name), getattr(one, field.name))
    for name in ("features", "bins", "leaves", "exponent"):
        assert np.array_equal(getattr(back.booster, name), getattr(one.booster, name))


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"no archive", made().to_bytes()[:-40]])
def test_damaged_bytes_are_refused(data):
    with pytest.raises(BundleError, match="Refit the tag"):
        Taught.from_bytes(data)


@pytest.mark.parametrize(
    "changes",
    [
        {"standard": Standard(0.0, 0.0, 2)},
        {"stretch": -1.0},
        {"standard": Standard(float("nan"), 1.0, 2)},
        {"negatives": np.zeros((1, 3), np.float32)},
        {"booster": Booster(*(np.zeros((2, 3), np.uint8),) * 2, np.ones((2, 8), np.int8), 0)},
    ],
)
def test_parts_that_do_not_fit_are_refused(changes):
    with pytest.raises(BundleError, match="do not fit together"):
        Taught.from_bytes(made(**changes).to_bytes())


def test_a_tag_without_an_example_is_refused():
    one = dataclasses.replace(made(), positives=np.zeros((0, 2), np.float32))
    with pytest.raises(BundleError):
        Taught.from_bytes(one.to_bytes())
