"""Admins are told what is missing: once, however many threads a channel has."""

import asyncio

from tests.bot.discord.standin.files import File
from tests.bot.discord.standin.permissions import P


async def test_a_forum_whose_threads_lack_a_permission_is_told_of_once(community, discord, picture):
    guild = discord.add_guild("Art")
    forum, mira = guild.add_channel("works", kind="forum"), guild.add_member("mira")
    forum.overwrite(guild.bot_role, deny=P.SEND_IN_THREADS)
    for number in range(3):
        thread = forum.add_thread(f"work {number}")
        message = await mira.post(thread, files=[File("a.png", picture((220, 30, 30)))])
        await discord.wait_for(lambda one=message: _is_silent(community, one), 10)
    await asyncio.sleep(0.2)
    (notice,) = guild.owner.dms
    assert "Send Messages in Threads" in notice.text


async def test_where_the_admin_who_chose_is_forgotten_the_owner_is_told(
    community, discord, picture
):
    guild = discord.add_guild("Art")
    sketches, mira = guild.add_channel("sketches"), guild.add_member("mira")
    await community.catalogue.guilds.set_mode(guild.id, sketches.id, "reply", mira.id)
    await community.catalogue.people.forget_name(mira.id)
    sketches.overwrite(guild.bot_role, deny=P.ATTACH_FILES)
    message = await mira.post(sketches, files=[File("a.png", picture((220, 30, 30)))])
    await discord.wait_for(lambda: _is_silent(community, message), 10)
    await discord.wait_for(lambda: guild.owner.dms, 10)
    assert mira.dms == []


async def _is_silent(community, message):
    post = await community.catalogue.posts.get(message.id)
    return post is not None and post.state == "silent"
