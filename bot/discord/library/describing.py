"""What ``/library`` says, as text: decided here, sent by the cog and the imports."""

from collections.abc import Sequence

import discord

from bot.catalogue import GuildTotals, Job
from bot.discord.library import texts
from bot.discord.library.cursor import Cursor, Standing
from bot.discord.texts import mention
from bot.posts import Language


def percent_of(share: float) -> int:
    """A share in percent; it says 100 only of what is complete."""
    return int(100 * share)


def running_text(language: Language, channel_id: int, standing: Standing) -> str:
    """How far an import is that is under way."""
    head = texts.RUNNING(language, channel=channel_id, percent=percent_of(standing.share))
    counts = _counts(language, standing.cursor)
    if standing.places > 1:
        place = texts.PLACE(language, place=standing.place, places=standing.places)
        counts = f"{counts} · {place}"
    lines = [head, counts]
    if standing.waiting:
        lines.append(texts.WAITING[standing.waiting](language))
    return "\n".join(lines)


def ended_text(language: Language, job: Job) -> str:
    """How an import ended, and what came of it."""
    percent = percent_of(job.progress)
    cursor = Cursor.of(job.cursor)
    lines = [texts.ENDED[job.state](language, channel=job.channel_id, percent=percent)]
    if job.message in texts.REASONS:
        lines.append(texts.REASONS[job.message](language))
    lines.append(_counts(language, cursor))
    if job.state == "done" and not cursor.taken:
        lines.append(texts.NOTHING_NEW(language))
    if cursor.failed:
        lines.append(texts.NOT_FETCHED(language, count=_number(cursor.failed)))
    return "\n".join(lines)


def status_text(language: Language, totals: GuildTotals, jobs: Sequence[Job]) -> str:
    """What a guild has in the library, and how its last imports went."""
    lines = [
        texts.TOTALS(
            language,
            illustrations=_number(totals.illustrations),
            posts=_number(totals.posts),
            channels=_number(totals.channels),
        ),
        "",
    ]
    if jobs:
        lines.append(f"**{texts.IMPORTS(language)}**")
    else:
        lines.append(texts.NO_IMPORTS(language))
    return "\n".join([*lines, *(_job_line(language, job) for job in jobs)])


def _job_line(language: Language, job: Job) -> str:
    state = texts.STATES[job.state](language, percent=percent_of(job.progress))
    moment = discord.utils.format_dt(job.created_at, "R")
    line = texts.ONE_IMPORT(
        language,
        channel=job.channel_id,
        state=state,
        counts=_counts(language, Cursor.of(job.cursor)),
        user=mention(language, job.asker_id),
        moment=moment,
    )
    reason = texts.REASONS.get(job.message)
    return f"{line}\n-# {reason(language)}" if reason else line


def _counts(language: Language, cursor: Cursor) -> str:
    return texts.COUNTS(language, read=_number(cursor.read), taken=_number(cursor.taken))


def _number(number: int) -> str:
    return f"{number:,}"
