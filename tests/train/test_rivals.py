"""train/rivals.py: each of the usual heads is one that works."""

import numpy as np
import pytest

from train.rivals import RIVALS, Field

WIDTH = 10


def unit(values):
    return (values / np.linalg.norm(values, axis=1, keepdims=True)).astype(np.float32)


def having(rows, seed):
    noise = np.random.default_rng(seed).normal(size=(rows, WIDTH)) * 0.2
    return unit(np.eye(WIDTH)[0] + noise)


def lacking(rows, seed):
    return unit(np.random.default_rng(seed).normal(size=(rows, WIDTH)))


@pytest.mark.parametrize("name", RIVALS)
@pytest.mark.parametrize("count", [1, 10, 60])
def test_it_ranks_what_has_the_tag_above_what_has_not(name, count):
    field = Field(lacking(400, 1), np.concatenate([having(40, 2), lacking(200, 3)]))
    scores = RIVALS[name](having(count, 4), field)
    assert scores.shape == (240,)
    # One example is little for a bare booster, as the table says.
    expected = 0.6 if name == "bare booster" and count == 1 else 0.9
    assert (scores[:40, None] > scores[40:]).mean() > expected
