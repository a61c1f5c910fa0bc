"""The gateway of the stand-in, by the real discord.py: sessions and what befalls them."""

import asyncio

import discord as library
import pytest

from tests.bot.discord.standin.files import File
from tests.bot.discord.standin.server import StandIn
from tests.bot.discord.standin.trial_bot import TrialBot, trial_bot
from tests.bot.discord.standin.world import Channel


@pytest.fixture
def sketches(discord: StandIn) -> Channel:
    return discord.add_guild("Art").add_channel("sketches")


@pytest.fixture
def mira(sketches: Channel):
    return sketches.guild.add_member("mira")


async def test_a_dropped_connection_resumes_and_hears_what_it_missed(
    discord, sketches, mira
) -> None:
    async with trial_bot(discord) as bot:
        await mira.post(sketches, "before")
        await discord.wait_for(lambda: bot.texts == ["before"])
        discord.gateway.drop()
        await mira.post(sketches, "meanwhile")
        await discord.wait_for(lambda: "RESUMED" in bot.heard)
        await mira.post(sketches, "after")
        await discord.wait_for(lambda: len(bot.seen) == 3)
        assert bot.texts == ["before", "meanwhile", "after"]
        assert [one["replayed"] for one in discord.gateway.resumes] == [["MESSAGE_CREATE"]]
        assert len(discord.gateway.identifies) == 1


async def test_a_lost_session_begins_anew_and_misses_what_was_posted(
    discord, sketches, mira
) -> None:
    async with trial_bot(discord) as bot:
        discord.gateway.drop(resumable=False)
        await mira.post(sketches, "unheard")
        await discord.wait_for(lambda: len(discord.gateway.identifies) == 2)
        await discord.wait_for(lambda: bot.heard.count("GUILD_CREATE") == 2)
        await mira.post(sketches, "heard")
        await discord.wait_for(lambda: bot.seen)
        assert bot.texts == ["heard"]
        history = [one.content async for one in bot.get_channel(sketches.id).history()]
        assert history == ["heard", "unheard"]


@pytest.mark.parametrize("way", ["reconnect", "invalidate", "invalidate for good"])
async def test_the_opcodes_seven_and_nine_are_followed(discord, sketches, mira, way: str) -> None:
    async with trial_bot(discord) as bot:
        if way == "reconnect":
            discord.gateway.reconnect()
        else:
            discord.gateway.invalidate(resumable=way == "invalidate")
        resumes = way != "invalidate for good"
        word = "RESUMED" if resumes else "READY"
        await discord.wait_for(lambda: bot.heard.count(word) == (1 if resumes else 2))
        await mira.post(sketches, "heard")
        await discord.wait_for(lambda: bot.seen)
        assert len(discord.gateway.identifies) == (1 if resumes else 2)


async def test_a_silent_gateway_is_left(discord, sketches, mira) -> None:
    discord.gateway.heartbeat_seconds = 0.1
    async with trial_bot(discord, heartbeat_timeout=0.3) as bot:
        discord.gateway.silence(30)
        await mira.post(sketches, "meanwhile")
        await discord.wait_for(lambda: len(discord.gateway.connections) == 2)
        await discord.wait_for(lambda: bot.texts == ["meanwhile"])


async def test_heartbeats_are_measured(discord, sketches) -> None:
    discord.gateway.heartbeat_seconds = 0.1
    async with trial_bot(discord):
        await asyncio.sleep(0.5)
        (connection,) = discord.gateway.connections
        assert len(connection.beats) >= 4
        assert 0.05 < discord.gateway.heartbeat_gaps()[0] < 0.4


async def test_an_event_can_come_twice(discord, sketches, mira) -> None:
    async with trial_bot(discord) as bot:
        discord.gateway.duplicate()
        await mira.post(sketches, "once")
        await mira.post(sketches, "other")
        await discord.wait_for(lambda: len(bot.seen) == 3)
        assert bot.texts == ["once", "once", "other"]


async def test_without_the_intent_the_content_of_strangers_is_empty(
    discord, sketches, mira
) -> None:
    discord.message_content = False
    async with trial_bot(discord, library.Intents.default()) as bot:
        picture = File("a.png", b"not looked at")
        await mira.post(sketches, "hello", files=[picture])
        await mira.post(sketches, "hello", files=[picture], mention_bot=True)
        await mira.user.dm("hello", files=[picture])
        await discord.wait_for(lambda: len(bot.seen) == 3)
        seen = [(bool(one.content), len(one.attachments)) for one in bot.seen]
        assert seen == [(False, 0), (True, 1), (True, 1)]


async def test_an_intent_that_is_not_granted_closes_the_connection(discord) -> None:
    discord.message_content = False
    with pytest.raises(library.PrivilegedIntentsRequired):
        async with trial_bot(discord):
            pass


async def test_a_wrong_token_is_refused(discord) -> None:
    bot = TrialBot(library.Intents.default())
    library.http.Route.BASE, base = discord.api_url, library.http.Route.BASE
    try:
        with pytest.raises(library.LoginFailure):
            await bot.start("a.wrong.token")
    finally:
        library.http.Route.BASE = base
        await bot.close()


async def test_guilds_are_spread_over_the_shards(discord, sketches, mira) -> None:
    discord.shards = 2
    other = discord.add_guild("Other")
    elsewhere = other.add_channel("elsewhere")
    async with trial_bot(discord) as bot:
        assert sorted(one["shard"] for one in discord.gateway.identifies) == [[0, 2], [1, 2]]
        await mira.post(sketches, "one")
        await other.add_member("mira").post(elsewhere, "two")
        await discord.wait_for(lambda: len(bot.seen) == 2)
        assert len(bot.guilds) == 2
        discord.gateway.drop()
        await discord.wait_for(lambda: bot.heard.count("RESUMED") == 2)


async def test_members_are_given_one_by_one_without_the_intent(discord, sketches, mira) -> None:
    async with trial_bot(discord) as bot:
        guild = bot.get_guild(sketches.guild.id)
        assert [one.id for one in guild.members] == [bot.user.id]
        found = await guild.query_members(user_ids=[mira.id, 1])
        assert [one.id for one in found] == [mira.id]
        assert (await guild.fetch_member(mira.id)).name == "mira"
