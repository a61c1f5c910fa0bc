"""An acknowledgement gets through, and what came twice is answered once."""

import asyncio
import logging

import pytest

from bot.discord.acknowledged import REMEMBERED, Acknowledged
from tests.bot.discord.asking import ask
from tests.bot.discord.community import running, settings_for


@pytest.fixture
def place(discord):
    guild = discord.add_guild("Art")
    return guild.add_channel("sketches"), guild.add_member("mira")


@pytest.mark.parametrize(
    ("status", "took_effect"),
    [(0, False), (0, True), (502, False), (502, True)],
    ids=["cut before", "cut after", "failed before", "failed after"],
)
async def test_a_person_gets_the_answer_although_its_acknowledgement_met_trouble(
    community, discord, place, caplog, status, took_effect
):
    sketches, mira = place
    path = r"/interactions/.*"
    fault = discord.faults.http(path=path, status=status, took_effect=took_effect, times=1)
    result = await ask(mira, sketches, "about")
    assert fault.hits == 1
    assert "Hoshizora" in result.text
    assert len(result.messages) == 1
    assert [one for one in caplog.records if one.levelno >= logging.WARNING] == []


async def test_what_went_wrong_is_told_also_when_the_acknowledgement_met_trouble(
    community, discord, place
):
    sketches, mira = place
    discord.faults.http(path=r"/interactions/.*", status=502, took_effect=True, times=1)
    result = await ask(mira, sketches, "tags info", name="no such tag")
    assert "no such tag" in result.text


async def test_an_answer_that_was_cut_off_is_no_unexpected_error(community, discord, place, caplog):
    sketches, mira = place
    discord.faults.http(path=r"/webhooks/.*", status=0, times=1)
    result = await ask(mira, sketches, "about")
    assert "Discord did not take my answer" in result.text
    assert [one for one in caplog.records if one.levelno >= logging.ERROR] == []


async def test_an_interaction_that_comes_twice_is_answered_once(community, discord, place, caplog):
    sketches, mira = place
    discord.gateway.duplicate()
    result = await ask(mira, sketches, "about")
    await asyncio.sleep(0.3)
    assert len(result.messages) == 1
    assert len(discord.asked("POST", "/interactions/")) == 1
    assert [one for one in caplog.records if one.levelno >= logging.WARNING] == []


def test_the_interactions_of_the_last_while_are_remembered():
    known = Acknowledged()
    assert all(known.is_first(one) for one in range(REMEMBERED + 1))
    assert not known.is_first(1)
    assert known.is_first(0)


@pytest.mark.parametrize("command", ["about", "tags info"])
async def test_what_is_still_being_answered_ends_with_the_client(
    discord, place, tmp_path, caplog, monkeypatch, command
):
    monkeypatch.setattr("bot.discord.connecting.FINISH_SECONDS", 0.2)
    discord.expect_failures = True
    sketches, mira = place
    async with running(settings_for(discord, tmp_path / "data"), discord):
        # Discord is down for longer than the bot waits: the answer is tried again and again.
        discord.faults.http(path=r"/interactions/.*", status=502)
        options = {} if command == "about" else {"name": "no such tag"}
        asked = asyncio.create_task(mira.command(sketches, command, **options))
        await asyncio.sleep(0.5)
    await asyncio.sleep(1.0)  # When discord.py would have tried for the second time.
    asked.cancel()
    await asyncio.gather(asked, return_exceptions=True)
    assert [one for one in caplog.records if one.levelno >= logging.ERROR] == []
