"""train/grouping.py: what is the same work, or nearly, falls on one side of a split."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from train.grouping import NEAR, QUERIES_AT_ONCE, TEST_SHARE, group, in_test_split


def points(*places):
    return np.array(places, np.float32)[:, None]


def test_one_post_is_one_group():
    groups = group([7, None, 7, None], points(0, 10, 20, 30))
    assert groups.tolist() == [0, 1, 0, 3]


def test_near_copies_are_one_group_also_through_others():
    """Each is near to the next, the first and the last are not."""
    step = 0.9 * NEAR
    assert group([None] * 4, points(0, step, 2 * step, 9)).tolist() == [0, 0, 0, 3]


def test_posts_and_copies_join_their_groups():
    assert group([1, 1, 2, 2], points(0, 10, 10, 20)).tolist() == [0, 0, 0, 0]


def test_an_illustration_without_embedding_is_near_to_nothing():
    nothing = np.full((3, 2), np.nan, np.float32)
    assert group([None, None, 5], nothing).tolist() == [0, 1, 2]
    assert group([None, None], np.zeros((2, 0), np.float32)).tolist() == [0, 1]


def test_copies_are_found_across_blocks():
    far = np.arange(QUERIES_AT_ONCE + 2, dtype=np.float32)
    far[-1] = far[3]
    groups = group([None] * len(far), far[:, None])
    assert groups[-1] == 3
    assert len(np.unique(groups)) == len(far) - 1


def test_nothing_is_grouped_into_nothing():
    assert group([], np.zeros((0, 4), np.float32)).shape == (0,)


@given(st.lists(st.sampled_from([None, 1, 2, 3]), max_size=12))
def test_a_group_is_named_by_its_first_illustration(posts):
    spread = points(*range(len(posts))) if posts else np.zeros((0, 1), np.float32)
    groups = group(posts, spread)
    for place, first in enumerate(groups):
        assert first <= place
        assert groups[first] == first


def test_the_held_out_share_is_about_as_large_as_it_says():
    held = np.mean([in_test_split(str(name)) for name in range(4000)])
    assert abs(held - TEST_SHARE) < 0.02
