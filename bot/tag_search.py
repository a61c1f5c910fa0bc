"""Finding tags by name in both languages: the same search for every face."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from hashlib import blake2b
from heapq import merge

from bot.illustrations import VocabularyTag
from bot.tag_names import NameIndex, fold, typos_allowed
from bot.tag_rules import NO_RULES, TagRules

MOST_FOUND = 25
MOST_SUGGESTED = 3

# Guilds whose own names are kept ready for the next letter that somebody types.
_GUILDS_KEPT = 64


class TagSearch:
    """The tags of one vocabulary by name, by what a guild calls them, and by key.

    It never changes, so one serves all threads. Building it for 30,000 tags takes a third of
    a second: build it once per vocabulary, in a thread.
    """

    def __init__(self, vocabulary: Sequence[VocabularyTag]) -> None:
        self.vocabulary = tuple(vocabulary)
        # A tag's rank is its place here; ranks order every result.
        self._ranked = sorted(self.vocabulary, key=lambda tag: -tag.support)
        self._rank_of = {tag.name: rank for rank, tag in enumerate(self._ranked)}
        self._names = NameIndex(
            (rank, fold(name))
            for rank, tag in enumerate(self._ranked)
            for name in {tag.name, tag.name_ja}
        )
        self._aliases = lru_cache(maxsize=_GUILDS_KEPT)(self._index_aliases)
        self._keys: dict[str, str] = {}
        self._by_key: dict[str, VocabularyTag] = {}
        for tag in sorted(self.vocabulary, key=lambda tag: tag.name):
            self._keys[tag.name] = self._free_key(tag.name)
            self._by_key[self._keys[tag.name]] = tag

    def find(
        self, query: str, limit: int = MOST_FOUND, rules: TagRules = NO_RULES
    ) -> list[VocabularyTag]:
        """The tags that a person may mean who has typed this much, the likeliest first.

        Those named so; then those whose names begin with the query, those with a word that does,
        those that contain it, and, where room is left, those that are a typo or two away. Each
        group is by falling support. Names are English, Japanese and the guild's own.

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
        rank = self._rank_of.get(text)
        ranks = [] if rank is None else [rank]
        wanted = fold(text)
        for names in (self._aliases_of(rules), self._names):
            ranks += names.equal(wanted)
        return next(iter(self._first(iter(ranks), 1, rules)), None)

    def close(
        self, text: str, rules: TagRules = NO_RULES, limit: int = MOST_SUGGESTED
    ) -> list[VocabularyTag]:
        """What may have been meant by a name that is not known, the likeliest first."""
        wanted = fold(text)

        def ranks() -> Iterator[int]:
            yield from self._ranks(wanted, rules)
            alike = self._names.alike(wanted) + self._aliases_of(rules).alike(wanted)
            yield from (rank for _, rank in sorted(alike, key=lambda one: (-one[0], one[1])))

        return self._first(ranks(), limit, rules) if wanted else []

    def key(self, name: str) -> str:
        """Eight hexadecimal digits that stand for a tag where its name is too long.

        They come from the name alone, so they outlive the vocabulary. Only where two names of
        one vocabulary give the same digits (of ten vocabularies of 30,000, one has such a pair)
        the second by alphabet gets others. An unknown name gets some that stand for no tag.
        """
        return self._keys.get(name) or self._free_key(name)

    def by_key(self, key: str) -> VocabularyTag | None:
        """The tag that a key stands for; None when this vocabulary has none."""
        return self._by_key.get(key)

    def _free_key(self, name: str) -> str:
        content = name
        while (key := _digits(content)) in self._by_key:
            content += "\n"
        return key

    def _ranks(self, wanted: str, rules: TagRules) -> Iterator[int]:
        """Ranks of tags, the likeliest first; some come repeatedly."""
        if not wanted:
            yield from range(len(self._ranked))
            return
        names, aliases = self._names, self._aliases_of(rules)
        yield from merge(names.equal(wanted), aliases.equal(wanted))
        yield from merge(names.begin(wanted), aliases.begin(wanted))
        yield from merge(names.begin_words(wanted), aliases.begin_words(wanted))
        yield from merge(names.contain(wanted), aliases.contain(wanted))
        typos = typos_allowed(wanted)
        if typos:
            both = zip(names.misspelt(wanted, typos), aliases.misspelt(wanted, typos), strict=True)
            for group in both:
                yield from merge(*group)
        if typos > 1:
            yield from merge(
                names.begin_misspelt(wanted, typos), aliases.begin_misspelt(wanted, typos)
            )

    def _first(self, ranks: Iterator[int], limit: int, rules: TagRules) -> list[VocabularyTag]:
        """The first tags of these ranks that may show, each once."""
        found: dict[int, VocabularyTag] = {}
        if limit > 0:
            for rank in ranks:
                tag = self._ranked[rank]
                if tag.name not in rules.hidden:
                    found[rank] = tag
                    if len(found) == limit:
                        break
        return list(found.values())

    def _aliases_of(self, rules: TagRules) -> NameIndex:
        return self._aliases(tuple(rules.aliases.items()))

    def _index_aliases(self, aliases: tuple[tuple[str, str], ...]) -> NameIndex:
        return NameIndex(
            (self._rank_of[name], fold(alias)) for name, alias in aliases if name in self._rank_of
        )


def _digits(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()
