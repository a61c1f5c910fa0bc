"""What was posted while the bot was away, what it had begun, and what happens to connections."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.discord.catching_up.deciding import OVERLAP, missed_since
from bot.discord.connecting import connected
from bot.errors import StartError
from bot.places import Place
from bot.posts import NewPost
from bot.running import started
from tests.bot.discord.community import running, settings_for
from tests.bot.discord.standin.files import File
from tests.bot.discord.standin.messages import REPLY, Message
from tests.bot.discord.standin.permissions import P

RED = (220, 30, 30)
NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def art(discord):
    guild = discord.add_guild("Art")
    return guild, guild.add_channel("sketches"), guild.add_member("mira")


def answers(channel):
    """The posts that were answered, in the order of the answers."""
    return [int(one.reference["message_id"]) for one in channel.bot_messages()]


@pytest.mark.parametrize(
    ("connected_at", "changed_at", "since"),
    [
        (None, None, None),
        (NOW - timedelta(minutes=10), None, NOW - timedelta(minutes=10) - OVERLAP),
        (NOW - 5 * HOUR, None, NOW - HOUR),
        (NOW - 5 * HOUR, NOW - timedelta(minutes=5), NOW - timedelta(minutes=5)),
        (NOW - timedelta(minutes=5), NOW - 9 * HOUR, NOW - timedelta(minutes=5) - OVERLAP),
    ],
    ids=["never before", "short", "too long", "chosen since", "chosen long ago"],
)
def test_missed_posts_are_those_since_the_last_connection_that_are_not_too_old(
    connected_at, changed_at, since
):
    assert missed_since(connected_at, NOW, HOUR, changed_at) == since


async def test_what_was_posted_meanwhile_is_answered_once_and_what_is_too_old_is_not(
    community, discord, picture, art
):
    guild, sketches, mira = art
    guild.me.joined_at -= timedelta(days=1)
    chosen = guild.add_channel("chosen")
    thread = sketches.add_thread("wip")
    before = await mira.post(sketches, files=[File("before.png", picture(RED))])
    await discord.wait_for(lambda: len(sketches.bot_messages()) == 1, 15)
    await community.stop()
    old = datetime.now(UTC) - timedelta(hours=3)
    await mira.post(sketches, files=[File("old.png", picture(RED))], at=old)
    earlier = datetime.now(UTC) - timedelta(seconds=30)
    await mira.post(chosen, files=[File("early.png", picture(RED))], at=earlier)
    missed = await mira.post(sketches, files=[File("missed.png", picture(RED))])
    wip = await mira.post(thread, files=[File("wip.png", picture(RED))])
    await community.start()
    await discord.wait_for(lambda: sketches.bot_messages()[1:] and thread.bot_messages(), 15)
    await discord.wait_for(lambda: chosen.bot_messages(), 15)
    await community.restart()
    await asyncio.sleep(1.0)
    assert answers(sketches) == [before.id, missed.id]
    assert answers(thread) == [wip.id]


@pytest.mark.parametrize("ahead", [-HOUR, HOUR], ids=["fast", "slow"])
async def test_what_was_posted_meanwhile_is_answered_also_if_this_machines_clock_is(
    ahead, community, discord, picture, art
):
    guild, sketches, mira = art
    guild.me.joined_at -= timedelta(days=1)
    await community.stop()
    discord.world.snowflakes.ahead = ahead
    await community.start()
    before = await mira.post(sketches, files=[File("before.png", picture(RED))])
    await discord.wait_for(lambda: sketches.bot_messages(), 15)
    await community.stop()
    missed = await mira.post(sketches, files=[File("missed.png", picture(RED))])
    await community.start()
    await discord.wait_for(lambda: sketches.bot_messages()[1:], 15)
    assert answers(sketches) == [before.id, missed.id]


async def test_what_was_posted_before_an_admin_turned_it_on_is_never_answered_unasked(
    community, discord, picture, art
):
    guild, sketches, mira = art
    guilds = community.catalogue.guilds
    await guilds.set_mode(guild.id, sketches.id, "off", guild.owner.id)
    await mira.post(sketches, files=[File("before.png", picture(RED))])
    await asyncio.sleep(0.3)
    await guilds.set_mode(guild.id, sketches.id, "reply", guild.owner.id)
    await community.stop()
    after = await mira.post(sketches, files=[File("after.png", picture(RED))])
    await community.start()
    await discord.wait_for(lambda: sketches.bot_messages(), 15)
    await asyncio.sleep(0.5)
    assert answers(sketches) == [after.id]


async def test_a_post_that_was_claimed_but_not_answered_is_answered_by_the_next_start(
    community, discord, picture, art
):
    guild, sketches, mira = art
    await community.stop()
    message = await mira.post(sketches, files=[File("a.png", picture(RED))])
    gone = await mira.post(sketches, files=[File("b.png", picture(RED))])
    sent = await mira.post(sketches, files=[File("c.png", picture(RED))])
    sketches.put(_reply_of_the_bot(discord, sketches, sent))
    await _claim(community, guild, sketches, mira, message, gone, sent)
    await mira.delete(gone)
    await community.start()
    await discord.wait_for(lambda: len(sketches.bot_messages()) == 2, 15)
    await asyncio.sleep(0.5)
    assert sorted(answers(sketches)) == sorted([message.id, sent.id])
    assert await community.catalogue.posts.get(gone.id) is None
    adopted = await community.catalogue.posts.get(sent.id)
    assert adopted.state == "answered"
    assert adopted.reply_id in {one.id for one in sketches.bot_messages()}


async def _claim(community, guild, channel, author, *messages):
    """As a process that was killed right after it had taken them on."""
    async with started(community.settings) as bot:
        for one in messages:
            new = NewPost(one.id, Place(guild.id, channel.id), author.id, one.created_at)
            assert await bot.library.catalogue.posts.claim(new)


def _reply_of_the_bot(discord, channel, message):
    return Message(
        discord.world.snowflakes.make(),
        channel,
        discord.world.bot,
        content="sent, but not noted",
        type=REPLY,
        reference={"message_id": str(message.id), "channel_id": str(channel.id)},
        referenced=message,
    )


async def test_events_that_come_twice_and_sessions_that_are_resumed_bring_one_answer_each(
    community, discord, picture, art
):
    _, sketches, mira = art
    discord.gateway.duplicate(3)
    first = await mira.post(sketches, files=[File("twice.png", picture(RED))])
    discord.gateway.drop(resumable=True)
    second = await mira.post(sketches, files=[File("resumed.png", picture(RED))])
    await discord.wait_for(lambda: len(sketches.bot_messages()) == 2, 30)
    discord.gateway.reconnect()
    third = await mira.post(sketches, files=[File("op7.png", picture(RED))])
    await discord.wait_for(lambda: len(sketches.bot_messages()) == 3, 30)
    assert sorted(answers(sketches)) == [first.id, second.id, third.id]
    assert discord.gateway.resumes


async def test_a_session_that_is_lost_shows_in_the_health_and_is_caught_up(
    community, discord, picture, art
):
    _, sketches, mira = art
    assert community.bot.health["gateway"]()
    discord.gateway.drop(resumable=False)
    await discord.wait_for(lambda: not community.bot.health["gateway"](), 5)
    first = await mira.post(sketches, files=[File("lost.png", picture(RED))])
    await discord.wait_for(lambda: len(sketches.bot_messages()) == 1, 40)
    assert answers(sketches) == [first.id]
    assert community.connection.connected


async def test_a_connection_that_is_cut_while_catching_up_costs_no_post_its_answer(
    community, discord, picture, art
):
    _, sketches, mira = art
    first = await mira.post(sketches, files=[File("first.png", picture(RED))])
    await discord.wait_for(lambda: len(sketches.bot_messages()) == 1, 15)
    hang = discord.faults.cdn("hang", path="begun")
    begun = await mira.post(sketches, files=[File("begun.png", picture(RED))])
    await discord.wait_for(lambda: hang.hits)
    await community.stop()
    discord.faults.clear()
    missed = await mira.post(sketches, files=[File("missed.png", picture(RED))])
    history = discord.faults.http(method="GET", path=r"/channels/\d+/messages", status=0, times=2)
    one = discord.faults.http(method="GET", path=r"/channels/\d+/messages/\d+", status=0, times=1)
    await community.start()
    await discord.wait_for(lambda: len(sketches.bot_messages()) == 3, 30)
    assert (history.hits, one.hits) == (2, 1)
    assert sorted(answers(sketches)) == [first.id, begun.id, missed.id]


async def test_trouble_on_the_way_delays_the_answer_and_never_doubles_it(
    community, discord, picture, art
):
    _, sketches, mira = art
    messages = r"/channels/\d+/messages"
    discord.faults.http(method="POST", path=messages, status=502, took_effect=True, times=1)
    discord.faults.http(method="POST", path=messages, status=429, times=1, retry_after=0.2)
    discord.faults.cdn("truncated", times=1)
    discord.faults.cdn("error", times=1)
    discord.faults.cdn("expired", times=1)
    posted = [
        await mira.post(sketches, files=[File(f"{number}.png", picture(RED))])
        for number in range(3)
    ]
    await discord.wait_for(lambda: len(sketches.bot_messages()) == 3, 40)
    await asyncio.sleep(1.0)
    assert sorted(answers(sketches)) == [one.id for one in posted]
    for one in posted:
        assert (await community.catalogue.posts.get(one.id)).state == "answered"


async def test_a_channel_where_the_bot_may_not_write_is_told_to_an_admin_once(
    community, discord, picture, art
):
    guild, sketches, mira = art
    locked = guild.add_channel("locked", overwrites={guild.everyone: (0, P.SEND_MESSAGES)})
    locked.overwrite(mira, allow=P.SEND_MESSAGES)
    for number in range(3):
        await mira.post(locked, files=[File(f"{number}.png", picture(RED))])
    await discord.wait_for(lambda: guild.owner.dms, 15)
    await mira.post(sketches, files=[File("fine.png", picture(RED))])
    await discord.wait_for(lambda: sketches.bot_messages(), 15)
    (notice,) = guild.owner.dms
    assert f"<#{locked.id}>" in notice.text
    assert "Send Messages" in notice.text
    assert locked.bot_messages() == []


async def test_without_the_message_content_intent_the_bot_runs_and_says_so_once(
    discord, picture, art, tmp_path, caplog
):
    discord.message_content = False
    _, sketches, mira = art
    async with running(settings_for(discord, tmp_path / "data"), discord) as community:
        await mira.post(sketches, files=[File("unseen.png", picture(RED))])
        seen = await mira.post(sketches, files=[File("seen.png", picture(RED))], mention_bot=True)
        await discord.wait_for(lambda: sketches.bot_messages(), 15)
        await asyncio.sleep(0.3)
        assert answers(sketches) == [seen.id]
        assert community.connection.connected
    told = [one for one in caplog.records if "Message Content intent" in one.getMessage()]
    assert len(told) == 1


async def test_a_refused_token_ends_the_bot_with_one_sentence(discord, tmp_path):
    settings = replace(settings_for(discord, tmp_path / "data"), discord_token="wrong")
    async with started(settings) as bot, connected(bot, settings) as connection:
        with pytest.raises(StartError, match="Discord refuses the token"):
            await asyncio.wait_for(connection.supervision, 10)


async def test_a_click_in_a_quiet_channel_while_the_bot_was_away_is_answered_when_it_is_back(
    community, discord, picture, art
):
    guild, sketches, mira = art
    await community.catalogue.guilds.set_mode(guild.id, sketches.id, "quiet", guild.owner.id)
    clicked = await mira.post(sketches, files=[File("a.png", picture(RED))])
    left = await mira.post(sketches, files=[File("b.png", picture(RED))])
    await discord.wait_for(lambda: left.reactions and clicked.reactions, 15)
    await community.stop()
    await mira.react(clicked, "⭐")
    await community.start()
    await discord.wait_for(lambda: sketches.bot_messages(), 15)
    await asyncio.sleep(0.5)
    assert answers(sketches) == [clicked.id]


async def test_a_channel_whose_history_the_bot_may_not_read_is_not_taken_for_empty(
    community, discord, picture, art
):
    guild, sketches, mira = art
    await mira.post(sketches, files=[File("a.png", picture(RED))])
    await discord.wait_for(lambda: sketches.bot_messages(), 15)
    first = await discord.wait_for(lambda: _checked(community), 15)
    sketches.overwrite(guild.me, deny=P.READ_MESSAGE_HISTORY)
    await community.restart()
    await discord.wait_for(lambda: _checked(community, first), 15)
    assert await community.catalogue.count() == 1


async def _checked(community, before=None):
    """When a check came to its end, if one has since that of ``before``."""
    noted = await community.catalogue.state.get("checked_at:0/1")
    return None if noted == before else noted
