"""What one sees of a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.visible import MOST_MARKS, visible_letters


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("two\nlines\tand  spaces", "two lines and spaces"),
        ("turned \u202earound", "turned around"),
        ("no\u200bthing be\ufefftween", "nothing between"),
        ("\u3164blank\u2800", "blank"),
        ("夜空", "夜空"),
    ],
)
def test_only_what_shows_is_left_in_one_line(text, seen):
    assert "".join(visible_letters(text)) == seen


def test_marks_do_not_cover_the_lines_around():
    (letter,) = visible_letters("q" + 40 * "\u0323")
    assert len(letter) == 1 + MOST_MARKS


@given(st.text(max_size=40))
def test_what_was_made_visible_stays_as_it_is(text):
    once = "".join(visible_letters(text))
    assert "".join(visible_letters(once)) == once
