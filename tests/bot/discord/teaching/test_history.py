"""The versions of a tag as people read them."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.discord.escaping import units
from bot.discord.teaching.history import history_text, version_label, version_text
from bot.discord.teaching.texts import REASONS
from bot.teaching.operating import PastVersion

VERSION = PastVersion(
    number=3,
    reason="taught",
    positives=5,
    negatives=2,
    created_at=datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
    created_by=77,
    current=True,
    restorable=True,
)


def test_a_version_says_what_it_was_learnt_from_when_by_whom_and_that_it_is_in_use():
    text = version_text("en", VERSION, names=True)
    assert text == "**3** · 5 right, 2 wrong · taught · <t:1767323040:R> by <@77> (in use)"
    assert "77" not in version_text("en", VERSION, names=False)
    assert "<@" not in version_text("en", replace(VERSION, created_by=0), names=True)
    assert "使用中" in version_text("ja", VERSION, names=False)


@pytest.mark.parametrize("reason", sorted(REASONS))
def test_every_reason_has_words(reason):
    words = REASONS[reason]("en")
    assert words in version_text("en", replace(VERSION, reason=reason), names=True)


def test_of_many_versions_as_many_show_as_there_is_room_for_the_newest_first():
    versions = [replace(VERSION, number=n) for n in range(500, 0, -1)]
    text = history_text("ja", versions, 1024, names=True)
    assert text.startswith("**500**")
    assert 900 < units(text) <= 1024
    assert history_text("en", [], 1024, names=True) == ""


def test_where_nothing_is_formatted_the_moment_is_written_out():
    assert version_label("en", VERSION) == ("3 · 5 right, 2 wrong · 2026-01-02 03:04 UTC (in use)")
    longest = replace(VERSION, number=10**6, positives=10**9, negatives=10**9)
    assert units(version_label("ja", longest)) <= 100
