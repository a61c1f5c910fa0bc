"""A guild's own tags, as its members meet them: everywhere there, and nowhere else."""

from dataclasses import replace

import pytest

from tests.bot.discord.asking import ask, links
from tests.bot.discord.buttons.art import Art, offered
from tests.bot.discord.standin.files import File
from tests.bot.live_tags import live

TEAL, RED = (0, 128, 128), (220, 30, 30)


@pytest.fixture
def art(discord, picture) -> Art:
    """Mira posts there, theo looks on."""
    return Art(discord, picture)


@pytest.fixture
def elsewhere(discord, picture) -> Art:
    """Another guild."""
    return Art(discord, picture)


def surely(tag):
    """The tag, said of everything."""
    return replace(tag, tag=replace(tag.tag, threshold=0.0))


async def test_a_taught_tag_is_said_searched_listed_marked_and_explained_in_its_guild_alone(
    community, art, elsewhere
):
    teal = surely(live("teal", TEAL, guild_id=art.guild.id, name_ja="青緑"))
    await community.bot.service.overlay.swap([teal])
    post, reply = await art.post(TEAL)
    _, other = await elsewhere.post(TEAL)
    assert "**teal** · 青緑" in reply.text
    assert "teal" not in other.text

    for words in ("teal", "青緑", "TEAL"):
        assert links(await ask(art.theo, art.sketches, "search", tags=words)) == {1: post.id}
    there = await ask(elsewhere.theo, elsewhere.sketches, "search", tags="teal")
    assert "I know no tag" in there.text

    listed = await ask(art.theo, art.sketches, "tags list")
    assert listed.original.embeds[0]["description"].startswith("**teal** · 青緑 — 1 here")
    there = await ask(elsewhere.theo, elsewhere.sketches, "tags list")
    assert "teal" not in there.text

    marking = await art.click(art.theo, reply, "Right / Wrong")
    assert "teal · 青緑" in offered(marking, "marking-right")
    why = await art.click(art.theo, reply, "Why?")
    assert "**teal**" in why.text
    assert "have the tag" in why.text


async def test_a_guild_can_hide_and_rename_its_own_tag(community, art):
    teal = surely(live("teal", TEAL, guild_id=art.guild.id))
    await community.bot.service.overlay.swap([teal])
    await community.catalogue.guilds.set_tag(art.guild.id, "teal", alias="our green")
    post, reply = await art.post(TEAL)
    assert "**our green** · teal" in reply.text
    assert links(await ask(art.theo, art.sketches, "search", tags="our green")) == {1: post.id}
    await community.catalogue.guilds.set_tag(art.guild.id, "teal", hidden=True)
    assert "I know no tag" in (await ask(art.theo, art.sketches, "search", tags="teal")).text


async def test_only_what_is_promoted_is_said_in_other_guilds_and_in_direct_messages(
    community, picture, art, elsewhere
):
    image = File("art.png", picture(TEAL))
    teal = surely(live("teal", TEAL, guild_id=art.guild.id))
    local = surely(live("local", TEAL, guild_id=0, tag_id=2))
    await community.bot.service.overlay.swap([teal, local])

    async def said() -> list[bool]:
        directly = await elsewhere.theo.user.dm_command("describe", image=image)
        answers = [
            await ask(elsewhere.theo, elsewhere.sketches, "describe", image=image),
            await directly.settled(),
        ]
        assert not any("local" in answer.text for answer in answers)
        return ["teal" in answer.text for answer in answers]

    assert await said() == [False, False]
    assert "teal" in (await ask(art.theo, art.sketches, "describe", image=image)).text
    await community.bot.service.overlay.swap([replace(teal, tag=replace(teal.tag, promoted=True))])
    assert await said() == [True, True]
