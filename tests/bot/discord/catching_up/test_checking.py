"""The daily check: it finds what is gone, and never takes for gone what it merely does not see."""

import discord as library
import pytest

from tests.bot.discord.buttons.art import Art
from tests.bot.discord.standin.files import File
from tests.bot.discord.standin.permissions import P

RED, CRIMSON, BLUE = (220, 30, 30), (215, 32, 30), (30, 60, 200)
HISTORY = r"/channels/\d+/messages"


@pytest.fixture
def art(discord, picture):
    return Art(discord, picture)


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch):
    for module in ("checking", "rereading"):
        monkeypatch.setattr(f"bot.discord.catching_up.{module}.PAUSE_SECONDS", 0.0)


async def check(community):
    """Let a check run now, as after an absence."""
    checking = community.connection._client.get_cog("Checking")
    checking._due.update(community.connection._client.shards)
    await checking._run.coro(checking)


async def test_a_permission_that_goes_while_a_history_is_read_does_not_make_it_empty(
    community, art
):
    await art.post(RED)
    await art.post(BLUE)
    # What the bot has not been told of yet.
    art.sketches.overwrites[art.guild.bot_role.id] = (0, int(P.READ_MESSAGE_HISTORY))
    await check(community)
    assert await community.catalogue.count() == 2


async def test_an_answer_that_does_not_come_from_discord_forgets_nothing(community, discord, art):
    await art.post(RED)
    discord.faults.http(method="GET", path=HISTORY, status=404)
    await check(community)
    assert await community.catalogue.count() == 1


async def test_trouble_in_one_channel_keeps_nobody_from_the_check(
    community, discord, art, monkeypatch
):
    other = art.guild.add_channel("other")
    await art.post(RED)
    gone, _ = await art.post(BLUE, channel=other)
    other.messages.remove(gone)  # the bot was not told
    first = art.sketches.id

    def permissions_for(channel, _member):
        if channel.id == first:
            raise library.ClientException("Parent channel not found")
        return original(channel, _member)

    original = library.TextChannel.permissions_for
    monkeypatch.setattr(library.TextChannel, "permissions_for", permissions_for)
    await check(community)
    assert await community.catalogue.posts.get(gone.id) is None
    assert await community.catalogue.count() == 1


async def test_an_image_that_an_edit_took_away_unheard_is_forgotten(community, discord, art):
    message, reply = await art.post(RED, BLUE)
    emptied, _ = await art.post(CRIMSON)
    await discord.wait_for(lambda: _answered(community, emptied))
    message.content, message.attachments = "only one now", message.attachments[1:]
    emptied.content, emptied.attachments = "none", []
    await check(community)
    assert await community.catalogue.count() == 1
    assert await community.catalogue.posts.get(emptied.id) is None
    await discord.wait_for(lambda: len(reply.embeds) == 1, 10)
    assert "**blue**" in reply.text


async def test_messages_whose_content_discord_hides_do_not_look_emptied(community, discord, art):
    await art.post(RED)
    discord.message_content = False
    await check(community)
    assert await community.catalogue.count() == 1


async def test_a_post_of_which_no_image_could_be_read_is_checked_too(community, discord, art):
    message = await art.mira.post(art.sketches, files=[art.broken("a.png")])
    await discord.wait_for(lambda: _answered(community, message), 15)
    (reply,) = art.sketches.bot_messages()
    art.sketches.messages.remove(message)
    await check(community)
    assert await community.catalogue.posts.get(message.id) is None
    await discord.wait_for(lambda: reply.deleted, 10)


async def test_a_guild_that_was_left_during_a_lost_session_is_forgotten_and_an_outage_is_none(
    community, discord, art, picture
):
    away = discord.add_guild("Elsewhere")
    hall, lee = away.add_channel("hall"), away.add_member("lee")
    await lee.post(hall, files=[File("a.png", picture(RED))])
    await art.post(RED)
    await discord.wait_for(lambda: hall.bot_messages(), 15)
    art.guild.available = False  # and nobody has said so
    away.has_bot = False
    await check(community)
    assert await community.catalogue.posts.guilds() == {art.guild.id}
    art.guild.available = True


async def _answered(community, message):
    post = await community.catalogue.posts.get(message.id)
    return post is not None and post.state == "answered"
