"""Names of tags in options: choices while somebody types, and which tag was meant in the end."""

from collections.abc import Callable

import discord
from discord import app_commands

from bot.discord.circumstances import settings_for
from bot.discord.embeds import tag_names
from bot.discord.errors import RefusalError
from bot.discord.escaping import plain, safe, units
from bot.discord.face import Face
from bot.discord.languages import language_for
from bot.errors import UnavailableError
from bot.illustrations import VocabularyTag
from bot.posts import Language
from bot.tags.rules import TagRules
from bot.tags.search import TagSearch
from bot.texts import Text

# Discord's own bounds.
MOST_CHOICES = 25
LONGEST_CHOICE = 100

# From what was typed to choices: what each shows, and what it stands for.
Complete = Callable[[TagSearch, str, Language, TagRules], list[tuple[str, str]]]

MOST_SHOWN_UNITS = 60
BETWEEN_NAMES = " · "

UNKNOWN_TAG = Text(
    en="I know no tag “{name}”. Pick one of those that appear while you type.",
    ja="「{name}」というタグはありません。入力中に表示される候補から選んでください。",
)
UNKNOWN_TAG_BUT = Text(
    en="I know no tag “{name}”. Did you mean: {others}?",
    ja="「{name}」というタグはありません。もしかして：{others}",
)


def tag_label(tag: VocabularyTag, language: Language, rules: TagRules) -> str:
    """A tag in a list of choices: everything that it is called."""
    return plain(BETWEEN_NAMES.join(tag_names(tag, language, rules.aliases)), LONGEST_CHOICE)


def all_names(tag: VocabularyTag, rules: TagRules) -> str:
    """A tag in a sentence for somebody whose language is not known."""
    names = tag_names(tag, "en", rules.aliases)
    return BETWEEN_NAMES.join(safe(name, MOST_SHOWN_UNITS) for name in names)


def names_in(face: Face, language: Language, guild_id: int) -> Callable[[str], str]:
    """A way from a tag's name to what it is called in a language; to itself if that is unknown."""
    try:
        search = face.service.tags_of(guild_id)
    except UnavailableError:
        return str

    def called(name: str) -> str:
        tag = search.exact(name)
        return tag_names(tag, language, {})[0] if tag and tag.name == name else name

    return called


def named_tag(search: TagSearch, text: str, rules: TagRules) -> VocabularyTag | None:
    """The tag that a text names; None: there is none, or it does not show in this guild.

    The text may be a choice's label as well: Discord leaves it in the field of whoever picked a
    choice, and types on behind it.
    """
    if tag := search.exact(text, rules):
        return tag
    parts = text.split(BETWEEN_NAMES.strip())
    found = [tag for part in parts if (tag := search.exact(part, rules))]
    # All names of a label are one tag's; a guild's own name for it may be another tag's as well.
    return max(found, key=found.count, default=None)


def require_tag(search: TagSearch, text: str, rules: TagRules) -> VocabularyTag:
    """The tag that a text names.

    Raises:
        RefusalError: If there is none; it says which ones may have been meant.
    """
    tag = named_tag(search, text, rules)
    if tag is not None:
        return tag
    name = safe(text, MOST_SHOWN_UNITS)
    others = [all_names(one, rules) for one in search.close(text, rules)]
    if not others:
        raise RefusalError(UNKNOWN_TAG, name=name)
    raise RefusalError(UNKNOWN_TAG_BUT, name=name, others=" / ".join(others))


def offered_tags(search: TagSearch, typed: str, rules: TagRules) -> list[VocabularyTag]:
    """The tags that may be meant by what was typed so far; of a choice picked before, its own."""
    found = search.find(typed, MOST_CHOICES, rules)
    if not found and (tag := named_tag(search, typed, rules)):
        found = [tag]
    return [tag for tag in found if 0 < units(tag.name) <= LONGEST_CHOICE]


def one_name(
    search: TagSearch, typed: str, language: Language, rules: TagRules
) -> list[tuple[str, str]]:
    """(What a choice shows, what it stands for) in an option that takes one tag."""
    return [
        (tag_label(tag, language, rules), tag.name) for tag in offered_tags(search, typed, rules)
    ]


async def tag_choices(
    face: Face, interaction: discord.Interaction, typed: str, complete: Complete = one_name
) -> list[app_commands.Choice[str]]:
    """The choices for an option that takes names of tags; none while the model is away.

    Nothing is asked of Discord, and nothing of the disk but once for each guild: people type fast.
    """
    try:
        search = face.service.tags_of(interaction.guild_id)
    except UnavailableError:
        return []
    settings = await settings_for(face, interaction)
    language = language_for(interaction, settings)
    found = complete(search, typed, language, settings.rules)
    return [app_commands.Choice(name=label, value=value) for label, value in found]
