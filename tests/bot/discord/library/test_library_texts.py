"""What /library says, without any Discord."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import get_args

import pytest

from bot.catalogue import GuildTotals, Job
from bot.catalogue.jobs import JobState
from bot.discord.library.cursor import Cursor, Standing, Waiting
from bot.discord.library.describing import ended_text, running_text, status_text
from bot.discord.library.importing import StopReason
from bot.discord.library.taking import is_answered_live
from bot.discord.library.texts import REASONS, WAITING
from bot.places import Place
from bot.posts import ChannelMode, GuildSettings

NOW = datetime(2025, 1, 2, tzinfo=UTC)
LATER = datetime(2025, 1, 3, tzinfo=UTC)
CURSOR = Cursor(5, 6, read=12345, taken=678, failed=3)


def job(state: JobState, message: str = "", progress: float = 0.429) -> Job:
    return Job(
        kind="import",
        guild_id=1,
        channel_id=77,
        asker_id=88,
        notice_channel_id=2,
        id=3,
        state=state,
        progress=progress,
        message=message,
        cursor=CURSOR.text(),
        notice=4,
        created_at=NOW,
        updated_at=NOW,
    )


def test_progress_says_how_much_was_read_and_taken_and_how_far_that_is():
    text = running_text("en", 77, Standing(CURSOR, 0.429, place=2, places=5))
    for expected in ("<#77>", "42%", "read: 12,345", "added: 678", "part 2 of 5"):
        assert expected in text


def test_a_channel_without_threads_has_no_parts():
    assert "part" not in running_text("en", 77, Standing(CURSOR, 0.5))


@pytest.mark.parametrize("waiting", [one for one in get_args(Waiting) if one])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_what_an_import_waits_for_is_said(waiting, language):
    text = running_text(language, 77, Standing(CURSOR, 0.5, waiting=waiting))
    assert WAITING[waiting](language) in text


@pytest.mark.parametrize("reason", get_args(StopReason))
@pytest.mark.parametrize("language", ["en", "ja"])
def test_why_an_import_stopped_is_said_where_it_stopped_and_in_the_status(reason, language):
    failed = job("failed", reason)
    for text in (
        ended_text(language, failed),
        status_text(language, GuildTotals(1, 2, 3), [failed]),
    ):
        assert REASONS[reason](language) in text
        assert "42%" in text


def test_the_end_says_what_could_not_be_fetched():
    assert "could not be fetched (3)" in ended_text("en", job("done", progress=1.0))


def test_an_import_that_added_nothing_says_that_nothing_was_new():
    empty = replace(job("done"), cursor=Cursor(5, 6, read=9).text())
    assert "Nothing there was new" in ended_text("en", empty)
    assert "Nothing there was new" not in ended_text("en", job("done"))
    assert "Nothing there was new" not in ended_text("en", replace(empty, state="cancelled"))


def test_the_status_lists_what_there_is_and_who_imports():
    text = status_text("en", GuildTotals(1000, 2000, 3), [job("running"), job("cancelled")])
    for expected in ("2,000", "1,000", "**3**", "<@88>", "running, 42%", "cancelled at 42%"):
        assert expected in text
    assert len(status_text("ja", GuildTotals(1, 2, 3), [job("failed", "forbidden")] * 5)) <= 2000


@pytest.mark.parametrize(("language", "who"), [("en", "somebody"), ("ja", "（記録なし）")])
def test_who_had_themselves_forgotten_has_imported_as_somebody(language, who):
    theirs = replace(job("done"), asker_id=0)
    text = status_text(language, GuildTotals(1, 2, 3), [theirs])
    assert who in text
    assert "<@" not in text


def test_without_imports_the_status_says_how_to_begin_one():
    assert "/library import" in status_text("en", GuildTotals(0, 0, 0), [])


@pytest.mark.parametrize(
    ("mode", "default", "changed_at", "is_live"),
    [
        (None, "off", None, False),
        (None, "reply", None, True),
        (None, "quiet", None, True),
        ("off", "reply", NOW, False),
        ("reply", "off", NOW, True),
        ("quiet", "off", NOW, True),
        ("reply", "off", LATER, False),  # posted before that was chosen: never answered
    ],
)
def test_an_import_leaves_alone_what_the_bot_answers_by_itself(mode, default, changed_at, is_live):
    place = Place(1, 20, 10)
    for channel_id in (10, 20):
        modes = {channel_id: ChannelMode(mode, changed_at, 1)} if mode else {}
        settings = GuildSettings(modes=modes)
        assert is_answered_live(NOW, settings, place, default, since=NOW) is is_live


def test_what_is_too_old_to_be_answered_can_be_imported_anywhere():
    assert not is_answered_live(NOW, GuildSettings(), Place(1, 2), "reply", since=LATER)
