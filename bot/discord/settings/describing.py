"""What ``/settings`` answers, as text: decided here, sent by the cog."""

from collections.abc import Sequence
from dataclasses import dataclass

import discord

from bot.discord.embeds import COLOUR, MOST_FIELD_UNITS, MOST_NAME_UNITS
from bot.discord.escaping import safe, units
from bot.discord.settings import texts
from bot.posts import GuildSettings, Language, Mode
from bot.tag_rules import TagRules

PERCENT = 100
# Leaves room for the line that says how many more there are.
MOST_LINES_UNITS = MOST_FIELD_UNITS - 40


@dataclass(frozen=True)
class Defaults:
    """What holds where a guild chose nothing.

    Attributes:
        mode: Of its channels.
        language: Of its own locale.
    """

    mode: Mode
    language: Language


def permission_names(permissions: Sequence[str]) -> str:
    """Permissions as people know them: ``embed_links`` → Embed Links."""
    return ", ".join(one.replace("_", " ").title() for one in permissions)


def autotag_answer(
    language: Language, channel_id: int, mode: Mode, missing: Sequence[str], reaction: str
) -> str:
    """What a channel does from now on, and what the bot lacks for it."""
    lines = [texts.AUTOTAG[mode](language, channel=channel_id, reaction=reaction)]
    if missing:
        lines.append(texts.LACKING(language, permissions=permission_names(missing)))
    return "\n".join(lines)


def threshold_answer(language: Language, percent: int | None, tag: str) -> str:
    """From which score on tags count from now on, and what that means.

    Args:
        language: Of the person.
        percent: None: as it was measured.
        tag: Its name; empty: for every tag.
    """
    shown = safe(tag, MOST_NAME_UNITS)
    if tag:
        text = texts.ONE_TAG_AS_OTHERS if percent is None else texts.ONE_TAG
    else:
        text = texts.EVERY_TAG_AS_BUNDLE if percent is None else texts.EVERY_TAG
    return f"{text(language, percent=percent, tag=shown)}\n{texts.MEANING(language)}"


def language_answer(language: Language, chosen: Language | None, spoken: Language) -> str:
    """In which language the bot speaks from now on.

    Args:
        language: Of the person.
        chosen: None: the server's own.
        spoken: What is the server's own.
    """
    text = texts.SPEAKS if chosen else texts.SPEAKS_AS_SERVER
    name = texts.LANGUAGE_NAMES[chosen or spoken]
    return f"{text(language, name=name)}\n{texts.TO_ONE_PERSON(language)}"


def settings_embed(
    language: Language, settings: GuildSettings, defaults: Defaults
) -> discord.Embed:
    """Everything that a guild chose, in the language of the person who asks."""
    embed = discord.Embed(title=texts.TITLE(language), colour=COLOUR)
    rules = settings.rules
    chosen = settings.language or None
    fields = (
        (texts.LANGUAGE, [language_answer(language, chosen, defaults.language)]),
        (texts.AUTOTAGGING, _modes(language, settings, defaults.mode)),
        (texts.THRESHOLDS, _thresholds(language, rules)),
        (texts.HIDDEN, [safe(name, MOST_NAME_UNITS) for name in sorted(rules.hidden)]),
        (texts.ALIASES, [_pair(name, alias) for name, alias in sorted(rules.aliases.items())]),
    )
    for name, lines in fields:
        embed.add_field(name=name(language), value=within(lines, language), inline=False)
    return embed


def within(lines: Sequence[str], language: Language) -> str:
    """As many lines as a field takes, and how many more there are."""
    kept: list[str] = []
    room = MOST_LINES_UNITS
    for line in lines:
        room -= units(line) + 1
        if room < 0:
            break
        kept.append(line)
    if len(kept) < len(lines):
        kept.append(texts.MORE(language, count=len(lines) - len(kept)))
    return "\n".join(kept) or texts.NONE(language)


def _modes(language: Language, settings: GuildSettings, default: Mode) -> list[str]:
    chosen = [
        f"<#{channel_id}>: {texts.MODES[one.mode](language)}"
        for channel_id, one in sorted(settings.modes.items())
    ]
    mode = texts.MODES[default](language)
    return [texts.OTHER_CHANNELS(language, mode=mode), *chosen]


def _thresholds(language: Language, rules: TagRules) -> list[str]:
    general = None if rules.threshold is None else round(PERCENT * rules.threshold)
    text = texts.EVERY_TAG_AS_BUNDLE if general is None else texts.EVERY_TAG
    own = [
        f"{safe(name, MOST_NAME_UNITS)}: {round(PERCENT * threshold)} %"
        for name, threshold in sorted(rules.thresholds.items())
    ]
    return [text(language, percent=general), *own]


def _pair(name: str, alias: str) -> str:
    return f"{safe(name, MOST_NAME_UNITS)} → {safe(alias, MOST_NAME_UNITS)}"
