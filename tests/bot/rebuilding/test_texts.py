"""Every step and every end of a rebuild has its words, in both languages."""

import re
from datetime import UTC, datetime

import pytest

from bot.catalogue import Job
from bot.rebuilding.texts import REASONS, STEPS, rebuild_text
from train.progress import SHARES

MOMENT = datetime(2026, 1, 2, tzinfo=UTC)
JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")


def job(state: str, message: str = "") -> Job:
    return Job("rebuild", 7, 0, 5, 0, 1, state, 0.4, message, "", None, MOMENT, MOMENT)


MESSAGES = [
    ("queued", ""),
    ("running", ""),
    *(("running", step) for step in STEPS),
    ("done", "published rebuilt-20260102-1"),
    ("cancelled", ""),
    ("failed", "worse 0.312 0.350 4800"),
    *(("failed", reason) for reason in REASONS),
    ("failed", "stopped No tag has 5 images."),
    ("failed", "unwanted"),
]


@pytest.mark.parametrize(("state", "message"), MESSAGES)
def test_whatever_a_job_says_is_told_in_both_languages(state, message) -> None:
    english, japanese = (rebuild_text(language, job(state, message)) for language in ("en", "ja"))
    assert english
    assert not JAPANESE.search(english)
    assert JAPANESE.search(japanese)
    assert "{" not in english + japanese


def test_every_step_that_training_reports_has_words() -> None:
    assert set(STEPS) == {step for steps in SHARES.values() for step in steps}


def test_a_worse_bundle_is_told_with_its_figures() -> None:
    text = rebuild_text("en", job("failed", "worse 0.312 0.350 4800"))
    assert "0.312 against 0.350, on 4,800 illustrations" in text


def test_where_the_training_program_looked_is_not_told() -> None:
    text = rebuild_text("en", job("failed", "stopped There is no directory /srv/art/new."))
    assert text.endswith("There is no directory …/new.")


def test_what_the_training_program_said_is_told_as_it_is() -> None:
    assert "No tag has {5} images." in rebuild_text(
        "en", job("failed", "stopped No tag has {5} images.")
    )
