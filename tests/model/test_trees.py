"""model/trees.py: bins are exact, rounded leaves are close, trees keep their meaning."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from model.errors import TrainingError, WidthMismatchError
from model.trees import (
    LARGEST_EXPONENT,
    SMALLEST_EXPONENT,
    BinEdges,
    Booster,
    blank_trees,
    leaf_sums,
    margins_of,
    round_leaves,
)

FLOATS = st.floats(allow_nan=False, allow_infinity=False, width=32)
TABLES = arrays.arrays(
    np.float32, st.tuples(st.integers(0, 40), st.integers(0, 4)), elements=FLOATS
)


@given(TABLES, st.integers(1, 12), st.data())
def test_a_value_lies_below_an_edge_exactly_if_its_bin_is_at_most_the_edges_number(
    values, bins, data
):
    edges = BinEdges.fit(values, bins)
    anything = st.floats(allow_nan=False, width=32) | st.sampled_from([0.0, *edges.edges.ravel()])
    asked = data.draw(arrays.arrays(np.float32, (5, len(edges.edges)), elements=anything))
    binned = edges.quantise(asked)
    for feature, row in enumerate(edges.edges):
        for number in np.flatnonzero(np.isfinite(row)):
            below = asked[:, feature] < row[number]
            assert np.array_equal(below, binned[:, feature] <= number)


@given(TABLES, st.integers(1, 12))
def test_edges_rise_and_make_no_more_bins_than_asked(values, bins):
    edges = BinEdges.fit(values, bins)
    assert edges.edges.dtype == np.float32
    assert edges.edges.shape[1] <= bins - 1
    for row in edges.edges:
        used = row[np.isfinite(row)]
        assert (np.diff(used) > 0).all()
        assert np.isinf(row[len(used) :]).all()


def test_bins_of_spread_out_values_have_about_equal_mass():
    values = np.random.default_rng(0).normal(size=(6400, 1))
    counts = np.bincount(BinEdges.fit(values, 64).quantise(values)[:, 0])
    assert len(counts) == 64
    assert counts.min() >= 98
    assert counts.max() <= 102


def test_a_feature_that_is_mostly_zero_still_gets_fine_bins():
    values = np.random.default_rng(0).exponential(size=(10_000, 1))
    values[:9_500] = 0
    binned = BinEdges.fit(values, 64).quantise(values)
    assert len(np.unique(binned[9_500:])) >= 60
    assert not binned[:9_500].any()


def test_few_distinct_values_get_a_bin_each():
    values = np.repeat([3.0, 1.0, 7.0], 5)[:, None]
    assert BinEdges.fit(values, 64).quantise(values).ravel().tolist() == [1] * 5 + [0] * 5 + [2] * 5


def test_infinities_fall_into_the_outermost_used_bins_and_nan_into_the_first():
    edges = BinEdges(np.array([[0, 1, np.inf, np.inf]], np.float32))
    asked = np.array([[-np.inf], [np.inf], [np.nan]], np.float32)
    assert edges.quantise(asked).ravel().tolist() == [0, 2, 0]


def test_first_names_the_feature_of_the_first_column():
    edges = BinEdges(np.array([[0.0], [10.0]], np.float32))
    assert edges.quantise(np.array([[5.0]]), first=1).item() == 0
    assert edges.quantise(np.array([[5.0]]), first=0).item() == 1


@pytest.mark.parametrize("shape", [(2, 2), (2,), (0, 2)])
def test_values_of_another_width_are_refused(shape):
    with pytest.raises(WidthMismatchError, match="edges for 2 features"):
        BinEdges(np.zeros((2, 1), np.float32)).quantise(np.zeros(shape), first=1)


def test_edges_are_not_fitted_on_what_is_not_finite():
    with pytest.raises(TrainingError, match="finite"):
        BinEdges.fit(np.array([[np.nan]]))


@pytest.mark.parametrize("shape", [(257, 1), (1, 255), (3,)])
def test_more_than_a_byte_can_name_is_refused(shape):
    with pytest.raises(TrainingError, match="Received"):
        BinEdges(np.zeros(shape, np.float32))


@given(arrays.arrays(np.float64, (3, 4), elements=st.floats(-900, 900)))
def test_rounding_moves_a_leaf_by_at_most_half_a_step_and_a_step_is_as_small_as_it_can_be(leaves):
    booster = round_leaves(*blank_trees(3, 2), leaves)
    step = 2.0**booster.exponent
    kept = (np.abs(leaves) > step / 2).any(axis=1) | (np.rint(leaves / step) != 0).any(axis=1)
    assert len(booster.leaves) == kept.sum()
    assert np.abs(booster.leaves * step - leaves[kept]).max(initial=0) <= step / 2
    assert SMALLEST_EXPONENT <= booster.exponent <= LARGEST_EXPONENT
    if booster.exponent > SMALLEST_EXPONENT:
        assert np.abs(leaves).max() > 127 * step / 2


def test_leaves_beyond_the_largest_step_are_cut_off_there():
    assert round_leaves(*blank_trees(1, 0), np.array([[-1e9]])).leaves.item() == -127


def test_trees_that_say_nothing_are_left_out():
    booster = round_leaves(*blank_trees(2, 1), np.array([[0.0, 1e-12], [0.5, 0.0]]))
    assert booster.leaves.shape == (1, 2)


def test_margins_follow_the_tree_to_the_leaf():
    tests = np.array([[0, 1, 2]], np.uint8), np.array([[5, 1, 255]], np.uint8)
    booster = Booster(*tests, np.array([[1, 2, 3, 4]], np.int8), -1)
    bins = np.array([[5, 1, 9], [5, 2, 9], [6, 0, 254]], np.uint8)
    assert margins_of(booster, bins, np.array([0, 10, 0])).tolist() == [0.5, 11.0, 1.5]


@given(st.integers(0, 3), st.integers(0, 2), st.data())
def test_deeper_trees_say_the_same(depth, more, data):
    inner = arrays.arrays(np.uint8, (2, 2**depth - 1), elements=st.integers(0, 3))
    leaves = arrays.arrays(np.int8, (2, 2**depth))
    booster = Booster(data.draw(inner), data.draw(inner), data.draw(leaves), 0)
    bins = data.draw(arrays.arrays(np.uint8, (6, 4), elements=st.integers(0, 4)))
    deeper = booster.deepened(depth + more)
    assert deeper.depth == depth + more
    assert np.array_equal(
        margins_of(deeper, bins, np.zeros(6)), margins_of(booster, bins, np.zeros(6))
    )


@given(st.integers(0, 3), st.integers(0, 3), st.data())
def test_all_trees_walked_side_by_side_say_the_same(depth, rounds, data):
    inner = arrays.arrays(np.uint8, (rounds, 2**depth - 1), elements=st.integers(0, 3))
    leaves = arrays.arrays(np.int8, (rounds, 2**depth))
    booster = Booster(data.draw(inner), data.draw(inner), data.draw(leaves), -4)
    for rows in (0, 6):
        bins = data.draw(arrays.arrays(np.uint8, (rows, 4), elements=st.integers(0, 4)))
        assert np.array_equal(leaf_sums(booster, bins), margins_of(booster, bins, np.zeros(rows)))
