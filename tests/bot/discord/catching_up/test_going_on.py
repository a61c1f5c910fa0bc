"""Posts that were taken on and not answered: each gets its one answer, whatever came between."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.places import Place
from bot.posts import NewPost
from bot.running import started
from tests.bot.discord.buttons.art import Art
from tests.bot.discord.standin.files import File
from tests.bot.discord.standin.messages import REPLY, Message

RED = (220, 30, 30)


@pytest.fixture
def art(discord, picture):
    return Art(discord, picture)


async def claim(community, art, *messages, state="pending"):
    """As a process that was killed after it had taken them on."""
    async with started(community.settings) as bot:
        posts = bot.library.catalogue.posts
        for one in messages:
            parent = one.channel.parent.id if one.channel.is_thread else 0
            place = Place(art.guild.id, one.channel.id, parent)
            assert await posts.claim(NewPost(one.id, place, one.author.id, one.created_at))
            await posts.settle(one.id, state)


def sent_not_noted(discord, message):
    """The answer of a process that was killed before it could note it."""
    reply = Message(
        discord.world.snowflakes.make(),
        message.channel,
        discord.world.bot,
        content="sent, but not noted",
        type=REPLY,
        reference={"message_id": str(message.id), "channel_id": str(message.channel.id)},
        referenced=message,
    )
    message.channel.put(reply)
    return reply


def answers(channel):
    return [int(one.reference["message_id"]) for one in channel.bot_messages()]


async def image_of(art, *, channel=None, at=None):
    file = File("a.png", art.picture(RED))
    return await art.mira.post(channel or art.sketches, files=[file], at=at)


async def test_a_guild_that_comes_back_late_gets_what_was_begun_and_what_was_missed(
    community, discord, art
):
    await art.post(RED)
    await community.stop()
    begun, missed = await image_of(art), await image_of(art)
    await claim(community, art, begun)
    discord.make_unavailable(art.guild)
    await community.start()
    await asyncio.sleep(1.0)
    discord.make_available(art.guild)
    await discord.wait_for(lambda: len(art.sketches.bot_messages()) == 3, 15)
    assert sorted(answers(art.sketches)[1:]) == [begun.id, missed.id]


async def test_an_answer_is_found_again_however_much_was_said_since(community, discord, art):
    await art.post(RED)
    await community.stop()
    clicked = await image_of(art, at=datetime.now(UTC) - timedelta(days=3))
    pending = await image_of(art)
    await claim(community, art, clicked, state="asked")
    await claim(community, art, pending)
    for _ in range(130):
        await art.theo.post(art.sketches, "words")
    replies = [sent_not_noted(discord, one) for one in (clicked, pending)]
    await community.start()
    posts = community.catalogue.posts
    for message, reply in zip((clicked, pending), replies, strict=True):
        await discord.wait_for(lambda: posts.of_reply(reply.id), 10)  # noqa: B023
        assert (await posts.get(message.id)).state == "answered"
    assert len(art.sketches.bot_messages()) == 3


async def test_an_answer_whose_post_was_deleted_before_it_was_noted_goes_too(
    community, discord, art
):
    await community.stop()
    message = await image_of(art)
    reply = sent_not_noted(discord, message)
    await claim(community, art, message)
    await art.mira.delete(message)
    await community.start()
    await discord.wait_for(lambda: reply.deleted, 15)
    assert await community.catalogue.posts.get(message.id) is None


async def test_a_thread_that_was_archived_meanwhile_is_answered(community, discord, art):
    thread = art.sketches.add_thread("wip")
    await community.stop()
    message = await image_of(art, channel=thread)
    await claim(community, art, message)
    thread.archive()
    await community.start()
    await discord.wait_for(lambda: answers(thread) == [message.id], 15)


async def test_what_is_too_old_by_now_is_not_answered_unless_somebody_asked(
    community, discord, art
):
    await community.stop()
    long_ago = datetime.now(UTC) - timedelta(hours=5)
    old, asked = await image_of(art, at=long_ago), await image_of(art, at=long_ago)
    await claim(community, art, old)
    await claim(community, art, asked, state="asked")
    await community.start()
    await discord.wait_for(lambda: answers(art.sketches) == [asked.id], 15)
    assert (await community.catalogue.posts.get(old.id)).state == "silent"


async def test_a_click_that_met_trouble_is_not_left_to_the_next_session(community, discord, art):
    await community.catalogue.guilds.set_mode(
        art.guild.id, art.sketches.id, "quiet", art.guild.owner.id
    )
    message = await image_of(art)
    await discord.wait_for(lambda: _state(community, message, "quiet"), 15)
    discord.faults.http(method="GET", path=r"/channels/\d+/messages/\d+", status=503, times=1)
    await art.mira.react(message, "⭐")
    await discord.wait_for(lambda: _state(community, message, "asked"), 5)
    cog = community.connection._client.get_cog("CatchingUp")
    await cog._sweep.coro(cog)
    await discord.wait_for(lambda: answers(art.sketches) == [message.id], 15)


async def _state(community, message, state):
    post = await community.catalogue.posts.get(message.id)
    return post is not None and post.state == state


async def test_a_post_whose_images_discord_hides_waits_until_they_can_be_seen(
    community, discord, art
):
    await community.stop()
    message = await image_of(art)
    await claim(community, art, message)
    discord.message_content = False
    await community.start()
    await asyncio.sleep(1.0)
    assert await _state(community, message, "pending")
    discord.message_content = True
    await community.restart()
    await discord.wait_for(lambda: answers(art.sketches) == [message.id], 15)


async def test_more_than_a_thousand_missed_messages_are_all_read(community, discord, art):
    await art.post(RED)
    await community.stop()
    for _ in range(1005):
        await art.theo.post(art.sketches, "words", unseen=True)
    last = await image_of(art)
    await community.start()
    await discord.wait_for(lambda: last.id in answers(art.sketches), 20)


async def test_what_was_posted_before_the_bot_was_invited_is_not_answered(
    community, discord, picture, art
):
    await art.post(RED)
    await community.stop()
    new = discord.add_guild("New")
    hall, noa = new.add_channel("hall"), new.add_member("noa")
    image = File("a.png", picture(RED))
    await noa.post(hall, files=[image], at=new.me.joined_at - timedelta(seconds=20))
    await asyncio.sleep(0.01)
    missed = await noa.post(hall, files=[image])
    await community.start()
    await discord.wait_for(lambda: hall.bot_messages(), 15)
    await asyncio.sleep(0.5)
    assert answers(hall) == [missed.id]
