"""What is said of jobs, as text: decided here, sent by commands and boards."""

from collections.abc import Sequence

import discord

from bot.catalogue import Job
from bot.discord.escaping import safe, units
from bot.discord.jobs import texts
from bot.discord.library.describing import percent_of
from bot.discord.texts import mention
from bot.posts import Language
from bot.rebuilding.texts import rebuild_text

# Kinds that ``/tag-admin jobs`` lists; imports have their own command.
KINDS = ("teach", "retrain", "rebuild")
REBUILD = "rebuild"
MOST_WORDS_UNITS = 400
MOST_UNITS = 2000


def progress_text(language: Language, job: Job) -> str:
    """How far a job is, or how it ended."""
    state = texts.STATES[job.state](language, percent=percent_of(job.progress))
    said = texts.PROGRESS(language, kind=texts.KINDS[job.kind](language), state=state)
    text = f"{texts.ICONS[job.state]} {said}"
    if job.kind == REBUILD:
        text += f"\n-# {safe(rebuild_text(language, job), MOST_WORDS_UNITS)}"
    elif job.state == "failed":
        text += f"\n-# {texts.NOT_LEARNT(language)}"
    return text


def jobs_text(language: Language, jobs: Sequence[Job]) -> str:
    """Some jobs, newest first, as many as one message takes."""
    text = ""
    for job in jobs:
        line = texts.ONE_JOB(
            language,
            id=job.id,
            progress=progress_text(language, job),
            user=mention(language, job.asker_id),
            moment=discord.utils.format_dt(job.created_at, "R"),
        )
        longer = f"{text}\n{line}" if text else line
        if units(longer) > MOST_UNITS:
            break
        text = longer
    return text or texts.NO_JOBS(language)
