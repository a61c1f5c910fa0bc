"""Titles made of file names that anybody may have chosen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.titles import LONGEST_TITLE, clean_title


@pytest.mark.parametrize(
    ("file_name", "title"),
    [
        ("Night sky.png", "Night sky"),
        ("星空.webp", "星空"),
        ("no-suffix", "no-suffix"),
        (".png", ".png"),
        ("a.b.png", "a.b"),
        ("/etc/passwd", "passwd"),
        ("C:\\Users\\me\\moon.jpg", "moon"),
        ("two\r\nlines.png", "two lines"),
        ("gpj\u202e.exe.png", "gpj .exe"),
        ("", ""),
    ],
)
def test_a_title_is_the_name_without_directories_suffix_and_unprintable_characters(
    file_name, title
):
    assert clean_title(file_name) == title


@given(st.text())
def test_a_title_is_short_and_printable_whatever_the_file_is_called(file_name):
    title = clean_title(file_name)
    assert len(title) <= LONGEST_TITLE
    assert title.isprintable()
    assert "/" not in title
