"""What ``/settings`` answers, as text: decided here, sent by the cog."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import discord

from bot.discord.embeds import COLOUR, MOST_FIELD_UNITS, MOST_NAME_UNITS
from bot.discord.escaping import safe, units
from bot.discord.permissions import permission_names
from bot.discord.settings import texts
from bot.posts import GuildSettings, Language, Mode
from bot.tags.rules import TagRules

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


def autotag_answer(
    language: Language, channel_id: int, mode: Mode, missing: Sequence[str], reaction: str
) -> str:
    """What a channel does from now on, and what the bot lacks for it."""
    lines = [texts.AUTOTAG[mode](language, channel=channel_id, reaction=reaction)]
    if missing:
        lines.append(texts.LACKING(language, permissions=permission_names(missing, language)))
    return "\n".join(lines)


def threshold_answer(language: Language, percent: int | None, tag: str) -> str:
    """From which score on tags count from now on, and what that means.

    Args:
        language: Of the person.
        percent: None: as it was measured.
        tag: What it is called; empty: for every tag.
    """
    shown = _shown(tag)
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
    language: Language,
    settings: GuildSettings,
    defaults: Defaults,
    called: Callable[[str], str] = str,
) -> discord.Embed:
    """Everything that a guild chose, in the language of the person who asks.

    Args:
        language: That one.
        settings: What the guild chose.
        defaults: What holds where it chose nothing.
        called: From a tag's name to what it is called in that language.
    """
    embed = discord.Embed(title=texts.TITLE(language), colour=COLOUR)
    rules = settings.rules
    chosen = settings.language or None
    fields = (
        (texts.LANGUAGE, [language_answer(language, chosen, defaults.language)]),
        (texts.AUTOTAGGING, _modes(language, settings, defaults.mode)),
        (texts.THRESHOLDS, _thresholds(language, rules, called)),
        (texts.HIDDEN, [_shown(called(name)) for name in sorted(rules.hidden)]),
        (
            texts.ALIASES,
            [
                f"{_shown(called(name))} → {_shown(alias)}"
                for name, alias in sorted(rules.aliases.items())
            ],
        ),
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
    if not settings.modes and default == "off":
        return [texts.OFF_EVERYWHERE(language)]
    chosen = [
        texts.ONE_CHANNEL(language, channel=channel_id, mode=texts.MODES[one.mode](language))
        for channel_id, one in sorted(settings.modes.items())
    ]
    mode = texts.MODES[default](language)
    return [*chosen, texts.OTHER_CHANNELS(language, mode=mode)]


def _thresholds(language: Language, rules: TagRules, called: Callable[[str], str]) -> list[str]:
    general = None if rules.threshold is None else round(PERCENT * rules.threshold)
    text = texts.EVERY_TAG_AS_BUNDLE if general is None else texts.EVERY_TAG
    own = [
        texts.ONE_THRESHOLD(language, tag=_shown(called(name)), percent=round(PERCENT * threshold))
        for name, threshold in sorted(rules.thresholds.items())
    ]
    return [text(language, percent=general), *own]


def _shown(name: str) -> str:
    return safe(name, MOST_NAME_UNITS)
