"""What is asked for: names of tags between commas, as people type them, and their completion."""

import re

from bot.discord.autocompleting import (
    LONGEST_CHOICE,
    named_tag,
    offered_tags,
    require_tag,
    tag_label,
)
from bot.discord.embeds import tag_names
from bot.discord.errors import RefusalError
from bot.discord.escaping import plain, units
from bot.illustrations import VocabularyTag
from bot.posts import Language
from bot.tags.rules import TagRules
from bot.tags.search import TagSearch
from bot.texts import Text

MOST_TAGS = 5
BETWEEN = ", "
_COMMA = re.compile(r"[,、，]")

NO_TAGS = Text(
    en="Name at least one tag, or several with commas between them.",
    ja="タグを1つ以上入力してください。複数のときは「、」で区切ります。",
)
TOO_MANY_TAGS = Text(
    en="That is {count} tags; I search for up to {most} at once.",
    ja="タグが{count}個あります。一度に検索できるのは{most}個までです。",
)


def wanted_tags(search: TagSearch, text: str, rules: TagRules) -> list[VocabularyTag]:
    """The tags that a text names, each once.

    Raises:
        RefusalError: If there are none or too many of them, or if one is not known.
    """
    if (whole := search.exact(text, rules)) is not None:
        return [whole]  # a name may hold a comma
    names = [name for one in _COMMA.split(text) if (name := one.strip())]
    if not names:
        raise RefusalError(NO_TAGS)
    if len(names) > MOST_TAGS:
        raise RefusalError(TOO_MANY_TAGS, count=len(names), most=MOST_TAGS)
    return list(dict.fromkeys(require_tag(search, name, rules) for name in names))


def completions(
    search: TagSearch, typed: str, language: Language, rules: TagRules
) -> list[tuple[str, str]]:
    """What may be meant by a text whose last name is not complete yet.

    Returns:
        (What the choice shows, what it stands for): what was typed before, and the completed name.
    """
    *before, last = (one.strip() for one in _COMMA.split(typed))
    named = {name: named_tag(search, name, rules) for name in before if name}
    if len(named) >= MOST_TAGS:
        return []
    shown = [
        tag_names(tag, language, rules.aliases)[0] if tag else name for name, tag in named.items()
    ]
    meant = [tag.name if tag else name for name, tag in named.items()]
    choices = []
    for tag in offered_tags(search, last, rules):
        value = BETWEEN.join([*meant, tag.name])
        if tag in named.values() or units(value) > LONGEST_CHOICE:
            continue
        label = BETWEEN.join([*shown, tag_label(tag, language, rules)])
        # What is picked stays in the field and may be typed on, so no name is cut from it.
        choices.append(
            (plain(label if units(label) <= LONGEST_CHOICE else value, LONGEST_CHOICE), value)
        )
    return choices
