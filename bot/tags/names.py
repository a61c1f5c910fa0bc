"""Names of tags as people type them: without regard to case, width or kana, and with typos.

Why one long text: ``str.find`` walks it at the speed of memory, and because its lines stand in
the order that results want, a search ends with the first few that it finds.
"""

import re
import unicodedata
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

# Nothing that a person would call a tag is longer. It bounds the work: composing accents takes
# quadratic time, and a query can have any length.
LONGEST_NAME = 1000

# The least agreement, in per cent, of names that are still called alike.
ALIKE = 65.0

_LINE = "\n"
# Stands before each word. Folding leaves no control characters, so no name or query holds it.
_WORD = "\x01"

_BLANKS = re.compile(r"[\s_\x00-\x1f\x7f]+")
_WORD_START = re.compile(r"(?<!\w)(?=\w)")
_JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_KATAKANA_TO_HIRAGANA = {code: code - 0x60 for code in (*range(0x30A1, 0x30F7), 0x30FD, 0x30FE)}


def fold(text: str) -> str:
    """A name as it is compared: case, width, kana and underscores do not matter."""
    # Composed again: folding the case takes some accented letters apart.
    plain = unicodedata.normalize("NFKC", text[:LONGEST_NAME]).casefold()
    composed = unicodedata.normalize("NFKC", plain).translate(_KATAKANA_TO_HIRAGANA)
    return _BLANKS.sub(" ", composed).strip(" ")


def typos_allowed(wanted: str) -> int:
    """How many slips of the finger a folded query may hold and still be understood."""
    length = len(wanted)
    if _JAPANESE.search(wanted):
        return 0 if length < 2 else 1 if length < 5 else 2
    return 0 if length < 3 else 1 if length < 6 else 2


class NameIndex:
    """Folded names, each with the rank of its tag; its methods give ranks, rising.

    A tag may have several names, and several tags may share one; so a rank may come repeatedly.
    """

    def __init__(self, names: Iterable[tuple[int, str]]) -> None:
        kept = sorted((rank, name) for rank, name in names if name)
        self._ranks = [rank for rank, _ in kept]
        self._names = [name for _, name in kept]
        self._plain = _Lines(self._names)
        self._marked = _Lines([_marked(name) for name in self._names])
        self._sorted = [_sorted_words(name) for name in self._names]
        self._whole: defaultdict[str, list[int]] = defaultdict(list)
        self._parts: defaultdict[str, list[int]] = defaultdict(list)
        for rank, name in kept:
            self._whole[name].append(rank)
            for part in {name, *name.split(" ")}:
                self._parts[part].append(rank)
        self._parts_by_length: defaultdict[int, list[str]] = defaultdict(list)
        for part in self._parts:
            self._parts_by_length[len(part)].append(part)

    def equal(self, wanted: str) -> list[int]:
        """Of the names that are the query."""
        return self._whole.get(wanted, [])

    def begin(self, wanted: str) -> Iterator[int]:
        """Of the names that begin with the query."""
        return self._on(self._plain.holding(_LINE + wanted))

    def begin_words(self, wanted: str) -> Iterator[int]:
        """Of the names of which a word, and what follows it, begins with the query."""
        return self._on(self._marked.holding(_marked(wanted)))

    def contain(self, wanted: str) -> Iterator[int]:
        """Of the names that contain the query."""
        return self._on(self._plain.holding(wanted))

    def misspelt(self, wanted: str, typos: int) -> list[list[int]]:
        """Of the names that are the query but for a typo; those with such a word; but for two; ….

        A typo is a letter too many, too few or wrong, or two letters swapped.
        """
        lengths = range(len(wanted) - typos, len(wanted) + typos + 1)
        parts = [part for length in lengths for part in self._parts_by_length.get(length, ())]
        groups: list[list[int]] = [[] for _ in range(2 * typos)]
        for part, distance, _ in _within(typos, wanted, parts):
            if distance:
                groups[2 * distance - 2] += self._whole.get(part, ())
                groups[2 * distance - 1] += self._parts[part]
        return [sorted(group) for group in groups]

    def begin_misspelt(self, wanted: str, typos: int) -> list[int]:
        """Of the names that begin nearly as the query: those who mistype look before the end."""
        length = len(wanted)
        longer = [place for place, name in enumerate(self._names) if len(name) > length]
        beginnings = [self._names[place][:length] for place in longer]
        return [
            self._ranks[longer[at]]
            for at in sorted(at for *_, at in _within(typos, wanted, beginnings))
        ]

    def alike(self, wanted: str) -> list[tuple[float, int]]:
        """(Agreement in per cent, rank) of the names like the query, in whatever order of words."""
        found = process.extract(
            _sorted_words(wanted),
            self._sorted,
            scorer=fuzz.ratio,
            score_cutoff=ALIKE,
            limit=None,
        )
        return [(score, self._ranks[place]) for _, score, place in found]

    def _on(self, lines: Iterator[int]) -> Iterator[int]:
        return (self._ranks[line] for line in lines)


class _Lines:
    """Names as the lines of one text."""

    def __init__(self, names: Sequence[str]) -> None:
        self._text = _LINE + _LINE.join(names) + _LINE
        # Where each line's own break stands, so that a name's beginning can be asked for; the
        # last one closes the text.
        self._breaks = list(accumulate((len(name) + 1 for name in names), initial=0))

    def holding(self, wanted: str) -> Iterator[int]:
        """The numbers of the lines that hold the text, each once, rising."""
        at = self._text.find(wanted)
        while at >= 0:
            line = bisect_right(self._breaks, at) - 1
            yield line
            at = self._text.find(wanted, self._breaks[line + 1])


def _marked(name: str) -> str:
    return _WORD_START.sub(_WORD, name)


def _sorted_words(name: str) -> str:
    return " ".join(sorted(name.split(" ")))


def _within(typos: int, wanted: str, texts: Sequence[str]) -> list[tuple[str, int, int]]:
    """(Text, typos, place) of the texts that are the query but for a few typos."""
    return process.extract(wanted, texts, scorer=OSA.distance, score_cutoff=typos, limit=None)
