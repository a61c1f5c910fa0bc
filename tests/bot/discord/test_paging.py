"""Long lists, a page at a time."""

import pytest

from bot.discord.paging import paged


@pytest.mark.parametrize(
    ("wanted", "total", "number", "last", "offset"),
    [
        (1, 0, 1, 1, 0),
        (1, 10, 1, 1, 0),
        (1, 11, 1, 2, 0),
        (2, 11, 2, 2, 10),
        (3, 11, 2, 2, 10),
        (999_999, 11, 2, 2, 10),
        (0, 11, 1, 2, 0),
        (-5, 0, 1, 1, 0),
    ],
)
def test_there_is_always_a_page_to_show(wanted, total, number, last, offset):
    paging = paged(wanted, total, 10)
    assert (paging.number, paging.last, paging.offset) == (number, last, offset)


@pytest.mark.parametrize(
    ("wanted", "labels"),
    [(1, ["Next"]), (2, ["Previous", "Next"]), (3, ["Previous"])],
)
def test_one_turns_to_the_pages_beside_this_one_and_nowhere_else(wanted, labels):
    paging = paged(wanted, 30, 10)
    assert [label("en") for label, _ in paging.turns] == labels
    assert all(abs(page - wanted) == 1 for _, page in paging.turns)


def test_a_single_page_has_nothing_to_turn():
    assert list(paged(1, 10, 10).turns) == []
