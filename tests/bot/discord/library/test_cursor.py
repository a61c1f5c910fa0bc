"""How far an import is."""

from datetime import UTC, datetime, timedelta

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.discord.library.cursor import Cursor, share

BEGUN = datetime(2025, 1, 1, tzinfo=UTC)
UNTIL = BEGUN + timedelta(days=100)


def at(days: float) -> int:
    return discord.utils.time_snowflake(BEGUN + timedelta(days=days))


@given(st.builds(Cursor, *[st.integers(0, 2**63)] * 5))
def test_a_cursor_is_kept_as_text(cursor):
    assert Cursor.of(cursor.text()) == cursor


def test_no_text_is_the_beginning():
    assert Cursor.of("") == Cursor()


@pytest.mark.parametrize(
    ("days", "expected"), [(0, 0.0), (25, 0.25), (50, 0.5), (100, 1.0), (200, 1.0)]
)
def test_the_share_of_a_channel_is_by_time(days, expected):
    assert share([at(0)], Cursor(at(0), at(days)), UNTIL) == pytest.approx(expected, abs=1e-6)


def test_threads_together_count_as_much_as_their_channel():
    places = [at(0), at(20), at(60)]
    assert share(places, Cursor(at(0), at(50)), UNTIL) == pytest.approx(0.25, abs=1e-6)
    assert share(places, Cursor(at(20), 0), UNTIL) == pytest.approx(0.5)
    assert share(places, Cursor(at(20), at(60)), UNTIL) == pytest.approx(0.625, abs=1e-6)
    assert share(places, Cursor(at(60), at(100)), UNTIL) == pytest.approx(1.0, abs=1e-6)


def test_a_place_that_is_gone_counts_as_done_with_what_came_before():
    assert share([at(0), at(60)], Cursor(at(20), at(50)), UNTIL) == pytest.approx(0.5)
    assert share([], Cursor(), UNTIL) == 0.0
    assert share([at(0)], Cursor(at(20), 0), UNTIL) == 1.0


@given(st.lists(st.floats(0, 100), min_size=1, max_size=6), st.floats(0, 100), st.floats(0, 100))
def test_going_on_never_lowers_the_share(days, first, second):
    places = sorted({at(one) for one in days})
    shares = [
        share(places, Cursor(place, at(moment)), UNTIL)
        for place in places
        for moment in sorted((first, second))
    ]
    assert shares == sorted(shares)
    assert all(0 <= one <= 1 for one in shares)
