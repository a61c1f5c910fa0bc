"""Long lists, a page at a time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import discord

from bot.posts import Language
from bot.texts import Text

PREVIOUS = Text(en="Previous", ja="前へ")
NEXT = Text(en="Next", ja="次へ")
# Larger numbers in the id of a button are nobody's page.
PAGE = r"\d{1,6}"

PageButton = discord.ui.DynamicItem[discord.ui.Button[Any]]


@dataclass(frozen=True)
class Paging:
    """Which page of a list is shown.

    Attributes:
        number: From one on.
        last: The number of the last page; an empty list has one page.
        offset: How many items stand on the pages before.
    """

    number: int
    last: int
    offset: int

    @property
    def turns(self) -> Iterator[tuple[Text, int]]:
        """Where one can go from here: the label of a button, and the page that it leads to."""
        if self.number > 1:
            yield PREVIOUS, self.number - 1
        if self.number < self.last:
            yield NEXT, self.number + 1


def paged(wanted: int, total: int, size: int) -> Paging:
    """The page that shows when one is asked for: lists become shorter behind their buttons.

    Args:
        wanted: From one on.
        total: How many items there are.
        size: How many of them a page holds.
    """
    last = max(1, -(-total // size))
    number = min(max(1, wanted), last)
    return Paging(number, last, (number - 1) * size)


def page_buttons(
    paging: Paging, language: Language, make: Callable[[str, int], PageButton]
) -> discord.ui.View:
    """Buttons to the pages beside this one.

    Args:
        paging: Where one is.
        language: Of the labels.
        make: Makes a button of its label and the page that it leads to.
    """
    view = discord.ui.View(timeout=None)
    for label, page in paging.turns:
        view.add_item(make(label(language), page))
    return view
