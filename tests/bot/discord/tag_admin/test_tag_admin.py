"""/tag-admin in a guild: what is hidden shows nowhere, what has an alias is called so."""

import pytest

from tests.bot.discord.standin.commands import NotOfferedError
from tests.bot.discord.standin.files import File


@pytest.fixture
def guild(discord):
    made = discord.add_guild("Art")
    made.sketches = made.add_channel("sketches")
    made.mira = made.add_member("mira")
    return made


async def ask(member, channel, command, /, **options):
    result = await (await member.command(channel, command, **options)).settled()
    assert result.ephemeral
    return result.text


async def reply_to_a_red_image(discord, guild, picture):
    before = len(guild.sketches.bot_messages())
    await guild.mira.post(guild.sketches, files=[File("x.png", picture((220, 30, 30)))])
    await discord.wait_for(lambda: len(guild.sketches.bot_messages()) > before, 15)
    return guild.sketches.bot_messages()[-1].text


async def test_a_hidden_tag_shows_nowhere_until_it_is_shown_again(
    community, discord, guild, picture
):
    owner, mira, sketches = guild.owner, guild.mira, guild.sketches
    assert "**red**" in await ask(owner, sketches, "tag-admin hide", name="red")
    assert "red" not in await reply_to_a_red_image(discord, guild, picture)
    offered = await mira.autocomplete(sketches, "tags info", "name", "red")
    assert "red" not in [one["value"] for one in offered]
    offered = await owner.autocomplete(sketches, "tag-admin hide", "name", "", hidden=False)
    assert [one["value"] for one in offered] == ["red"]
    await ask(owner, sketches, "tag-admin hide", name="red", hidden=False)
    assert "red" in await reply_to_a_red_image(discord, guild, picture)


async def test_a_tag_that_no_bundle_has_any_more_can_be_shown_again(community, guild):
    await community.catalogue.guilds.set_tag(guild.id, "older", hidden=True)
    await ask(guild.owner, guild.sketches, "tag-admin hide", name="older", hidden=False)
    assert (await community.catalogue.guilds.settings(guild.id)).rules.hidden == set()


async def test_an_alias_shows_in_replies_and_can_be_taken_away(community, discord, guild, picture):
    owner, sketches = guild.owner, guild.sketches
    assert "**crimson**" in await ask(
        owner, sketches, "tag-admin alias", name="赤", alias=" crimson\n"
    )
    assert "crimson" in await reply_to_a_red_image(discord, guild, picture)
    await ask(owner, sketches, "tag-admin alias", name="crimson")
    assert "crimson" not in await reply_to_a_red_image(discord, guild, picture)


async def test_the_name_of_another_tag_is_refused_as_an_alias(community, guild):
    text = await ask(guild.owner, guild.sketches, "tag-admin alias", name="red", alias="sea")
    assert "another tag" in text
    assert (await community.catalogue.guilds.settings(guild.id)).rules.aliases == {}


async def test_it_answers_with_the_tags_name_in_the_language_of_who_asks(community, guild):
    guild.owner.user.locale = "ja"
    assert "**赤**" in await ask(guild.owner, guild.sketches, "tag-admin hide", name="red")
    assert "**海**" in await ask(
        guild.owner, guild.sketches, "tag-admin alias", name="sea", alias="うみ"
    )


async def test_an_unknown_tag_is_answered_in_words(community, guild):
    for command in ("tag-admin hide", "tag-admin alias"):
        assert "I know no tag" in await ask(guild.owner, guild.sketches, command, name="xyzzy")


async def test_only_those_who_manage_the_server_are_offered_it(community, guild):
    with pytest.raises(NotOfferedError, match="permissions"):
        await guild.mira.command(guild.sketches, "tag-admin hide", name="red")
