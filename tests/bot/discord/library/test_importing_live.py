"""Imports that do not go straight: cancelled, restarted, in trouble, with the ground shifting."""

import asyncio
import os
import signal

import pytest

from bot.discord.library import taking
from bot.discord.library.cursor import Cursor
from tests.bot.discord.library.past import ids
from tests.bot.discord.standin.files import File
from tests.bot.discord.standin.permissions import P


async def until_downloading(past, name: str) -> None:
    await past.discord.wait_for(lambda: any(name in one for one in downloads(past)), 15)


def downloads(past) -> list[str]:
    return [str(one) for one in past.discord.cdn.downloads]


async def begin_and_hang(past, posts):
    """Begin an import whose third image does not come."""
    name = posts[2].attachments[0].filename
    past.discord.faults.cdn("hang", path=name)
    await past.ask("import", past.sketches)
    await until_downloading(past, name)
    assert past.board.labels == ["Cancel"]


async def test_a_cancelled_import_keeps_what_it_took_and_goes_no_further(bot, past, monkeypatch):
    monkeypatch.setattr("bot.discord.library.imports.CANCEL_PATIENCE_SECONDS", 0.2)
    posts = await past.post(5)
    await begin_and_hang(past, posts)
    refused = await (await past.mira.click(past.board, "Cancel")).settled()
    assert "**Manage Server**" in refused.text
    await past.guild.owner.click(past.board, "Cancel")
    await past.until_ended("cancelled")
    assert await past.taken(bot) == ids(posts[:2])
    (job,) = await bot.catalogue.jobs.of_guild(past.guild.id, 9)
    assert job.state == "cancelled"
    reached = Cursor.of(job.cursor)
    assert reached == Cursor(read=reached.read, taken=2), "no message is remembered"
    past.discord.faults.clear()
    await past.ask("import", past.sketches)
    await past.discord.wait_for(lambda: "imported" in past.desk.bot_messages()[-1].text, 20)
    assert await past.taken(bot) == ids(posts)


async def test_an_import_goes_on_after_a_restart_in_the_same_message(bot, past):
    posts = await past.post(5)
    await begin_and_hang(past, posts)
    await bot.stop()
    before = len(downloads(past))
    past.discord.faults.clear()
    await bot.start()
    await past.until_ended()
    assert await past.taken(bot) == ids(posts)
    assert "illustrations added: 5" in past.board.text
    assert len(downloads(past)) == before + 3
    assert past.sketches.bot_messages() == []


async def test_while_messages_cannot_be_read_it_rests_and_goes_on_later(bot, past):
    posts = await past.post(4)
    await begin_and_hang(past, posts)
    await bot.stop()
    past.discord.faults.clear()
    past.discord.message_content = False
    await bot.start()
    await asyncio.sleep(0.3)
    assert len(await bot.catalogue.jobs.open_("import")) == 1
    await bot.stop()
    past.discord.message_content = True
    await bot.start()
    await past.until_ended()
    assert await past.taken(bot) == ids(posts)


async def test_in_a_guild_that_is_away_at_the_start_it_goes_on_when_it_is_back(bot, past):
    posts = await past.post(4)
    await begin_and_hang(past, posts)
    await bot.stop()
    past.discord.faults.clear()
    past.discord.make_unavailable(past.guild)
    await bot.start()
    assert len(await bot.catalogue.jobs.open_("import")) == 1
    past.discord.make_available(past.guild)
    await past.until_ended()
    assert await past.taken(bot) == ids(posts)


async def test_it_can_be_cancelled_after_a_restart(bot, past, monkeypatch):
    monkeypatch.setattr("bot.discord.library.imports.CANCEL_PATIENCE_SECONDS", 0.2)
    posts = await past.post(3)
    await begin_and_hang(past, posts)
    await bot.restart()
    await past.guild.owner.click(past.board, "Cancel")
    await past.until_ended("cancelled")
    assert await past.taken(bot) == ids(posts[:2])


async def test_a_second_import_is_refused_in_words_while_one_is_under_way(bot, past):
    posts = await past.post(3)
    await begin_and_hang(past, posts)
    answer = await past.ask("import", past.desk)
    assert f"importing {past.sketches.mention} already" in answer.text
    assert len(await bot.catalogue.jobs.of_guild(past.guild.id, 9)) == 1
    assert "running" in (await past.ask("status")).text


