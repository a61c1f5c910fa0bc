"""The menu "Add as example…": what is posted already becomes examples of a tag."""

from datetime import UTC, datetime

import pytest

from bot.places import Place
from bot.posts import NewPost
from tests.bot.discord.asking import point
from tests.bot.discord.buttons.art import chosen, offered
from tests.bot.discord.standin.commands import NotOfferedError
from tests.bot.discord.standin.files import File
from tests.bot.discord.teaching.school import RUST, TEAL, has_grid, version

MENU, BLUISH = "Add as example…", (3, 131, 125)


async def marked(community, message, name="teal"):
    """Which images of a post are examples of a tag, in their order."""
    post = await community.catalogue.posts.get(message.id)
    return [
        {one.name: one.right for one in await community.catalogue.marks.of(id_)}.get(name)
        for id_ in post.illustration_ids
    ]


async def choose_tag(school, result, name="teal"):
    """Choose one of the guild's own tags."""
    value = offered(result, "example-tag")[name]
    return await school.select(school.owner, result, "example-tag", value)


async def test_a_post_is_handed_in_for_a_tag_and_the_dialogue_goes_on(community, school):
    await school.register()
    message, reply = await school.post(BLUISH)
    result = await point(school.owner, school.sketches, MENU, message)
    assert result.ephemeral
    result = await choose_tag(school, result)
    assert "Examples added to **teal**: 1." in result.text
    assert version(result) == 2
    assert "learnt from 3 right and 0 wrong" in result.text
    assert await marked(community, message) == [True]
    assert not has_grid(result)  # mira has not opted in: nothing else of hers is asked about
    # The picture in the bot's reply is no illustration: who points at it means the post.
    again = await point(school.owner, school.sketches, MENU, reply)
    assert offered(again, "example-tag").keys() == {"teal"}

    # What is not in the library yet is taken on first, and not answered.
    guilds, quiet = community.catalogue.guilds, school.guild.add_channel("quiet")
    await guilds.set_mode(school.guild.id, quiet.id, "off", school.owner.id)
    unknown = await school.mira.post(quiet, files=[File("x.png", school.picture(BLUISH))])
    await choose_tag(school, await point(school.owner, quiet, MENU, unknown))
    assert await marked(community, unknown) == [True]
    assert (await community.catalogue.posts.get(unknown.id)).state == "imported"
    assert quiet.bot_messages() == []

    # So is a post that was given up on unread, as after a long absence.
    lost = await school.mira.post(quiet, files=[File("y.png", school.picture(BLUISH))])
    place = Place(school.guild.id, quiet.id)
    claimed = NewPost(lost.id, place, school.mira.id, datetime.now(UTC))
    await community.catalogue.posts.claim(claimed, "silent")
    await choose_tag(school, await point(school.owner, quiet, MENU, lost))
    assert await marked(community, lost) == [True]


async def test_of_several_images_one_chooses_which_are_examples_also_over_a_restart(
    community, school
):
    await school.register()
    message, _ = await school.post(BLUISH, RUST)
    result = await point(school.owner, school.sketches, MENU, message)
    assert chosen(result, "example-images") == ["Image 1", "Image 2"]
    first = offered(result, "example-images")["Image 1"]
    result = await school.select(school.owner, result, "example-images", first)
    assert chosen(result, "example-images") == ["Image 1"]
    await community.restart()
    done = await choose_tag(school, result)
    assert "Examples added to **teal**: 1." in done.text
    assert await marked(community, message) == [True, None]

    again = await point(school.owner, school.sketches, MENU, message)
    await community.bot.library.forget_posts([message.id])
    assert "deleted or forgotten" in (await choose_tag(school, again)).text


async def test_a_new_tag_begins_with_a_post_and_a_known_name_hands_in_for_that_tag(
    community, discord, school
):
    message, _ = await school.post(RUST)
    result = await point(school.owner, school.sketches, MENU, message)
    opened = await school.owner.click(result, "New or other tag…")
    await community.restart()
    for written, words in (
        ({"name": "red"}, "already means a tag"),
        ({"name": "rust", "name_ja": "錆"}, "**rust** is a tag of this server now"),
        ({"name": "錆"}, "Examples added to **rust**: 1."),
    ):
        submitted = await school.owner.submit(opened, written)
        await discord.wait_for(lambda one=submitted, said=words: said in one.text, 15)
    (tag,) = await community.bot.teaching.own(school.guild.id)
    assert (tag.name, tag.name_ja) == ("rust", "錆")
    assert await marked(community, message, "rust") == [True]


async def test_what_cannot_be_an_example_is_answered_in_words(community, school):
    post, robot = school.mira.post, school.guild.add_member("robot", is_bot=True)
    image = File("x.png", school.picture(TEAL))
    forgotten, _ = await school.post(TEAL)
    await community.bot.library.forget_posts([forgotten.id], for_good=True)
    for message, words in (
        (await post(school.sketches, "just words"), "Only images that a person"),
        (await robot.post(school.sketches, files=[image]), "Only images that a person"),
        (await post(school.sketches, files=[school.broken("x.png")]), "could not read any image"),
        (forgotten, "had its images forgotten"),
    ):
        assert words in (await point(school.owner, school.sketches, MENU, message)).text
    with pytest.raises(NotOfferedError, match="permissions"):
        await point(school.theo, school.sketches, MENU, forgotten)


async def test_of_many_tags_those_that_were_taught_last_are_offered(community, school):
    message, _ = await school.post(TEAL)
    (id_,) = (await community.catalogue.posts.get(message.id)).illustration_ids
    teaching = community.bot.teaching
    for number in range(26):
        await teaching.register(school.guild.id, f"shade {number:02}", "", [id_], school.owner.id)
    result = await point(school.owner, school.sketches, MENU, message)
    assert list(offered(result, "example-tag")) == [f"shade {n:02}" for n in range(1, 26)]
