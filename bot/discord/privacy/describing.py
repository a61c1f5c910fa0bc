"""What ``/privacy`` answers, as text: decided here, sent by the cog."""

from datetime import datetime

import discord

from bot.catalogue.people import PersonTotals
from bot.discord.about import KEPT, KEPT_FACTS, LEARNING, LEARNING_FACTS
from bot.discord.privacy import texts
from bot.posts import Language


def consent_text(language: Language, consent: datetime | None) -> str:
    """Whether a person's illustrations may be learnt from."""
    if consent is None:
        return texts.DOES_NOT_CONSENT(language)
    return texts.CONSENTS(language, moment=discord.utils.format_dt(consent, "D"))


def status_text(language: Language, found: PersonTotals) -> str:
    """Where a person stands: their choice, how much is kept, what and why."""
    counts = texts.COUNTS(
        language, posts=found.posts, illustrations=found.illustrations, marks=found.marks
    )
    taught = texts.TAUGHT(language, examples=found.handed_in, tags=found.taught_tags)
    return "\n".join(
        (
            consent_text(language, found.consent),
            counts,
            *([taught] if found.handed_in or found.taught_tags else ()),
            "",
            f"**{KEPT(language)}**",
            KEPT_FACTS(language),
            "",
            f"**{LEARNING(language)}**",
            LEARNING_FACTS(language),
            texts.EVERYWHERE(language),
            "",
            texts.HOW(language),
        )
    )


def choice_text(language: Language, *, consents: bool) -> str:
    """What a choice means from now on."""
    text = texts.OPTED_IN if consents else texts.OPTED_OUT
    return f"{text(language)}\n{texts.EVERYWHERE(language)}"
