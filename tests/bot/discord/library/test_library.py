"""/library import: what was posted before the bot came is found, and never answered."""

import pytest

from bot.discord.privacy.deleting import delete_person
from tests.bot.discord.community import running, settings_for
from tests.bot.discord.library.past import ids
from tests.bot.discord.standin.commands import NotOfferedError
from tests.bot.discord.standin.files import File
from tests.bot.discord.standin.permissions import P


async def test_a_channel_is_imported_with_its_public_threads_and_nothing_is_answered(bot, past):
    sketches, mira = past.sketches, past.mira
    posts = await past.post(3)
    posts += await past.post(1, channel=sketches.add_thread("wip"))
    posts += await past.post(1, channel=sketches.add_thread("done", archived=True))
    await past.post(1, channel=sketches.add_thread("secret", private=True, members=[mira]))
    answer = await past.ask("import", sketches)
    assert sketches.mention in answer.text
    await past.until_ended()
    assert await past.taken(bot) == ids(posts)
    assert "illustrations added: 5" in past.board.text
    assert past.board.edits == 1  # no more often than every five seconds
    assert sketches.bot_messages() == []
    found = [await bot.catalogue.posts.get(one.id) for one in posts]
    assert {one.state for one in found} == {"imported"}
    assert "illustrations **5** · posts **5** · channels **3**" in (await past.ask("status")).text


async def test_progress_is_shown_in_one_message_by_the_time_of_what_was_read(
    bot, past, discord, monkeypatch
):
    monkeypatch.setattr("bot.discord.library.running.REPORT_SECONDS", 0.0)
    await past.post(3)
    await past.ask("import", past.sketches)
    await past.until_ended()
    shown = [one.body["content"] for one in discord.asked("PATCH", f"/messages/{past.board.id}")]
    assert len(shown) >= 6
    assert "**0%**" in shown[0]
    assert "messages read: 6 · illustrations added: 3" in shown[-1]


async def test_a_button_that_was_left_behind_says_that_it_is_over(bot, past, discord):
    await past.post(1)
    discord.faults.http(method="PATCH", status=403, path=r"/channels/.*")
    await past.ask("import", past.sketches)
    await discord.wait_for(lambda: discord.asked("PATCH", "/messages/"), 15)
    discord.faults.clear()
    answer = await (await past.guild.owner.click(past.board, "Cancel")).settled()
    assert "over already" in answer.text
    await past.until_ended()


async def test_importing_a_channel_again_brings_only_what_is_new(bot, past):
    posts = await past.post(2)
    await past.ask("import", past.sketches)
    await past.until_ended()
    posts += await past.post(1)
    await past.ask("import", past.sketches)
    await past.discord.wait_for(
        lambda: ["imported" in one.text for one in past.desk.bot_messages()] == [True, True], 20
    )
    assert await past.taken(bot) == ids(posts)
    assert await bot.bot.service.count() == 3
    assert "illustrations added: 1" in past.desk.bot_messages()[1].text


async def test_what_was_imported_is_found_as_similar(bot, past, discord):
    (old,) = await past.post(1)
    await past.ask("import", past.sketches)
    await past.until_ended()
    await bot.catalogue.guilds.set_mode(past.guild.id, past.sketches.id, "reply", past.mira.id)
    await past.mira.post(past.sketches, files=[File("new.png", old.attachments[0].data)])
    await discord.wait_for(lambda: past.sketches.bot_messages(), 15)
    assert str(old.id) in past.sketches.bot_messages()[0].text


async def test_a_single_thread_can_be_imported(bot, past):
    thread = past.sketches.add_thread("wip", archived=True)
    posts = await past.post(1, channel=thread)
    await past.post(1)
    await past.ask("import", thread)
    await past.until_ended()
    assert await past.taken(bot) == ids(posts)


async def test_a_forum_is_imported_with_its_posts(bot, past):
    forum = past.guild.add_channel("forum", kind="forum")
    posts = await past.post(1, channel=forum.add_thread("one"))
    posts += await past.post(1, channel=forum.add_thread("two", archived=True))
    await past.ask("import", forum)
    await past.until_ended()
    assert await past.taken(bot) == ids(posts)


async def test_what_may_not_be_read_is_refused_at_once_with_the_permissions(bot, past):
    for denied, named in (
        (P.READ_MESSAGE_HISTORY, "**Read Message History**"),
        (P.VIEW_CHANNEL, "**View Channel, Read Message History**"),
    ):
        closed = past.guild.add_channel("closed", overwrites={past.guild.bot_role: (0, denied)})
        assert named in (await past.ask("import", closed)).text
    assert await bot.catalogue.jobs.of_guild(past.guild.id, 9) == []
    assert past.desk.bot_messages() == []


async def test_where_the_bot_may_not_write_only_the_person_who_asked_hears_of_it(bot, past, until):
    posts = await past.post(1)
    past.desk.overwrite(past.guild.bot_role, deny=P.SEND_MESSAGES)
    assert "/library status" in (await past.ask("import", past.sketches)).text

    async def is_done():
        return (await bot.catalogue.jobs.of_guild(past.guild.id, 1))[0].state == "done"

    await until(is_done)
    assert await past.taken(bot) == ids(posts)
    assert past.desk.bot_messages() == []
    assert "done" in (await past.ask("status")).text


async def test_without_the_message_content_intent_it_is_refused_in_words(discord, past, tmp_path):
    discord.message_content = False
    async with running(settings_for(discord, tmp_path / "data", "off"), discord):
        assert "Message Content" in (await past.ask("import", past.sketches)).text


async def test_what_people_who_have_left_posted_stays_out(bot, past):
    leaver = past.guild.add_member("leaver")
    await past.post(2, member=leaver)
    posts = await past.post(1)
    past.guild.remove_member(leaver)
    await past.ask("import", past.sketches)
    await past.until_ended()
    assert await past.taken(bot) == ids(posts)


async def test_what_somebody_had_deleted_does_not_come_back(bot, past):
    await past.post(2)
    theo = past.guild.add_member("theo")
    posts = await past.post(1, member=theo)
    await delete_person(bot.bot.library, past.mira.id, posts[-1].created_at)
    await past.ask("import", past.sketches)
    await past.until_ended()
    assert await past.taken(bot) == ids(posts)
    assert await bot.catalogue.posts.ids_of(author_id=past.mira.id) == []


async def test_only_those_who_manage_the_server_are_offered_it(bot, past):
    with pytest.raises(NotOfferedError, match="permissions"):
        await past.mira.command(past.desk, "library import", channel=past.sketches)
