"""Each post is taken on once, and answered as its guild is at that moment."""

import asyncio
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy

from bot.discord.trouble import spread
from tests.bot.discord.buttons.art import Art
from tests.bot.discord.posting.posted import CRIMSON, RED, has_state, is_answered, post
from tests.bot.discord.standin.permissions import P


@pytest.fixture
def art(discord, picture):
    return Art(discord, picture)


@pytest.fixture
def no_waiting(monkeypatch):
    """Sessions that are lost come back at once."""

    async def at_once(*_args, **_options):
        return None

    monkeypatch.setattr("discord.Client.before_identify_hook", at_once)


async def test_what_an_admin_has_chosen_meanwhile_holds(community, discord, art):
    set_mode, owner = community.catalogue.guilds.set_mode, art.guild.owner
    other = art.guild.add_channel("other")
    slow = discord.faults.cdn("slow", seconds=1.0)
    off, quiet = await post(art), await post(art, channel=other)
    await discord.wait_for(lambda: slow.hits == 2)
    await set_mode(art.guild.id, art.sketches.id, "off", owner.id)
    await set_mode(art.guild.id, other.id, "quiet", owner.id)
    await discord.wait_for(lambda: quiet.reactions, 10)
    await discord.wait_for(lambda: has_state(community, off, "silent"), 10)
    assert art.sketches.bot_messages() == other.bot_messages() == []


async def test_a_click_before_the_bot_has_reacted_is_a_click(community, discord, art):
    await community.catalogue.guilds.set_mode(
        art.guild.id, art.sketches.id, "quiet", art.guild.owner.id
    )
    reacting = discord.faults.http(method="PUT", path=r".*/reactions/.*", delay_seconds=1.0)
    message = await post(art)
    await discord.wait_for(lambda: reacting.hits, 10)
    await art.theo.react(message, "⭐")
    await discord.wait_for(lambda: is_answered(community, message), 10)
    assert len(art.sketches.bot_messages()) == 1
    assert art.guild.me.id in message.reactions["⭐"]


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


async def test_what_its_author_wished_forgotten_while_it_arrived_is_not_taken_on(
    community, discord, art, monkeypatch
):
    forget, forgotten = community.bot.library.forget_posts, asyncio.Event()

    async def noted(*arguments, **options):
        await forget(*arguments, **options)
        forgotten.set()

    monkeypatch.setattr(community.bot.library, "forget_posts", noted)
    wish = datetime.now(UTC) + timedelta(minutes=1)
    await community.catalogue.tombstones.wish(art.mira.id, wish)
    message = await post(art)
    await asyncio.wait_for(forgotten.wait(), 20)
    assert art.sketches.bot_messages() == []
    assert await community.catalogue.posts.get(message.id) is None


async def test_the_address_of_an_image_stays_out_of_the_log(
    community, discord, art, caplog, monkeypatch
):
    monkeypatch.setattr("bot.discord.posting.downloading.FIRST_PAUSE_SECONDS", 0.05)
    error = discord.faults.cdn("error", times=4)
    message = await post(art)
    await discord.wait_for(lambda: is_answered(community, message), 20)
    assert error.hits == 4
    assert "trying again" in caplog.text
    assert "/attachments/" not in caplog.text


def full_disk():
    """What SQLite makes of one."""
    reason = sqlite3.OperationalError("database or disk is full")
    raise sqlalchemy.exc.OperationalError("INSERT INTO posts", {}, reason)


def in_trouble_at_first(monkeypatch, part, name, times):
    """Let a method of the catalogue fail so often, as on a full disk."""
    method, failures = getattr(part, name), iter(range(times))

    async def failing(*arguments):
        if next(failures, None) is not None:
            full_disk()
        return await method(*arguments)

    monkeypatch.setattr(part, name, failing)


@pytest.mark.parametrize("name", ["claim", "get", "settle"])
async def test_a_post_that_comes_while_the_disk_is_full_is_answered_once_when_there_is_room(
    community, discord, art, monkeypatch, name
):
    for module in ("noting", "posting.intake"):
        monkeypatch.setattr(f"bot.discord.{module}.PAUSES_SECONDS", (0.05,) * 9)
    in_trouble_at_first(monkeypatch, community.catalogue.posts, name, 2)
    message = await post(art)
    await discord.wait_for(art.sketches.bot_messages, 10)
    await discord.wait_for(lambda: is_answered(community, message), 10)
    assert len(art.sketches.bot_messages()) == 1


async def test_a_click_that_comes_while_the_disk_is_full_is_answered_once_when_there_is_room(
    community, discord, art, monkeypatch
):
    monkeypatch.setattr("bot.discord.noting.PAUSES_SECONDS", (0.05,))
    await community.catalogue.guilds.set_mode(
        art.guild.id, art.sketches.id, "quiet", art.guild.owner.id
    )
    message = await post(art)
    await discord.wait_for(lambda: has_state(community, message, "quiet"), 10)
    in_trouble_at_first(monkeypatch, community.catalogue.posts, "ask", 4)
    await asyncio.gather(art.theo.react(message, "⭐"), art.mira.react(message, "⭐"))
    await discord.wait_for(lambda: is_answered(community, message), 10)
    assert len(art.sketches.bot_messages()) == 1


async def test_no_more_than_so_many_posts_wait_in_memory_and_the_others_are_found_again(
    community, discord, art, monkeypatch
):
    monkeypatch.setattr("bot.discord.posting.intake.MOST_WAITING", 2)
    discord.faults.cdn("slow", seconds=4.0, times=2)
    messages = [await post(art) for _ in range(3)]
    client = community.connection._client
    intake = client.get_cog("Posting")._intake
    await discord.wait_for(lambda: intake.waiting == 2)
    # Which two: events of a gateway are handled side by side.
    (left_out,) = [one for one in messages if not intake.is_at_work_on(one.id)]
    await discord.wait_for(lambda: len(art.sketches.bot_messages()) == 2, 10)
    assert await has_state(community, left_out, "pending")
    await client.get_cog("CatchingUp")._sweep()
    await discord.wait_for(lambda: is_answered(community, left_out), 10)
    assert len(art.sketches.bot_messages()) == 3


def test_those_who_met_the_same_trouble_do_not_come_back_all_at_once():
    pauses = [spread(10.0) for _ in range(200)]
    assert 5.0 <= min(pauses) < 6.0
    assert 14.0 < max(pauses) <= 15.0


async def test_a_post_that_could_never_be_noted_is_answered_by_the_next_start(
    community, discord, art, monkeypatch
):
    in_trouble_at_first(monkeypatch, community.catalogue.posts, "claim", 1000)
    message = await post(art)
    intake = community.connection._client.get_cog("Posting")._intake
    await discord.wait_for(lambda: message.id in intake.unheard)
    catching_up = community.connection._client.get_cog("CatchingUp")
    (noted,) = [f"connected_at:{shard}/1" for shard in catching_up._connected]
    before = await discord.wait_for(lambda: community.catalogue.state.get(noted))
    await catching_up._note_time()
    assert await community.catalogue.state.get(noted) == before
    await community.restart()
    await discord.wait_for(lambda: is_answered(community, message), 10)
    assert len(art.sketches.bot_messages()) == 1
