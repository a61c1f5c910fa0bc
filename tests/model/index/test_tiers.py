"""model/index/tiers.py: few segments, and each item is seldom written anew."""

import math

from hypothesis import given
from hypothesis import strategies as st

from model.index.tiers import RATIO, to_join

SIZES = st.lists(st.tuples(st.integers(1, 10**6), st.integers(0, 10**5)), max_size=12)


@given(fresh=st.integers(1, 10**6), segments=SIZES)
def test_what_is_left_is_larger_than_all_that_is_smaller(fresh, segments):
    chosen = to_join(fresh, segments, 0, most_dead=0.1)
    made = fresh + sum(segments[place][0] for place in chosen)
    left = [segments[place][0] for place in range(len(segments)) if place not in chosen]
    assert all(size > RATIO * made for size in left)


@given(segments=SIZES)
def test_without_much_in_memory_only_what_lost_many_is_written_anew(segments):
    chosen = to_join(5, segments, 5, most_dead=0.1) or []
    for place, (living, dead) in enumerate(segments):
        assert (place in chosen) == (dead > 0.1 * (living + dead))


def test_a_library_that_grows_has_few_segments_and_rewrites_seldom():
    limit, segments, written, added = 5000, [], 0, 0
    while added < 2_000_000:
        fresh = limit + 1
        added += fresh
        chosen = to_join(fresh, [(size, 0) for size in segments], limit, most_dead=0.1)
        made = fresh + sum(segments[place] for place in chosen)
        segments = [size for place, size in enumerate(segments) if place not in chosen] + [made]
        written += made
        assert len(segments) <= math.log(added / limit, 3) + 2
    assert sum(segments) == added
    assert written / added < math.log(added / limit, 1.5)
