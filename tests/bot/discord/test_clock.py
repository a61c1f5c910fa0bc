"""Discord's clock, by which posts are dated, whatever this machine's says."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from bot.discord import clock as clocks
from bot.discord.clock import Clock

HOUR = timedelta(hours=1)
NEARLY = timedelta(seconds=5)


def test_before_discord_has_said_anything_it_is_this_machines():
    assert abs(Clock().now() - datetime.now(UTC)) < NEARLY


@pytest.mark.parametrize("off", [-HOUR, timedelta(), HOUR], ids=["behind", "right", "ahead"])
def test_it_goes_on_from_what_discord_said_and_tells_the_operator_if_that_is_far_off(
    off, monkeypatch, caplog
):
    steady = iter([100.0, 160.0, 100.0])
    monkeypatch.setattr(clocks, "_steady", lambda: next(steady))
    clock, told = Clock(), datetime.now(UTC) - off
    clock.hear(format_datetime(told, usegmt=True))
    assert abs(clock.now() - (told + timedelta(minutes=1))) < NEARLY
    clock.hear(format_datetime(told, usegmt=True))
    assert caplog.text.count("clock is") == bool(off)


@pytest.mark.parametrize("nonsense", ["", "soon", "Mon, 99 Nov 2026 25:00:00 GMT"])
def test_what_is_no_date_is_ignored(nonsense):
    clock = Clock()
    clock.hear(nonsense)
    assert abs(clock.now() - datetime.now(UTC)) < NEARLY
