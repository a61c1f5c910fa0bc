"""/tag-admin rollback, remove and promote, and the history that /tags info shows."""

from tests.bot.discord.asking import ask, turn
from tests.bot.discord.buttons.art import offered
from tests.bot.discord.standin.permissions import P

ROLLBACK = "tag-admin rollback"


async def taught(community, school, *rounds):
    """A tag with a version for each round: what is right in it, and what is wrong."""
    ids = await school.fill(community)
    await school.register(name_ja="青緑")
    (tag,) = await community.bot.teaching.own(school.guild.id)
    for right, wrong in rounds:
        said = {ids[n]: True for n in right} | {ids[n]: False for n in wrong}
        await community.bot.teaching.mark(school.guild.id, "teal", school.owner.id, said)
        await community.bot.teaching.live(tag.id)
    return ids


async def history(community, school):
    versions = await community.bot.teaching.history(school.guild.id, "teal")
    return [(one.number, one.positives, one.negatives, one.current) for one in versions]


async def test_one_goes_back_to_the_version_before_and_from_there_to_any(community, school):
    await taught(community, school, ([0], [12, 13]), ([1], [14]))
    owner, sketches = school.owner, school.sketches
    assert await history(community, school) == [
        (3, 4, 3, True),
        (2, 3, 2, False),
        (1, 2, 0, False),
    ]
    result = await ask(owner, sketches, ROLLBACK, name="teal")
    assert "**teal** goes back to version 2" in result.text
    assert "**4** · 3 right, 2 wrong · went back to an earlier one" in result.text
    assert (await history(community, school))[0] == (4, 3, 2, True)
    versions = offered(result, "tag-rollback")
    (first,) = (value for label, value in versions.items() if label.startswith("1 ·"))
    await community.restart()
    await school.select(owner, result, "tag-rollback", first)
    assert (await history(community, school))[0] == (5, 2, 0, True)

    # Names and versions are offered while one types.
    names = await owner.autocomplete(sketches, ROLLBACK, "name", "青")
    assert [one["value"] for one in names] == ["teal"]
    choices = await owner.autocomplete(sketches, ROLLBACK, "version", "", name="teal")
    assert [one["value"] for one in choices] == [5, 4, 3, 2, 1]
    result = await ask(owner, sketches, ROLLBACK, name="青緑", version=3)
    assert "goes back to version 3" in result.text
    refused = await ask(owner, sketches, ROLLBACK, name="teal", version=99)
    assert "cannot go back" in refused.text


async def test_everybody_in_the_guild_sees_where_a_tag_comes_from_until_it_is_removed(
    community, discord, school
):
    ids = await taught(community, school, ([0], [12]))
    theo, owner, sketches = school.theo, school.owner, school.sketches
    result = await ask(theo, sketches, "tags info", name="teal")
    assert "on this server" in result.text
    assert "**2** · 3 right, 1 wrong · taught" in result.text
    assert "(in use)" in result.text
    assert str(owner.id) not in result.text
    assert "Versions" not in (await ask(theo, sketches, "tags info", name="red")).text
    assert "**teal**" in (await ask(theo, sketches, "tags list")).text.splitlines()[1]

    result = await ask(owner, sketches, "tag-admin remove", name="teal")
    assert "cannot be undone" in result.text
    assert await history(community, school)
    await community.restart()
    result = await turn(owner, result, "Remove the tag")
    assert result.text == "**teal** is removed."
    assert await community.bot.teaching.own(school.guild.id) == []
    assert "I know no tag" in (await ask(theo, sketches, "tags info", name="teal")).text
    assert await community.bot.service.count() == len(ids)  # the example files are gone too


async def test_only_the_operator_shows_a_tag_everywhere_and_nobody_elsewhere_learns_where_from(
    community, discord, school
):
    await school.register()
    refused = await ask(school.owner, school.sketches, "tag-admin promote", name="teal")
    assert "Only the operator" in refused.text
    admins = school.guild.add_role("admins", P.MANAGE_GUILD)
    operator = school.guild.add_member("operator", roles=[admins])
    other = discord.add_guild("Elsewhere")
    den, eve = other.add_channel("den"), other.add_member("eve")
    result = await ask(operator, school.sketches, "tag-admin promote", name="teal")
    assert "shows on every server now" in result.text
    there = (await ask(eve, den, "tags info", name="teal")).text
    assert "shows on every server" in there
    assert "Versions" not in there
    warned = await ask(school.owner, school.sketches, "tag-admin remove", name="teal")
    assert "goes from all of them" in warned.text
    await ask(operator, school.sketches, "tag-admin promote", name="teal", promoted=False)
    assert "I know no tag" in (await ask(eve, den, "tags info", name="teal")).text


async def test_only_the_guilds_own_tags_can_be_taught_and_what_holds_for_any_holds_for_them(
    community, school
):
    owner, sketches = school.owner, school.sketches
    commands = ["tag-admin teach", "tag-admin remove", ROLLBACK]
    for command in commands:
        result = await ask(owner, sketches, command, name="red")
        assert "No tag was taught on this server yet" in result.text
    await school.register()
    for command in commands:
        result = await ask(owner, sketches, command, name="red")
        assert "that my model knows by itself" in result.text
        result = await ask(owner, sketches, command, name="teel")
        assert "Did you mean: teal?" in result.text
    assert "no earlier version" in (await ask(owner, sketches, ROLLBACK, name="teal")).text

    await ask(owner, sketches, "tag-admin alias", name="teal", alias="sea green")
    result = await ask(owner, sketches, "tag-admin teach", name="sea green")
    assert "**teal**" in result.text
    await ask(owner, sketches, "tag-admin hide", name="teal")
    assert "I know no tag" in (await ask(school.theo, sketches, "tags info", name="teal")).text
    names = await owner.autocomplete(sketches, "tag-admin teach", "name", "")
    assert [one["value"] for one in names] == ["teal"]  # hidden, and still taught
