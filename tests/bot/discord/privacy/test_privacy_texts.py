"""What /privacy answers, without any Discord."""

from datetime import UTC, datetime

import pytest

from bot.catalogue.people import PersonTotals
from bot.discord.escaping import units
from bot.discord.privacy import texts
from bot.discord.privacy.describing import choice_text, status_text

LONGEST_MESSAGE = 2000
MOMENT = datetime(2025, 3, 4, 5, 6, tzinfo=UTC)
FULL = PersonTotals(MOMENT, 10**6, 10**7, 10**6, 10**6, 10**4)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_status_says_where_a_person_stands_what_is_kept_and_what_they_can_do(language):
    text = status_text(language, FULL)
    assert f"<t:{int(MOMENT.timestamp())}:D>" in text
    commands = ("opt-out", "export", "delete") if language == "en" else ("拒否", "書き出し", "削除")
    for expected in ("1000000", "10000000", "256", *commands):
        assert expected in text
    assert texts.EVERYWHERE(language) in text
    assert units(text) <= LONGEST_MESSAGE


def test_without_consent_status_says_so():
    assert "not allowed" in status_text("en", PersonTotals(None, 0, 0, 0, 0, 0))


@pytest.mark.parametrize("language", ["en", "ja"])
def test_status_counts_teaching_for_those_who_taught(language):
    assert texts.TAUGHT(language, examples=10**6, tags=10**4) in status_text(language, FULL)
    member = PersonTotals(None, 1, 2, 3, 0, 0)
    assert texts.TAUGHT(language, examples=0, tags=0) not in status_text(language, member)


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("consents", [True, False])
def test_a_choice_is_said_to_hold_on_every_server(language, consents):
    text = choice_text(language, consents=consents)
    assert texts.EVERYWHERE(language) in text


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_other_answers_fit_into_a_message(language):
    deleted = texts.DELETED(language, posts=1, illustrations=2, marks=3, answers=4)
    for text in (deleted, texts.CONFIRM(language), texts.EXPORTED(language, how="")):
        assert units(text) <= LONGEST_MESSAGE
