"""Names of taught tags: what may be one, and what is one already.

Why a name that is only nearly another's is no mistake: among thousands of tags nearly every short
word is a typo away from one ("cat", "hat"). So it is taken, and its neighbours are told.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import replace

from rapidfuzz.distance import OSA

from bot.illustrations import VocabularyTag
from bot.tags.names import fold, typos_allowed
from bot.tags.rules import TagRules
from bot.tags.search import TagSearch
from bot.teaching.errors import ALIAS_TAKEN, NAME_TAKEN, NAME_TOO_LONG, NO_NAME, TeachingError
from bot.visible import visible_letters

LONGEST_NAME = 50
# Longer ones are refused unread: composing accents takes quadratic time.
_MOST_READ = 1000
# Of the names that look alike, so many are compared.
_MOST_COMPARED = 8


def clean_name(text: str) -> str:
    """A name as it is kept: one line of visible text, full-width letters made plain.

    Markdown stays: faces show a name as it was written. Empty stays empty.

    Raises:
        TeachingError: ``bad_name`` if it is too long, or holds no letter, digit or symbol.
    """
    if len(text) > _MOST_READ:
        raise TeachingError("bad_name", NAME_TOO_LONG, longest=LONGEST_NAME)
    plain = unicodedata.normalize("NFKC", "".join(visible_letters(text)))
    name = "".join(visible_letters(plain))  # what is composed anew may be blank
    if len(name) > LONGEST_NAME:
        raise TeachingError("bad_name", NAME_TOO_LONG, longest=LONGEST_NAME)
    if name and not any(unicodedata.category(one)[0] in "LN" or _symbol(one) for one in name):
        raise TeachingError("bad_name", NO_NAME)
    return name


def check_new(search: TagSearch, name: str, name_ja: str, rules: TagRules) -> tuple[str, str]:
    """The names of a new tag, as they will be kept.

    Args:
        search: What the guild knows so far.
        name: English, or the only one there is.
        name_ja: Japanese; empty: none.
        rules: The guild's own; a name that is hidden there is taken all the same.

    Raises:
        TeachingError: ``bad_name`` if one cannot be a name; ``tag_exists`` if one is taken,
            whatever the case, the width, the kana, and what stands between the words.
    """
    name, name_ja = clean_name(name), clean_name(name_ja)
    if not name:
        raise TeachingError("bad_name", NO_NAME)
    rules = replace(rules, hidden=frozenset())
    for one in filter(None, (name, name_ja)):
        other = _same(search, one, rules)
        if other is not None:
            raise TeachingError("tag_exists", NAME_TAKEN, name=one, other=_called(other, rules))
    return name, "" if fold(name_ja) == fold(name) else name_ja


def clean_alias(search: TagSearch, tag: str, text: str, rules: TagRules) -> str:
    """What a guild calls a tag, as it will be kept; empty: by its own name.

    Args:
        search: What the guild knows.
        tag: The tag's name.
        text: What was typed.
        rules: The guild's own; a name that is hidden there is taken all the same.

    Raises:
        TeachingError: ``bad_name`` if it cannot be a name; ``tag_exists`` if it means another tag.
    """
    alias = clean_name(text)
    other = search.exact(alias, replace(rules, hidden=frozenset())) if alias else None
    if other is not None and other.name != tag:
        raise TeachingError("tag_exists", ALIAS_TAKEN, name=alias, other=_called(other, rules))
    return alias


def close_names(search: TagSearch, name: str, rules: TagRules) -> tuple[VocabularyTag, ...]:
    """The tags of which a name is a typo or two away from this one, the likeliest first."""
    wanted = fold(name)
    typos = typos_allowed(wanted)
    return tuple(
        tag
        for tag in search.close(name, rules, _MOST_COMPARED)
        if any(
            0 < OSA.distance(wanted, fold(other), score_cutoff=typos) <= typos
            for other in _names(tag, rules)
        )
    )


def _same(search: TagSearch, name: str, rules: TagRules) -> VocabularyTag | None:
    found = search.exact(name, rules)
    if found is not None:
        return found
    wanted = _squashed(name)
    for tag in search.close(name, rules, _MOST_COMPARED) if wanted else ():
        if any(_squashed(other) == wanted for other in _names(tag, rules)):
            return tag
    return None


def _names(tag: VocabularyTag, rules: TagRules) -> Iterator[str]:
    yield from filter(None, (tag.name, tag.name_ja, rules.aliases.get(tag.name, "")))


def _called(tag: VocabularyTag, rules: TagRules) -> str:
    """Every name that a tag has here."""
    return " · ".join(dict.fromkeys(_names(tag, rules)))


def _squashed(name: str) -> str:
    """A name without what stands between its words."""
    return "".join(one for one in fold(name) if one.isalnum())


def _symbol(character: str) -> bool:
    """Whether it is a sign that a tag may be called by: an emoji, a heart; no punctuation."""
    return unicodedata.category(character) == "So"