async def test_a_download_that_fails_is_tried_again(bot, past):
    posts = await past.post(2)
    past.discord.faults.cdn("error", times=2)
    past.discord.faults.http(method="GET", path=r"/channels/\d+/messages", status=502, times=1)
    await past.ask("import", past.sketches)
    await past.until_ended()
    assert await past.taken(bot) == ids(posts)


async def test_a_broken_image_is_passed_over(bot, past):
    posts = await past.post(1)
    await past.mira.post(past.sketches, files=[File("no.png", b"not an image")], unseen=True)
    posts += await past.post(1)
    await past.ask("import", past.sketches)
    await past.until_ended()
    assert await past.taken(bot) == ids(posts)


async def test_while_inference_is_started_again_the_import_waits(bot, past):
    posts = await past.post(4)
    name = posts[1].attachments[0].filename
    past.discord.faults.cdn("slow", path=name, seconds=0.3, times=1)
    await past.ask("import", past.sketches)
    await until_downloading(past, name)
    os.kill(bot.bot.inference.client.pid, signal.SIGKILL)
    await past.until_ended()
    assert await past.taken(bot) == ids(posts)


@pytest.mark.parametrize("denied", [P.VIEW_CHANNEL, P.READ_MESSAGE_HISTORY])
async def test_permissions_that_are_taken_away_end_it_with_the_reason(bot, past, denied):
    posts = await past.post(3)
    await begin_and_slow(past, posts)
    past.sketches.overwrite(past.guild.bot_role, deny=denied)
    await past.until_ended("Read Message History")
    (job,) = await bot.catalogue.jobs.of_guild(past.guild.id, 9)
    assert (job.state, job.message) == ("failed", "forbidden")


async def test_a_channel_that_is_deleted_meanwhile_ends_it_and_nothing_of_it_stays(bot, past):
    posts = await past.post(5)
    await begin_and_slow(past, posts)
    past.guild.delete_channel(past.sketches)
    await past.until_ended("deleted")
    assert await bot.catalogue.posts.ids_of(guild_id=past.guild.id) == []
    assert await bot.bot.service.count() == 0


async def test_a_thread_that_is_deleted_meanwhile_is_left_out(bot, past):
    kept = await past.post(1)
    thread = past.sketches.add_thread("wip")
    posts = await past.post(4, channel=thread)
    kept += await past.post(1, channel=past.sketches.add_thread("later"))
    await begin_and_slow(past, posts)
    past.guild.delete_channel(thread)
    await past.until_ended()
    assert await past.taken(bot) == ids(kept)


async def test_messages_that_are_deleted_or_edited_while_they_wait_do_not_come_in(bot, past):
    posts = await past.post(6)
    await begin_and_slow(past, posts)
    await past.mira.delete(posts[3])
    await past.mira.edit(posts[4], keep=[])
    await past.guild.bulk_delete(past.sketches, [posts[5]])
    await past.until_ended()
    assert await past.taken(bot) == ids(posts[:3])
    assert await bot.catalogue.posts.ids_of(guild_id=past.guild.id) == ids(posts[:3])


async def test_when_the_bot_is_removed_the_import_ends_with_the_guild(bot, past, until):
    posts = await past.post(5)
    await begin_and_slow(past, posts)
    past.discord.kick_bot(past.guild)

    async def are_gone():
        return not await bot.catalogue.posts.ids_of(guild_id=past.guild.id)

    await until(are_gone)
    await asyncio.sleep(0.7)
    assert await bot.catalogue.posts.ids_of(guild_id=past.guild.id) == []
    assert await bot.catalogue.jobs.open_("import") == []


async def test_posts_that_are_being_answered_go_first(bot, past, monkeypatch):
    monkeypatch.setattr(taking, "COURTESY_SECONDS", 0.05)
    posts = await past.post(20)
    gallery = past.guild.add_channel("gallery")
    await bot.catalogue.guilds.set_mode(past.guild.id, gallery.id, "reply", past.mira.id)
    await past.ask("import", past.sketches)
    await past.mira.post(gallery, files=[File("live.png", past.picture((10, 200, 10)))])
    await past.discord.wait_for(lambda: gallery.bot_messages(), 15)
    await past.until_ended()
    assert set(ids(posts)) < set(await past.taken(bot))
    assert len(gallery.bot_messages()) == 1


async def begin_and_slow(past, posts):
    """Begin an import whose third image takes a while."""
    name = posts[2].attachments[0].filename
    past.discord.faults.cdn("slow", path=name, seconds=0.5, times=1)
    await past.ask("import", past.sketches)
    await until_downloading(past, name)
