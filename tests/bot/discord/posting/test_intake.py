"""Each post gets exactly one answer, as its guild is at that moment, or none where it is gone."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from tests.bot.discord.buttons.art import Art
from tests.bot.discord.standin import routes_messages
from tests.bot.discord.standin.files import File
from tests.bot.discord.standin.permissions import P

RED, CRIMSON, BLUE = (220, 30, 30), (215, 32, 30), (30, 60, 200)
SENDING = r"/channels/\d+/messages"


@pytest.fixture
def art(discord, picture):
    return Art(discord, picture)


@pytest.fixture
def no_waiting(monkeypatch):
    """Sessions that are lost come back at once."""

    async def at_once(*_args, **_options):
        return None

    monkeypatch.setattr("discord.Client.before_identify_hook", at_once)


async def post(art, colour=RED, *, channel=None):
    file = File("a.png", art.picture(colour))
    return await art.mira.post(channel or art.sketches, files=[file])


async def state_of(community, message):
    found = await community.catalogue.posts.get(message.id)
    return found and found.state


async def is_answered(community, message):
    return await state_of(community, message) == "answered"


async def test_an_answer_that_discord_took_without_saying_so_is_not_sent_again_after_long(
    community, discord, art, monkeypatch
):
    monkeypatch.setattr(routes_messages, "NONCE_FOR", timedelta(0))
    discord.faults.http(method="POST", path=SENDING, status=0, took_effect=True, times=1)
    message = await post(art)
    await discord.wait_for(lambda: is_answered(community, message), 15)
    (reply,) = art.sketches.bot_messages()
    assert (await community.catalogue.posts.get(message.id)).reply_id == reply.id


async def test_what_an_admin_has_chosen_meanwhile_holds(community, discord, art):
    set_mode, owner = community.catalogue.guilds.set_mode, art.guild.owner
    other = art.guild.add_channel("other")
    slow = discord.faults.cdn("slow", seconds=1.0)
    off, quiet = await post(art), await post(art, channel=other)
    await discord.wait_for(lambda: slow.hits == 2)
    await set_mode(art.guild.id, art.sketches.id, "off", owner.id)
    await set_mode(art.guild.id, other.id, "quiet", owner.id)
    await discord.wait_for(lambda: quiet.reactions, 10)
    await discord.wait_for(lambda: _has_state(community, off, "silent"), 10)
    assert art.sketches.bot_messages() == other.bot_messages() == []


async def _has_state(community, message, state):
    return await state_of(community, message) == state


async def test_who_lost_access_while_the_picture_was_drawn_is_not_shown_it(
    community, discord, art, monkeypatch
):
    cabin = art.guild.add_channel("cabin")
    secret, _ = await art.post(RED, channel=cabin)
    draw = community.bot.decoders.draw
    drawing = asyncio.Event()

    async def slowly(grid):
        drawing.set()
        await asyncio.sleep(0.5)
        return await draw(grid)

    monkeypatch.setattr(community.bot.decoders, "draw", slowly)
    message = await post(art, CRIMSON)
    await asyncio.wait_for(drawing.wait(), 10)
    cabin.overwrite(art.theo, deny=P.VIEW_CHANNEL)
    await discord.wait_for(lambda: is_answered(community, message), 10)
    (reply,) = art.sketches.bot_messages()
    assert str(secret.id) not in reply.text
    assert reply.attachments == []


async def test_an_answer_that_waits_for_others_is_not_composed_before_its_turn(
    community, discord, art, monkeypatch
):
    monkeypatch.setattr("bot.discord.posting.intake.ANSWERS_AT_ONCE", 1)
    cabin = art.guild.add_channel("cabin")
    secret, _ = await art.post(RED, channel=cabin)
    discord.rate_limits.limit = 1
    messages = [await post(art, CRIMSON) for _ in range(4)]
    await discord.wait_for(lambda: _counts(community, 5), 10)
    await asyncio.sleep(0.5)  # enough to make all answers, not enough to send them
    cabin.overwrite(art.theo, deny=P.VIEW_CHANNEL)
    await discord.wait_for(lambda: is_answered(community, messages[-1]), 20)
    assert str(secret.id) not in art.sketches.bot_messages()[-1].text


async def _counts(community, wanted):
    return await community.catalogue.count() == wanted


async def test_after_a_new_session_its_permissions_decide(community, discord, art, no_waiting):
    cabin = art.guild.add_channel("cabin")
    secret, _ = await art.post(RED, channel=cabin)
    slow = discord.faults.cdn("slow", seconds=4.0)
    message = await post(art, CRIMSON)
    await discord.wait_for(lambda: slow.hits)
    discord.gateway.drop(resumable=False)
    await discord.wait_for(lambda: not community.connection.connected)
    cabin.overwrite(art.theo, deny=P.VIEW_CHANNEL)
    await discord.wait_for(lambda: community.connection.connected, 3.5)
    await discord.wait_for(lambda: is_answered(community, message), 15)
    (reply,) = art.sketches.bot_messages()
    assert str(secret.id) not in reply.text


async def test_a_client_that_must_be_made_anew_costs_no_post_its_answer(
    community, discord, art, no_waiting
):
    slow = discord.faults.cdn("slow", seconds=1.5, times=1)
    message = await post(art)
    await discord.wait_for(lambda: slow.hits)
    discord.message_content = False
    discord.gateway.drop(resumable=False)
    await discord.wait_for(lambda: len(discord.gateway.identifies) >= 3, 10)
    discord.message_content = True  # so that what is begun can still be read
    await discord.wait_for(lambda: is_answered(community, message), 15)
    assert len(art.sketches.bot_messages()) == 1


async def test_a_reply_to_what_was_forgotten_goes_even_if_discord_is_in_trouble(
    community, discord, art
):
    sending = discord.faults.http(method="POST", path=SENDING, delay_seconds=1.0)
    message = await post(art)
    await discord.wait_for(lambda: sending.hits, 10)
    discord.faults.http(method="DELETE", path=SENDING + r"/\d+", status=503, times=1)
    await community.bot.library.forget_posts([message.id])
    await discord.wait_for(lambda: discord.asked("DELETE", f"/channels/{art.sketches.id}"), 10)
    await discord.wait_for(lambda: art.sketches.bot_messages() == [], 15)


async def test_what_its_author_wished_forgotten_while_it_arrived_is_not_taken_on(
    community, discord, art
):
    wish = datetime.now(UTC) + timedelta(minutes=1)
    await community.catalogue.state.put(f"deleted_at:{art.mira.id}", wish.isoformat())
    message = await post(art)
    await asyncio.sleep(1.0)
    assert art.sketches.bot_messages() == []
    assert await community.catalogue.posts.get(message.id) is None


async def test_the_address_of_an_image_stays_out_of_the_log(community, discord, art, caplog):
    error = discord.faults.cdn("error", times=4)
    message = await post(art)
    await discord.wait_for(lambda: is_answered(community, message), 20)
    assert error.hits == 4
    assert "trying again" in caplog.text
    assert "/attachments/" not in caplog.text
