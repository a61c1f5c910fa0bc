"""/tag-admin register with what is no good, and with what deserves a word."""

import pytest

from bot.discord.teaching import registering
from tests.bot.discord.asking import ask
from tests.bot.discord.standin.commands import NotOfferedError
from tests.bot.discord.standin.files import File
from tests.bot.discord.teaching.school import TEAL


async def kept(community):
    """Tags of any guild, illustrations, thumbnails."""
    return await community.catalogue.taught.every(), await community.bot.service.count()


async def test_a_name_that_will_not_do_is_refused_before_anything_is_downloaded(
    community, discord, school
):
    with pytest.raises(NotOfferedError, match="permissions"):
        await school.register(who=school.theo)
    for name, words in (
        (" \u200b ", "needs a name"),
        ("***", "needs a name"),
        ("x" * 51, "at most 50 characters"),
        ("x" * 6000, "at most 50 characters"),
        ("red", "already means a tag"),
        ("赤", "already means a tag"),
    ):
        assert words in (await school.register(name)).text
    assert discord.cdn.downloads == []
    assert await kept(community) == ([], 0)


async def test_what_deserves_a_word_is_said_and_names_show_as_they_were_written(community, school):
    files = {
        "example1": File("a.png", school.picture(TEAL)),
        "example2": school.broken("b.png"),
        "example4": File("c.txt", b"words", content_type="text/plain"),
        "example5": File("d.png", school.picture((9, 120, 120))),
    }
    result = await ask(school.owner, school.sketches, "tag-admin register", name="teal", **files)
    assert "Examples: 2." in result.text
    assert "Example 2: This file is not an image" in result.text
    assert "Example 4: This file is not an image" in result.text
    assert "learnt from 2 right and 0 wrong" in result.text
    result = await school.register("**@everyone** `a`", TEAL, TEAL)
    assert "the same picture" in result.text
    assert "\\*\\*" in result.text
    assert "@everyone" not in result.text
    result = await school.register("ruby", (220, 30, 30), (221, 32, 30), (218, 30, 33))
    assert "This looks like the tag **red · 赤**" in result.text
    assert "100% of your examples" in result.text


async def test_without_any_readable_example_nothing_is_registered(
    community, discord, school, monkeypatch
):
    monkeypatch.setattr(registering, "PATIENCE_SECONDS", 0.5)
    files = {"example1": school.broken("a.png"), "example3": school.broken("b.png")}
    result = await ask(school.owner, school.sketches, "tag-admin register", name="teal", **files)
    assert "Nothing was registered" in result.text
    assert "Example 1: " in result.text
    for fault in ("not_found", "hang"):  # what never arrives costs bounded time
        discord.faults.cdn(fault, times=2)
        assert "could not fetch" in (await school.register()).text
        discord.faults.clear()
    assert await kept(community) == ([], 0)


async def test_a_guilds_own_tags_exist_in_that_guild_alone_and_go_with_who_taught_them(
    community, discord, school
):
    await school.register()
    await school.listen_closely(community)
    other = discord.add_guild("Elsewhere")
    den, eve = other.add_channel("den"), other.add_member("eve")
    names = [
        {one["value"] for one in await who.autocomplete(channel, "tags info", "name", "teal")}
        for who, channel in ((school.theo, school.sketches), (eve, den))
    ]
    assert "teal" in names[0]
    assert "teal" not in names[1]
    image = File("x.png", school.picture(TEAL))
    assert "teal" not in (await ask(eve, den, "describe", image=image)).text
    assert "teal" in (await ask(school.theo, school.sketches, "describe", image=image)).text
    assert "I know no tag" in (await ask(eve, den, "tags info", name="teal")).text
    assert "already means a tag" in (await school.register("Teal")).text
    images = school.images(TEAL)
    result = await ask(other.owner, den, "tag-admin register", name="teal", **images)
    assert "is a tag of this server now" in result.text

    # What an admin handed in is theirs: they can have it told, and have it forgotten.
    exported = await community.catalogue.people.export(school.owner.id)
    assert "teal" in str(exported)
    count = await community.bot.service.count()
    result = await ask(school.owner, school.sketches, "privacy delete")
    await (await school.owner.click(result, "Delete everything about me")).settled()
    assert await community.bot.service.count() == count - 2
