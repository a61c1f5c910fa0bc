"""model/exact.py: the fast exact search against distances measured one by one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from model.exact import Items, Neighbour, merged

WIDTH = 3
# A coarse grid makes ties and duplicates, a long offset makes the products round badly.
COORDINATES = st.integers(-3, 3).map(lambda step: step / 4) | st.floats(-1000, 1000, width=32)
ROWS = arrays.arrays(
    np.float32, st.tuples(st.integers(0, 30), st.just(WIDTH)), elements=COORDINATES
)


def obvious(items, query, neighbours):
    distances = [
        (float(np.linalg.norm(each.astype(np.float64) - query)), int(number))
        for number, each in zip(items.ids, items.embeddings, strict=True)
    ]
    return sorted(distances)[:neighbours]


@given(ROWS, ROWS, st.integers(0, 35), st.floats(-(2**20), 2**20, width=32))
def test_the_nearest_are_those_that_measuring_every_distance_finds(rows, queries, neighbours, far):
    items = Items.of(np.arange(len(rows))[::-1] * 7, rows + np.float32(far))
    queries = queries + np.float32(far)
    found = items.nearest(queries, neighbours)
    assert len(found) == len(queries)
    for query, row in zip(queries, found, strict=True):
        expected = obvious(items, query, neighbours)
        assert [each.id for each in row] == [number for _, number in expected]
        assert [each.distance for each in row] == pytest.approx([far for far, _ in expected])


def test_many_queries_are_answered_in_blocks_each_with_its_own_neighbours():
    random = np.random.default_rng(0)
    items = Items.of(np.arange(500), random.normal(size=(500, WIDTH)).astype(np.float32))
    found = items.nearest(items.embeddings, 1)
    assert found == [[Neighbour(number, 0.0)] for number in range(500)]


def test_near_duplicates_far_from_the_origin_are_still_told_apart():
    steps = np.arange(50, dtype=np.float32)[:, None] / 64
    items = Items.of(np.arange(50), 4096 + steps * np.ones(WIDTH, np.float32))
    found = items.nearest(items.embeddings[[20]], 3)[0]
    assert [each.id for each in found] == [20, 19, 21]


def test_no_items_have_no_neighbours():
    assert Items.none(WIDTH).nearest(np.zeros((2, WIDTH), np.float32), 5) == [[], []]
    assert Items.none(WIDTH).nearest(np.zeros((0, WIDTH), np.float32), 5) == []


def test_items_are_joined_and_taken_and_searched_under_a_mask():
    items = Items.of(np.array([4, 9]), np.eye(2, WIDTH, dtype=np.float32))
    both = items.joined(Items.of(np.array([5]), np.ones((1, WIDTH), np.float32)))
    assert both.ids.tolist() == [4, 9, 5]
    assert both.take(np.array([False, False, True])).squares.tolist() == [3.0]
    query, wanted = np.eye(1, WIDTH, dtype=np.float32), np.array([False, True, True])
    assert [one.id for one in both.nearest(query, 3)[0]] == [4, 5, 9]
    assert [one.id for one in both.nearest(query, 3, wanted)[0]] == [5, 9]
    assert both.nearest(query, 3, wanted & False) == [[]]


def test_merging_keeps_the_nearest_and_breaks_ties_by_id():
    left = [Neighbour(3, 1.0), Neighbour(9, 2.0)]
    right = [Neighbour(1, 1.0), Neighbour(2, 5.0)]
    assert merged([left, right], 3) == [Neighbour(1, 1.0), Neighbour(3, 1.0), Neighbour(9, 2.0)]
