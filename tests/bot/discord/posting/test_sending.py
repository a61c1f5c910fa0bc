"""An answer is sent exactly once, whatever becomes of it on its way."""

import asyncio
from datetime import timedelta

import pytest

from tests.bot.discord.buttons.art import Art
from tests.bot.discord.posting.posted import CRIMSON, RED, SENDING, is_answered, post
from tests.bot.discord.standin import routes_messages


@pytest.fixture
def art(discord, picture):
    return Art(discord, picture)


async def test_an_answer_that_discord_took_without_saying_so_is_not_sent_again_after_long(
    community, discord, art, monkeypatch
):
    monkeypatch.setattr(routes_messages, "NONCE_FOR", timedelta(0))
    discord.faults.http(method="POST", path=SENDING, status=0, took_effect=True, times=1)
    message = await post(art)
    await discord.wait_for(lambda: is_answered(community, message), 15)
    (reply,) = art.sketches.bot_messages()
    assert (await community.catalogue.posts.get(message.id)).reply_id == reply.id


async def test_an_answer_whose_sending_seemed_to_fail_goes_with_its_post(community, discord, art):
    discord.faults.http(method="POST", path=SENDING, status=0, took_effect=True, times=1)
    message = await post(art)
    await discord.wait_for(lambda: art.sketches.bot_messages(), 10)
    await art.mira.delete(message)
    await discord.wait_for(lambda: art.sketches.bot_messages() == [], 15)
    assert await community.catalogue.posts.get(message.id) is None


@pytest.mark.parametrize(
    ("took_effect", "nonce_for"),
    [(True, timedelta(0)), (False, routes_messages.NONCE_FOR)],
    ids=["found in the channel", "on its way"],
)
async def test_a_stop_while_an_answer_is_sent_leaves_exactly_one(
    community, discord, art, monkeypatch, took_effect, nonce_for
):
    monkeypatch.setattr(routes_messages, "NONCE_FOR", nonce_for)
    monkeypatch.setattr("bot.discord.connecting.FINISH_SECONDS", 0.3)
    sending = discord.faults.http(
        method="POST", path=SENDING, delay_seconds=2.0, took_effect=took_effect, times=1
    )
    message = await post(art)
    await discord.wait_for(lambda: sending.hits, 10)
    await community.restart()
    await discord.wait_for(lambda: is_answered(community, message), 15)
    await asyncio.sleep(1.5)
    (reply,) = art.sketches.bot_messages()
    assert (await community.catalogue.posts.get(message.id)).reply_id == reply.id


@pytest.mark.parametrize("status", [401, 403, 404])
async def test_a_refusal_that_is_not_discords_own_word_delays_the_answer_and_forgets_nothing(
    community, discord, art, status
):
    refusing = discord.faults.http(method="POST", path=SENDING, status=status, times=1)
    message = await post(art)
    await discord.wait_for(lambda: is_answered(community, message), 10)
    assert refusing.hits == 1
    assert await community.catalogue.count() == 1


async def test_a_reply_to_what_was_forgotten_goes_even_if_discord_is_in_trouble(
    community, discord, art, monkeypatch
):
    monkeypatch.setattr("bot.discord.forgetting.errands.TROUBLE_SECONDS", 0.5)
    sending = discord.faults.http(method="POST", path=SENDING, delay_seconds=1.0)
    message = await post(art)
    await discord.wait_for(lambda: sending.hits, 10)
    discord.faults.http(method="DELETE", path=SENDING + r"/\d+", status=503, times=1)
    await community.bot.library.forget_posts([message.id])
    await discord.wait_for(lambda: discord.asked("DELETE", f"/channels/{art.sketches.id}"), 10)
    await discord.wait_for(lambda: art.sketches.bot_messages() == [], 15)


async def test_what_is_forgotten_while_an_answer_that_shows_it_is_sent_goes_from_it(
    community, discord, art
):
    gone, _ = await art.post(RED)
    sending = discord.faults.http(method="POST", path=SENDING, delay_seconds=1.0)
    message = await post(art, CRIMSON)
    await discord.wait_for(lambda: sending.hits, 10)
    await art.mira.delete(gone)
    await discord.wait_for(lambda: is_answered(community, message), 10)
    (reply,) = art.sketches.bot_messages()
    assert str(gone.id) in reply.text
    await discord.wait_for(lambda: str(gone.id) not in reply.text, 10)
    assert reply.attachments == []
