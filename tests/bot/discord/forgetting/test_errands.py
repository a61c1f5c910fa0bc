"""What a deletion leaves to do on Discord gets done, whatever stands in the way."""

import asyncio

import pytest

from tests.bot.discord.asking import ask
from tests.bot.discord.buttons.art import Art
from tests.bot.discord.standin.files import File
from tests.bot.discord.standin.permissions import P

RED, CRIMSON, SCARLET = (220, 30, 30), (215, 32, 30), (225, 28, 33)
MESSAGE = r"/channels/\d+/messages/\d+"


@pytest.fixture
def art(discord, picture):
    return Art(discord, picture)


@pytest.fixture(autouse=True)
def soon_again(monkeypatch):
    monkeypatch.setattr("bot.discord.forgetting.errands.TROUBLE_SECONDS", 0.5)


async def test_an_answer_that_cannot_be_made_anew_goes_and_holds_up_no_others(
    community, discord, picture, art
):
    gone, _ = await art.post(RED)
    image = File("art.png", picture(RED))
    result = await ask(art.theo, art.sketches, "similar", image=image, public=True)
    answer = result.original
    await discord.wait_for(lambda: community.catalogue.answers.get(answer.id))
    _, reply = await art.post(CRIMSON)
    assert str(gone.id) in reply.text
    answer.embeds = []  # a moderator hides them: Discord names none any more
    await art.mira.delete(gone)
    await discord.wait_for(lambda: str(gone.id) not in reply.text, 10)
    await discord.wait_for(lambda: answer.deleted, 5)
    await discord.wait_for(lambda: _all_done(community), 5)


async def test_a_reply_without_anything_left_to_say_goes_even_if_discord_is_in_trouble(
    community, discord, art
):
    message, reply = await art.post(RED)
    post = await discord.wait_for(lambda: _answered(community, message))
    discord.faults.http(method="DELETE", path=MESSAGE, status=503, times=1)
    await community.bot.library.forget(post.illustration_ids)
    await discord.wait_for(lambda: reply.deleted, 10)
    await discord.wait_for(lambda: _silent(community, message), 5)


async def _answered(community, message):
    post = await community.catalogue.posts.get(message.id)
    return post if post is not None and post.state == "answered" else None


async def test_many_errands_in_trouble_are_not_tried_all_at_once(community, discord, art):
    pairs = [await art.post(RED) for _ in range(8)]
    refusing = discord.faults.http(method="DELETE", path=MESSAGE, status=404)
    await community.bot.library.forget_posts([message.id for message, _ in pairs])
    await discord.wait_for(lambda: refusing.hits, 5)
    await asyncio.sleep(2.0)
    assert refusing.hits <= 4
    discord.faults.clear()
    await discord.wait_for(lambda: all(reply.deleted for _, reply in pairs), 15)


async def test_what_the_bot_has_no_access_to_waits_until_it_has(
    community, discord, picture, art, monkeypatch
):
    monkeypatch.setattr("bot.discord.forgetting.errands.NO_ACCESS_SECONDS", 1.0)
    message, reply = await art.post(RED)
    await discord.wait_for(lambda: _answered(community, message))
    art.sketches.overwrite(art.guild.bot_role, deny=P.VIEW_CHANNEL)
    await community.bot.library.forget_posts([message.id])
    path = f"/messages/{reply.id}"
    await discord.wait_for(lambda: discord.asked("DELETE", path))
    await asyncio.sleep(1.5)
    assert len(discord.asked("DELETE", path)) <= 3
    assert not reply.deleted
    art.sketches.overwrite(art.guild.bot_role, allow=P.VIEW_CHANNEL)
    await discord.wait_for(lambda: reply.deleted, 5)


async def _silent(community, message):
    post = await community.catalogue.posts.get(message.id)
    return (post.state, post.reply_id) == ("silent", None)


async def _all_done(community):
    return await community.catalogue.errands.pending() == []
