"""The button "Delete": the reply goes if its author or a moderator says so, else it stays."""

import asyncio

import discord as library
import pytest

from bot.discord.buttons.deleting import may_delete

RED, CRIMSON = (220, 30, 30), (215, 32, 30)
MIRA, THEO = 1, 2


@pytest.mark.parametrize(
    ("user", "permissions", "allowed"),
    [
        (MIRA, library.Permissions.none(), True),
        (THEO, library.Permissions.none(), False),
        (THEO, library.Permissions(manage_guild=True, manage_channels=True), False),
        (THEO, library.Permissions(manage_messages=True), True),
        (THEO, library.Permissions(administrator=True), True),
    ],
)
def test_the_author_and_moderators_may_delete(user, permissions, allowed):
    assert may_delete(MIRA, user, permissions) is allowed


@pytest.mark.parametrize("who", ["mira", "mona"])
async def test_the_reply_goes_and_the_pictures_stay(community, art, who):
    post, reply = await art.post(RED)
    result = await art.click(getattr(art, who), reply, "Delete")
    assert reply.deleted
    assert "The images stay in the library" in result.text
    known = await community.catalogue.posts.get(post.id)
    assert (known.state, known.reply_id) == ("silent", None)
    _, later = await art.post(CRIMSON)
    assert str(post.id) in later.text


async def test_a_stranger_is_refused_and_the_reply_stays(community, art, discord):
    post, reply = await art.post(RED)
    result = await art.click(art.theo, reply, "Delete")
    assert result.text.startswith("Only the author of the post")
    assert not reply.deleted

    async def known():
        return (await community.catalogue.posts.get(post.id)).reply_id == reply.id

    await discord.wait_for(known)


async def test_the_pictures_are_forgotten_if_that_is_wished(community, art, discord):
    post, reply = await art.post(RED)
    _, other = await art.post(CRIMSON)
    assert str(post.id) in other.text
    result = await art.click(art.mira, reply, "Delete")
    result = await art.click(art.mira, result, "Forget the images too")
    assert "are forgotten" in result.text
    assert result.original.labels == []
    assert await community.catalogue.posts.get(post.id) is None
    assert await community.bot.service.count() == 1
    assert not post.deleted
    await discord.wait_for(lambda: str(post.id) not in other.text)


async def test_whoever_is_no_moderator_any_more_cannot_have_the_pictures_forgotten(community, art):
    post, reply = await art.post(RED)
    result = await art.click(art.mona, reply, "Delete")
    art.mona.set_roles()
    refused = await art.click(art.mona, result, "forget")
    assert "Only the author of the post" in refused.text
    assert await community.catalogue.posts.get(post.id) is not None


async def test_two_who_click_at_once_both_hear_that_it_is_gone(community, art):
    _, reply = await art.post(RED)
    results = await asyncio.gather(
        art.click(art.mira, reply, "Delete"), art.click(art.mona, reply, "Delete")
    )
    assert all("My reply is deleted" in one.text for one in results)
    assert reply.deleted


async def test_both_steps_work_after_restarts(community, art):
    post, reply = await art.post(RED)
    await community.restart()
    result = await art.click(art.mira, reply, "Delete")
    await community.restart()
    assert "are forgotten" in (await art.click(art.mira, result, "forget")).text
    assert await community.catalogue.posts.get(post.id) is None
    # The message still stands, and catching up reads the last minutes once more.
    await community.restart()
    later, _ = await art.post(RED)
    assert len(art.sketches.bot_messages()) == 1
    assert await community.catalogue.posts.ids_of(guild_id=art.guild.id) == [later.id]


async def test_of_a_post_that_was_forgotten_meanwhile_nothing_is_left_to_delete(community, art):
    post, reply = await art.post(RED)
    result = await art.click(art.mira, reply, "Delete")
    await community.bot.library.forget_posts([post.id])
    gone = await art.click(art.mira, result, "forget")
    assert "This post was deleted or forgotten" in gone.text


async def test_a_reply_in_a_thread_is_deleted_too(community, art):
    thread = art.sketches.add_thread("wip", members=[art.mira])
    _, reply = await art.post(RED, channel=thread)
    await art.click(art.mira, reply, "Delete")
    assert reply.deleted


async def test_it_speaks_japanese(community, japanese_art):
    art = japanese_art
    _, reply = await art.post(RED)
    assert "権限を持つ人だけ" in (await art.click(art.theo, reply, "削除")).text
    result = await art.click(art.mira, reply, "削除")
    assert "返信を削除しました" in result.text
    assert "記録を削除しました" in (await art.click(art.mira, result, "画像の記録も削除")).text
