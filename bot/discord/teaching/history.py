"""The versions of a taught tag, as people read them."""

from collections.abc import Sequence

import discord

from bot.discord.escaping import plain, units
from bot.discord.teaching import texts
from bot.posts import Language
from bot.teaching.operating import PastVersion

MOST_LABEL_UNITS = 100


def history_text(
    language: Language, versions: Sequence[PastVersion], limit: int, *, names: bool
) -> str:
    """As many of the newest versions as there is room for, a line each.

    Args:
        language: In which it is said.
        versions: Newest first.
        limit: The most that the result may have, in Discord's units.
        names: Whether to say who made each.
    """
    text = ""
    for version in versions:
        line = version_text(language, version, names=names)
        longer = f"{text}\n{line}" if text else line
        if units(longer) > limit:
            break
        text = longer
    return text


def version_text(language: Language, version: PastVersion, *, names: bool) -> str:
    """One version: what it was learnt from, why, when, and whether it is in use."""
    line = texts.VERSION(
        language,
        number=version.number,
        right=version.positives,
        wrong=version.negatives,
        reason=texts.REASONS[version.reason](language),
        moment=discord.utils.format_dt(version.created_at, "R"),
    )
    if names and version.created_by:
        line += texts.BY(language, user=version.created_by)
    if version.current:
        line += texts.CURRENT(language)
    return line


def version_label(language: Language, version: PastVersion) -> str:
    """One version where nothing is formatted: in a select, in a list of choices."""
    label = texts.VERSION_LABEL(
        language,
        number=version.number,
        right=version.positives,
        wrong=version.negatives,
        moment=f"{version.created_at:%Y-%m-%d %H:%M} UTC",
    )
    if version.current:
        label += texts.CURRENT(language)
    return plain(label, MOST_LABEL_UNITS)
