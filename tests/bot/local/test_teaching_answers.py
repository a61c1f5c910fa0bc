"""What is said of jobs, as JSON."""

from datetime import UTC, datetime

from bot.catalogue import Job
from bot.local.teaching_answers import job_json

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def job(kind: str = "teach", state="running", message: str = "") -> Job:
    return Job(
        kind=kind,
        guild_id=0,
        channel_id=0,
        asker_id=0,
        notice_channel_id=0,
        id=4,
        state=state,
        progress=0.5,
        message=message,
        cursor="",
        notice=None,
        created_at=NOW,
        updated_at=NOW,
    )


def test_what_could_not_be_learnt_is_said_in_both_languages():
    said = job_json(job(state="failed", message="Its examples changed each time."))
    assert said["message"] == "Its examples changed each time."
    assert "学習に失敗" in said["message_ja"]


def test_a_cancelled_job_has_failed_and_says_so():
    said = job_json(job(state="cancelled"))
    assert (said["state"], said["message"]) == ("failed", "Cancelled.")


def test_a_rebuild_says_in_words_what_it_is_doing():
    said = job_json(job("rebuild", message="boosters"))
    assert (said["message"], said["message_ja"]) == (
        "Learning the tags.",
        "タグを学習しています。",
    )
