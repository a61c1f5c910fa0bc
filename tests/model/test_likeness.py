"""model/likeness.py: the more like the examples, the higher; like counterexamples, the lower."""

import numpy as np
import pytest

from model.head import Labels
from model.likeness import Likeness, Seen
from model.metric import Metric

WIDTH = 8
RANDOM = np.random.default_rng(0)


def unit(values):
    return (values / np.linalg.norm(values, axis=1, keepdims=True)).astype(np.float32)


BACKGROUND = unit(RANDOM.normal(size=(300, WIDTH)))
TAGS = Labels(np.arange(301, dtype=np.int64), (BACKGROUND[:, 0] > 0).astype(np.int32))
METRIC = Metric.linear(BACKGROUND, TAGS)
EAST, NORTH = unit(np.eye(WIDTH)[[0]]), unit(np.eye(WIDTH)[[1]])
NOTHING = np.zeros((0, WIDTH), np.float32)


def near(direction, rows, spread=0.2, seed=1):
    noise = np.random.default_rng(seed).normal(size=(rows, WIDTH)) * spread
    return unit(direction + noise)


def ask(likeness, embeddings):
    return likeness.of(Seen.by(METRIC, embeddings))


@pytest.mark.parametrize("count", [1, 2, 20])
def test_what_is_near_the_examples_is_more_like_them_than_the_background(count):
    likeness = Likeness.to(METRIC, near(EAST, count), NOTHING)
    assert ask(likeness, near(EAST, 50, seed=2)).min() > np.median(ask(likeness, BACKGROUND))


def test_two_clusters_are_each_known_and_their_middle_is_not():
    likeness = Likeness.to(METRIC, np.concatenate([near(EAST, 5), near(NORTH, 5)]), NOTHING)
    middle = ask(likeness, unit(EAST + NORTH))
    assert ask(likeness, EAST)[0] > middle[0]
    assert ask(likeness, NORTH)[0] > middle[0]


def test_counterexamples_lower_what_is_nearer_to_them():
    plain = Likeness.to(METRIC, near(EAST, 5), NOTHING)
    taught = Likeness.to(METRIC, near(EAST, 5), near(NORTH, 3))
    north, east = near(NORTH, 20, seed=3), near(EAST, 20, seed=3)
    lost = (ask(plain, north) - ask(taught, north)).mean()
    assert lost > 1 + (ask(plain, east) - ask(taught, east)).mean()


def test_an_example_is_compared_with_the_others_as_if_it_were_new():
    positives, negatives = near(EAST, 6, 0.5), near(NORTH, 4, 0.5)
    likeness = Likeness.to(METRIC, positives, negatives)
    own = likeness.of_positives()
    assert (own < ask(likeness, positives)).all()
    for i in range(6):
        others = Likeness.to(METRIC, np.delete(positives, i, axis=0), negatives)
        # But for the weight of familiarity, which goes by the number of examples.
        assert own[i] == pytest.approx(ask(others, positives[i : i + 1])[0], abs=0.5)
    for i in range(4):
        others = Likeness.to(METRIC, positives, np.delete(negatives, i, axis=0))
        expected = ask(others, negatives[i : i + 1])[0]
        assert likeness.of_negatives()[i] == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("rows", [0, 3])
def test_shapes(rows):
    likeness = Likeness.to(METRIC, near(EAST, 2), NOTHING)
    found = ask(likeness, near(EAST, rows))
    assert (found.shape, found.dtype) == ((rows,), np.float32)
    assert likeness.of_negatives().shape == (0,)


def test_far_from_everything_is_finite():
    likeness = Likeness.to(METRIC, EAST, NORTH)
    assert np.isfinite(ask(likeness, np.float32([[1e3] * WIDTH, [0.0] * WIDTH]))).all()
