"""Finding tags by name in both languages: the same search for every face."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from heapq import merge
from itertools import chain
from typing import Self

from bot.illustrations import VocabularyTag
from bot.tags.keys import NO_KEYS, TagKeys
from bot.tags.names import NameIndex, fold, typos_allowed
from bot.tags.rules import NO_RULES, TagRules

MOST_FOUND = 25
MOST_SUGGESTED = 3

# Guilds whose own names are kept ready for the next letter that somebody types.
_GUILDS_KEPT = 64


class _Ranked:
    """Some tags with their ranks, the index of their names, and their keys."""

    def __init__(self, tags: Sequence[VocabularyTag], first_rank: int, below: TagKeys) -> None:
        """Rank the tags by falling support.

        Args:
            tags: Each by another name.
            first_rank: Of the best supported one.
            below: The keys of tags that are known already.
        """
        self.tags = dict(enumerate(sorted(tags, key=lambda tag: -tag.support), first_rank))
        self.rank_of = {tag.name: rank for rank, tag in self.tags.items()}
        self.names = NameIndex(
            (rank, fold(name))
            for rank, tag in self.tags.items()
            for name in {tag.name, tag.name_ja}
        )
        self.keys = TagKeys(tags, below)


class TagSearch:
    """The tags of one vocabulary by name, by what a guild calls them, and by key.

    It never changes, so one serves all threads. Building it for 30,000 tags takes a third of
    a second: build it once per vocabulary, in a thread. ``with_own`` takes no time.

    A tag's rank orders every result. Those of the vocabulary count from 0; a guild's own tags stand
    before them, below 0.
    """

    def __init__(self, vocabulary: Sequence[VocabularyTag]) -> None:
        self._everywhere = _Ranked(vocabulary, 0, NO_KEYS)
        self._bundle = tuple(vocabulary)
        self._set_own(())

    def with_own(self, tags: Sequence[VocabularyTag]) -> Self:
        """The same with a guild's own tags before them.

        Args:
            tags: Each by another name; one by the name of a tag of the vocabulary takes its place.
        """
        other = object.__new__(type(self))
        other._everywhere, other._bundle = self._everywhere, self._bundle
        other._set_own(tags)
        return other

    def _set_own(self, tags: Sequence[VocabularyTag]) -> None:
        self._own = _Ranked(tags, -len(tags), self._everywhere.keys)
        self._aliases = lru_cache(maxsize=_GUILDS_KEPT)(self._index_aliases)

    @property
    def vocabulary(self) -> tuple[VocabularyTag, ...]:
        """A guild's own tags, and those of the vocabulary in its order."""
        own = self._own.rank_of
        if not own:
            return self._bundle
        # Made anew each time: kept for each guild, it would fill the memory.
        return (
            *self._own.tags.values(),
            *(tag for tag in self._bundle if tag.name not in own),
        )

    def find(
        self, query: str, limit: int = MOST_FOUND, rules: TagRules = NO_RULES
    ) -> list[VocabularyTag]:
        """The tags that a person may mean who has typed this much, the likeliest first.

        Those named so; then those whose names begin with the query, those with a word that does,
        those that contain it, and, where room is left, those that are a typo or two away. Each
        group is by falling support, the guild's own tags first. Names are English, Japanese and the
        guild's own.

        Args:
            query: Any text. Empty: the best supported tags.
            limit: At most so many.
            rules: The guild's own; what is hidden there is never found.
        """
        return self._first(self._ranks(fold(query), rules), limit, rules)

    def exact(self, text: str, rules: TagRules = NO_RULES) -> VocabularyTag | None:
        """The tag of this name: English, the guild's own or Japanese; of several, as found first.

        What the guild has hidden is not known there.
        """
        rank = self._rank_of(text)
        ranks = [] if rank is None else [rank]
        wanted = fold(text)
        for names in (self._aliases_of(rules), self._own.names, self._everywhere.names):
            ranks += names.equal(wanted)
        return next(iter(self._first(iter(ranks), 1, rules)), None)

    def close(
        self, text: str, rules: TagRules = NO_RULES, limit: int = MOST_SUGGESTED
    ) -> list[VocabularyTag]:
        """What may have been meant by a name that is not known, the likeliest first."""
        wanted = fold(text)

        def ranks() -> Iterator[int]:
            yield from self._ranks(wanted, rules)
            alike = chain.from_iterable(one.alike(wanted) for one in self._indexes(rules))
            yield from (rank for _, rank in sorted(alike, key=lambda one: (-one[0], one[1])))

        return self._first(ranks(), limit, rules) if wanted else []

    def key(self, name: str) -> str:
        """Eight hexadecimal digits that stand for a tag where its name is too long.

        They come from the name alone, so they outlive the vocabulary. Only where two names of
        one vocabulary give the same digits (of ten vocabularies of 30,000, one has such a pair)
        the second by alphabet gets others. An unknown name gets some that stand for no tag.
        """
        return self._own.keys.key(name)

    def by_key(self, key: str) -> VocabularyTag | None:
        """The tag that a key stands for; None when this vocabulary has none."""
        return self._own.keys.tag(key)

    def _ranks(self, wanted: str, rules: TagRules) -> Iterator[int]:
        """Ranks of tags, the likeliest first; some come repeatedly."""
        if not wanted:
            yield from self._own.tags
            yield from self._everywhere.tags
            return
        indexes = self._indexes(rules)
        yield from merge(*(one.equal(wanted) for one in indexes))
        yield from merge(*(one.begin(wanted) for one in indexes))
        yield from merge(*(one.begin_words(wanted) for one in indexes))
        yield from merge(*(one.contain(wanted) for one in indexes))
        typos = typos_allowed(wanted)
        if typos:
            for group in zip(*(one.misspelt(wanted, typos) for one in indexes), strict=True):
                yield from merge(*group)
        if typos > 1:
            yield from merge(*(one.begin_misspelt(wanted, typos) for one in indexes))

    def _first(self, ranks: Iterator[int], limit: int, rules: TagRules) -> list[VocabularyTag]:
        """The first tags of these ranks that may show, each once."""
        found: dict[int, VocabularyTag] = {}
        if limit > 0:
            for rank in ranks:
                tag = self._tag(rank)
                if tag is not None and tag.name not in rules.hidden:
                    found[rank] = tag
                    if len(found) == limit:
                        break
        return list(found.values())

    def _tag(self, rank: int) -> VocabularyTag | None:
        """The tag of a rank; None when a guild's own tag has taken its place."""
        if rank < 0:
            return self._own.tags[rank]
        tag = self._everywhere.tags[rank]
        return None if tag.name in self._own.rank_of else tag

    def _rank_of(self, name: str) -> int | None:
        return self._own.rank_of.get(name, self._everywhere.rank_of.get(name))

    def _indexes(self, rules: TagRules) -> tuple[NameIndex, ...]:
        return self._own.names, self._everywhere.names, self._aliases_of(rules)

    def _aliases_of(self, rules: TagRules) -> NameIndex:
        return self._aliases(tuple(rules.aliases.items()))

    def _index_aliases(self, aliases: tuple[tuple[str, str], ...]) -> NameIndex:
        return NameIndex(
            (rank, fold(alias))
            for name, alias in aliases
            if (rank := self._rank_of(name)) is not None
        )
