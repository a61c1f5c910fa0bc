"""What is deleted on Discord goes everywhere: rows, files, index, the reply, earlier grids."""

import asyncio
import sqlite3

import pytest
import sqlalchemy

from tests.bot.discord.standin.files import File

RED, CRIMSON, SCARLET = (220, 30, 30), (215, 32, 30), (225, 28, 33)


@pytest.fixture
def art(discord):
    guild = discord.add_guild("Art")
    return guild, guild.add_channel("sketches"), guild.add_member("mira")


async def post(community, member, channel, *colours, picture):
    """Post images and wait for the answer.

    Returns:
        The post and the reply to it.
    """
    before = len(channel.bot_messages())
    files = [File(f"{place}.png", picture(colour)) for place, colour in enumerate(colours)]
    message = await member.post(channel, files=files)
    await community.discord.wait_for(lambda: len(channel.bot_messages()) > before, 15)
    await community.discord.wait_for(lambda: _answered(community, message.id), 5)
    return message, channel.bot_messages()[-1]


async def _answered(community, post_id):
    found = await community.catalogue.posts.get(post_id)
    return found is not None and found.state == "answered"


async def _empty(community):
    return await community.catalogue.count() == 0


async def test_a_deleted_message_takes_its_illustration_and_the_reply_with_it(
    community, discord, picture, art, tmp_path
):
    _, sketches, mira = art
    message, reply = await post(community, mira, sketches, RED, picture=picture)
    assert list((tmp_path / "data" / "thumbnails").rglob("*.webp"))
    await mira.delete(message)
    await discord.wait_for(lambda: reply.deleted, 10)
    assert await _empty(community)
    assert not list((tmp_path / "data" / "thumbnails").rglob("*.webp"))
    assert (await community.bot.inference.client.ids()).tolist() == []
    assert await community.catalogue.posts.get(message.id) is None


async def test_a_message_that_is_deleted_while_the_disk_is_full_goes_as_soon_as_there_is_room(
    community, discord, picture, art, monkeypatch, caplog
):
    _, sketches, mira = art
    message, reply = await post(community, mira, sketches, RED, picture=picture)
    monkeypatch.setattr("bot.discord.noting.PAUSES_SECONDS", (0.05,))
    remove, failures = community.catalogue.posts.remove, iter(range(3))

    async def failing(*arguments, **options):
        if next(failures, None) is not None:
            reason = sqlite3.OperationalError("database or disk is full")
            raise sqlalchemy.exc.OperationalError("DELETE FROM posts", {}, reason)
        return await remove(*arguments, **options)

    monkeypatch.setattr(community.catalogue.posts, "remove", failing)
    await mira.delete(message)
    await discord.wait_for(lambda: reply.deleted, 10)
    assert await _empty(community)
    assert caplog.text.count("something was deleted: the catalogue is in trouble") == 3


async def test_a_grid_that_showed_it_is_rendered_again_without_it(community, discord, picture, art):
    _, sketches, mira = art
    gone, _ = await post(community, mira, sketches, RED, picture=picture)
    kept, _ = await post(community, mira, sketches, CRIMSON, picture=picture)
    _, reply = await post(community, mira, sketches, SCARLET, picture=picture)
    assert str(gone.id) in reply.text
    before = reply.attachments[0].data
    await mira.delete(gone)
    await discord.wait_for(lambda: str(gone.id) not in reply.text, 10)
    assert str(kept.id) in reply.text
    assert len(reply.attachments) == 1
    assert reply.attachments[0].data != before
    assert "**red**" in reply.text
    assert reply.labels


async def test_many_messages_deleted_at_once_all_go(community, discord, picture, art):
    guild, sketches, mira = art
    pairs = [await post(community, mira, sketches, RED, picture=picture) for _ in range(3)]
    await guild.bulk_delete(sketches, [message for message, _ in pairs])
    await discord.wait_for(lambda: all(reply.deleted for _, reply in pairs), 10)
    assert await _empty(community)


async def test_an_edit_that_takes_an_image_away_takes_its_section_away(
    community, discord, picture, art
):
    _, sketches, mira = art
    message, reply = await post(community, mira, sketches, RED, (30, 60, 200), picture=picture)
    assert len(reply.embeds) == 2
    await mira.edit(message, "only one now", keep=[message.attachments[1].id])
    await discord.wait_for(lambda: len(reply.embeds) == 1, 10)
    assert "**blue**" in reply.text
    assert await community.catalogue.count() == 1
    await mira.edit(message, "none", keep=[])
    await discord.wait_for(lambda: reply.deleted, 10)
    assert await _empty(community)


