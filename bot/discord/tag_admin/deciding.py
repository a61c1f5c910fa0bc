"""What may be decided about a tag, and what is answered: no Discord in here."""

from dataclasses import replace

from bot.discord.escaping import safe
from bot.discord.tag_admin import texts
from bot.illustrations import VocabularyTag
from bot.posts import Language
from bot.tags.rules import TagRules
from bot.tags.search import TagSearch

MOST_SHOWN_UNITS = 60


def all_shown(rules: TagRules) -> TagRules:
    """The rules as they are for those who decide about them: nothing is hidden from them."""
    return replace(rules, hidden=frozenset())


def offered(
    search: TagSearch, rules: TagRules, typed: str, *, only_hidden: bool
) -> list[VocabularyTag]:
    """The tags that may be meant by what was typed so far, the hidden ones among them.

    Args:
        search: Of the bundle.
        rules: The guild's own.
        typed: So far.
        only_hidden: Whether only what is hidden can be meant.
    """
    if only_hidden:
        # One that the bundle has no longer is offered too.
        search = TagSearch(
            [search.exact(name) or VocabularyTag(name, "", 0.0, 0) for name in sorted(rules.hidden)]
        )
    return search.find(typed, rules=all_shown(rules))


def hide_answer(language: Language, name: str, *, hidden: bool) -> str:
    """What holds for a tag from now on."""
    text = texts.HIDDEN if hidden else texts.SHOWN
    return text(language, tag=safe(name, MOST_SHOWN_UNITS))


def alias_answer(language: Language, name: str, alias: str) -> str:
    """What a tag is called from now on."""
    text = texts.CALLED if alias else texts.CALLED_BY_ITS_NAME
    shown = safe(name, MOST_SHOWN_UNITS)
    return text(language, tag=shown, alias=safe(alias, MOST_SHOWN_UNITS))
