"""How the connection ends, and how it is made anew."""

import asyncio

import discord as library
import pytest

from bot.discord import connecting
from bot.discord.connecting import Connection
from tests.bot.discord.asking import links
from tests.bot.discord.buttons.art import Art
from tests.bot.discord.standin.files import File

RED, CRIMSON = (220, 30, 30), (215, 32, 30)


@pytest.fixture
def art(discord, picture):
    return Art(discord, picture)


async def test_who_has_asked_is_answered_before_the_bot_leaves(community, discord, picture, art):
    post, _ = await art.post(RED)
    slow = discord.faults.cdn("slow", seconds=1.0)
    image = File("a.png", picture(CRIMSON))
    result = await art.theo.command(art.sketches, "similar", image=image)
    await discord.wait_for(lambda: slow.hits)
    await community.stop()
    assert links(result) == {1: post.id}


@pytest.mark.parametrize("code", [1000, 4012, 4013], ids=["cleanly", "version", "intents"])
async def test_a_connection_that_discord_ends_again_and_again_is_not_made_without_a_pause(
    code, monkeypatch
):
    monkeypatch.setattr(connecting, "FIRST_PAUSE_SECONDS", 0.2)
    attempts = []

    async def run_client(_self, *, message_content):
        attempts.append(message_content)
        if code != 1000:
            raise library.ConnectionClosed(type("Socket", (), {"close_code": code})(), shard_id=0)

    monkeypatch.setattr(Connection, "_run_client", run_client)
    connection = Connection.__new__(Connection)
    connection._closing = False
    running = asyncio.create_task(connection._run())
    await asyncio.sleep(0.7)
    running.cancel()
    assert 1 < len(attempts) <= 3
