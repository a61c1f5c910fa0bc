"""``/describe`` and ``/similar`` as people use them."""

from tests.bot.discord.asking import ask, links, pictures
from tests.bot.discord.standin.files import File
from tests.bot.discord.standin.permissions import P

RED, CRIMSON = (220, 30, 30), (215, 32, 30)


async def test_the_one_who_asks_sees_tags_and_similar_ones_and_nothing_is_kept(
    community, picture, art
):
    post, _ = await art.post(RED)
    image = File("My art.png", picture(CRIMSON))
    described = await ask(art.theo, art.sketches, "describe", image=image)
    assert described.ephemeral
    assert "My art" in described.text
    assert "**red** · 赤" in described.text
    assert links(described) == {1: post.id}
    assert pictures(described) == ["similar.webp"]

    similar = await ask(art.theo, art.sketches, "similar", image=image)
    assert similar.ephemeral
    assert links(similar) == {1: post.id}
    assert pictures(similar) == ["similar.webp"]
    assert "▰" not in similar.text
    assert "tag" not in similar.text
    assert len(art.sketches.bot_messages()) == 1
    assert await community.bot.service.count() == 1


async def test_a_person_is_answered_in_their_language_and_by_the_rules_of_the_guild(
    community, picture, art
):
    art.theo.user.locale = "ja"
    await community.catalogue.guilds.set_tag(art.guild.id, "sea", hidden=True)
    await community.catalogue.guilds.set_tag(art.guild.id, "red", alias="scarlet")
    image = File("art.png", picture(RED))
    described = await ask(art.theo, art.sketches, "describe", image=image)
    assert "**scarlet** · 赤 · red" in described.text
    assert "似ている作品はまだありません" in described.text
    similar = await ask(art.theo, art.sketches, "similar", image=image)
    assert "似ている作品はまだありません" in similar.text
    assert pictures(similar) == []


async def test_a_public_answer_shows_what_everybody_may_see_a_private_one_what_one_may_see(
    community, discord, picture, art
):
    crew = art.guild.add_role("crew")
    art.mira.set_roles(crew)
    hidden = {
        art.guild.everyone: (0, P.VIEW_CHANNEL),
        crew: (P.VIEW_CHANNEL, 0),
        art.guild.bot_role: (P.VIEW_CHANNEL, 0),
    }
    cabin = art.guild.add_channel("cabin", overwrites=hidden)
    secret, _ = await art.post(RED, channel=cabin)
    shown, _ = await art.post(CRIMSON)
    image = File("art.png", picture(RED))
    private = await ask(art.mira, art.sketches, "similar", image=image)
    assert links(private) == {1: secret.id, 2: shown.id}
    public = await ask(art.mira, art.sketches, "similar", image=image, public=True)
    assert not public.ephemeral
    assert links(public) == {1: shown.id}


async def test_who_loses_the_right_to_see_something_while_waiting_is_not_shown_it(
    community, discord, picture, art
):
    cabin = art.guild.add_channel("cabin")
    await art.post(RED, channel=cabin)
    discord.faults.cdn("slow", seconds=2.5)
    image = File("art.png", picture(RED))
    before = len(discord.cdn.downloads)
    result = await art.theo.command(art.sketches, "similar", image=image)
    await discord.wait_for(lambda: len(discord.cdn.downloads) > before)
    cabin.overwrite(art.theo, deny=P.VIEW_CHANNEL)
    await result.settled()
    assert "Nothing similar" in result.text


async def test_a_public_answer_follows_what_is_forgotten(community, discord, picture, art, until):
    art.guild.locale = "ja"
    first, _ = await art.post(RED)
    second, _ = await art.post(CRIMSON)
    image = File("art.png", picture(RED))
    result = await ask(art.theo, art.sketches, "describe", image=image, public=True)
    answer = result.original
    assert links(result) == {1: first.id, 2: second.id}
    await until(lambda: community.catalogue.answers.get(answer.id))
    await art.mira.delete(first)
    await discord.wait_for(lambda: str(first.id) not in answer.text, 15)
    assert links(result) == {1: second.id}
    assert "**red**" in answer.text


async def test_where_somebody_may_not_write_the_answer_is_theirs_alone(community, picture, art):
    image = File("art.png", picture(RED))
    art.sketches.overwrite(art.guild.bot_role, deny=P.SEND_MESSAGES)
    result = await ask(art.theo, art.sketches, "describe", image=image, public=True)
    assert result.ephemeral
    assert "I may not write" in result.text
    assert "**red**" in result.text

    art.sketches.overwrite(art.guild.bot_role)
    art.sketches.overwrite(art.theo, deny=P.SEND_MESSAGES)
    result = await ask(art.theo, art.sketches, "describe", image=image, public=True)
    assert result.ephemeral
    assert "you may not write" in result.text
    assert art.sketches.bot_messages() == []


async def test_in_direct_messages_there_are_tags_and_nothing_to_compare_with(
    community, picture, art
):
    await art.post(RED)
    image = File("art.png", picture(RED))
    result = await (await art.mira.user.dm_command("describe", image=image)).settled()
    assert "**red**" in result.text
    assert "Similar" not in result.text
    assert pictures(result) == []
    result = await (await art.mira.user.dm_command("describe", image=image, public=True)).settled()
    assert "**red**" in result.text
    result = await (await art.mira.user.dm_command("similar", image=image)).settled()
    assert "posted on a server" in result.text


async def test_a_covered_image_stays_covered(community, picture, art):
    await art.post(RED)
    image = File("surprise.png", picture(RED), spoiler=True)
    result = await ask(art.theo, art.sketches, "describe", image=image, public=True)
    (embed,) = result.original.embeds
    assert "surprise" not in embed["title"]
    assert embed["description"].startswith("||")
    assert "red" not in embed["description"].split("||")[0]
    assert pictures(result) == ["SPOILER_similar.webp"]
