"""What is said of jobs, without any Discord."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import get_args

import pytest

from bot.catalogue import Job
from bot.catalogue.jobs import JobState
from bot.discord.escaping import units
from bot.discord.jobs.button import cancel_view, list_view
from bot.discord.jobs.describing import KINDS, jobs_text, progress_text

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def job(id_=4, kind="retrain", state="running", progress=0.5, message="") -> Job:
    return Job(
        kind=kind,
        guild_id=7,
        channel_id=0,
        asker_id=77,
        notice_channel_id=70,
        id=id_,
        state=state,
        progress=progress,
        message=message,
        cursor="",
        notice=None,
        created_at=NOW,
        updated_at=NOW,
    )


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("state", get_args(JobState))
@pytest.mark.parametrize("kind", KINDS)
def test_every_job_in_every_state_has_words(language, state, kind):
    assert progress_text(language, job(kind=kind, state=state))


def test_progress_says_100_only_of_what_is_complete():
    assert "**99%**" in progress_text("en", job(progress=0.999))


@pytest.mark.parametrize("kind", ["teach", "retrain"])
def test_what_could_not_be_learnt_is_said_to_stay_as_it_was(kind):
    assert "stays as it was" in progress_text("en", job(kind=kind, state="failed"))


async def test_a_job_can_be_cancelled_until_it_is_over():
    assert [one.custom_id for one in cancel_view(job(), "en").children] == ["job:cancel:4"]
    assert cancel_view(job(state="done"), "en") is None
    buttons = list_view([job(9), job(8, state="failed"), job(7, state="queued")], "ja").children
    assert [one.item.label for one in buttons] == ["9をキャンセル", "7をキャンセル"]


def test_a_list_says_who_started_what_and_when():
    text = jobs_text("en", [job(9), job(8, kind="teach", state="done", progress=1.0)])
    first, second = text.splitlines()
    assert first == (
        "**9** · ⚙️ Learning this server's tags again: **50%** · started by <@77> <t:1767312000:R>"
    )
    assert "✅ Learning a new tag: done" in second
    assert "retrain" in jobs_text("en", [])


def test_who_had_themselves_forgotten_has_started_a_job_as_somebody():
    text = jobs_text("en", [replace(job(9), asker_id=0)])
    assert "started by somebody" in text
    assert "<@" not in text


def test_many_jobs_are_within_one_message():
    assert units(jobs_text("ja", [job(n, kind="rebuild") for n in range(100)])) <= 2000
