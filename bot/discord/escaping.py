"""Words of strangers, made safe to show in Discord: file names, tags, aliases, names of guilds.

Whoever names a file or a tag may try to mention everybody, to link somewhere, to open a spoiler or
a code block that swallows the rest, or to turn the writing around. Here they get what they wrote
as plain text, or less of it.
"""

from collections.abc import Iterable

from bot.visible import visible_letters

ELLIPSIS = "…"
ZERO_WIDTH_SPACE = "\u200b"
# Whatever starts or ends formatting, a link, a mention, an emoji, a time, a heading or a list.
SPECIAL = frozenset("\\`*_~|#<>[]-+.:/@")
# A mark that says something only beside another of its kind, or beside the word that follows; an
# escape does not come between in every place where Discord looks for it.
_APART = frozenset("@|")


def units(text: str) -> int:
    """Its length as Discord counts it at most: an emoji beyond 16 bits counts twice."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def plain(text: str, limit: int) -> str:
    """One line of visible text, for places that know no formatting: buttons, choices, footers.

    Line breaks become spaces; control, direction and zero-width characters go.
    """
    return _cut(visible_letters(text), limit)


def safe(text: str, limit: int) -> str:
    """One line of visible text, for places that know formatting: it shows as it was written.

    Args:
        text: Anything.
        limit: The most that the result may have in ``units``; what is too long ends in an ellipsis.
    """
    return _cut((_escaped(letter) for letter in visible_letters(text)), limit)


def spoiler(text: str) -> str:
    """Cover a text that may hold what ``safe`` returned."""
    return f"||{text}||"


def _escaped(letter: str) -> str:
    mark, rest = letter[0], letter[1:]
    if mark not in SPECIAL:
        return letter
    return f"\\{mark}{ZERO_WIDTH_SPACE if mark in _APART else ''}{rest}"


def _cut(pieces: Iterable[str], limit: int) -> str:
    """As many whole pieces as there is room for."""
    pieces = list(pieces)
    if sum(map(units, pieces)) <= limit:
        return "".join(pieces)
    kept: list[str] = []
    room = limit - units(ELLIPSIS)
    for piece in pieces:
        room -= units(piece)
        if room < 0:
            break
        kept.append(piece)
    return ("".join(kept).rstrip() + ELLIPSIS)[:limit]