async def test_an_edit_of_the_words_changes_nothing(community, discord, picture, art):
    _, sketches, mira = art
    message, reply = await post(community, mira, sketches, RED, picture=picture)
    await mira.edit(message, "a new caption")
    await asyncio.sleep(1.5)
    assert reply.edits == 0
    assert not reply.deleted
    assert await community.catalogue.count() == 1


async def test_a_deleted_channel_and_a_deleted_thread_take_everything_posted_there(
    community, discord, picture, art
):
    guild, sketches, mira = art
    thread = sketches.add_thread("wip")
    await post(community, mira, thread, RED, picture=picture)
    await post(community, mira, sketches, RED, picture=picture)
    other = guild.add_channel("other")
    await post(community, mira, other, CRIMSON, picture=picture)
    guild.delete_channel(thread)
    await discord.wait_for(lambda: _counts(community, 2), 10)
    guild.delete_channel(sketches)
    await discord.wait_for(lambda: _counts(community, 1), 10)


async def _counts(community, wanted):
    return await community.catalogue.count() == wanted


async def test_a_bot_that_is_removed_forgets_the_guild_and_an_outage_forgets_nothing(
    community, discord, picture, art
):
    guild, sketches, mira = art
    await post(community, mira, sketches, RED, picture=picture)
    await community.catalogue.guilds.set_language(guild.id, "ja")
    discord.make_unavailable(guild)
    await asyncio.sleep(0.5)
    assert await community.catalogue.count() == 1
    discord.make_available(guild)
    discord.kick_bot(guild)
    await discord.wait_for(lambda: _empty(community), 10)
    await discord.wait_for(lambda: _unknown(community, guild.id), 5)


async def _unknown(community, guild_id):
    return not (await community.catalogue.guilds.settings(guild_id)).language


async def test_what_was_deleted_or_left_while_the_bot_was_away_goes_when_it_is_back(
    community, discord, picture, art
):
    guild, sketches, mira = art
    other, noa = guild.add_channel("other"), guild.add_member("noa")
    away = discord.add_guild("Elsewhere")
    hall, lee = away.add_channel("hall"), away.add_member("lee")
    deleted, reply = await post(community, mira, sketches, RED, picture=picture)
    await post(community, mira, other, RED, picture=picture)
    await post(community, noa, sketches, CRIMSON, picture=picture)
    await post(community, lee, hall, RED, picture=picture)
    kept, _ = await post(community, mira, sketches, SCARLET, picture=picture)
    await community.stop()
    await mira.delete(deleted)
    guild.delete_channel(other)
    guild.remove_member(noa)
    discord.kick_bot(away)
    await community.start()
    await discord.wait_for(lambda: _counts(community, 1), 30)
    assert await community.catalogue.posts.get(kept.id) is not None
    await discord.wait_for(lambda: reply.deleted, 10)


async def test_a_message_that_vanishes_while_it_is_answered_leaves_neither_reply_nor_trace(
    community, discord, picture, art
):
    _, sketches, mira = art
    discord.faults.cdn("slow", seconds=1.0)
    message = await mira.post(sketches, files=[File("a.png", picture(RED))])
    await discord.wait_for(lambda: community.catalogue.posts.get(message.id), 5)
    await mira.delete(message)
    await asyncio.sleep(2.5)
    assert sketches.bot_messages() == []
    assert await _empty(community)
    assert await community.catalogue.posts.get(message.id) is None


async def test_a_reply_that_a_moderator_deletes_stays_deleted(community, discord, picture, art):
    guild, sketches, mira = art
    message, reply = await post(community, mira, sketches, RED, picture=picture)
    await guild.owner.delete(reply)
    await discord.wait_for(lambda: _silent(community, message.id), 5)
    assert await community.catalogue.count() == 1
    await community.restart()
    await asyncio.sleep(1.0)
    assert sketches.bot_messages() == []


async def _silent(community, post_id):
    return (await community.catalogue.posts.get(post_id)).state == "silent"
