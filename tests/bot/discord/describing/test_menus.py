"""The menus "Find similar" and "Describe this image" as people use them."""

import pytest

from tests.bot.discord.asking import ask, links, pictures, point
from tests.bot.discord.standin.files import File

FIND, DESCRIBE = "Find similar", "Describe this image"
RED, CRIMSON, BLUE = (220, 30, 30), (215, 32, 30), (30, 60, 200)


async def test_a_post_that_is_known_is_not_downloaded_again(community, discord, art):
    other, _ = await art.post(CRIMSON)
    post, reply = await art.post(RED, BLUE)
    downloads = len(discord.cdn.downloads)
    described = await point(art.theo, art.sketches, DESCRIBE, post)
    assert described.ephemeral
    assert [one["title"] for one in described.original.embeds] == ["1 · no1", "2 · no2"]
    assert "**red**" in described.original.embeds[0]["description"]
    assert "**blue**" in described.original.embeds[1]["description"]
    similar = await point(art.theo, art.sketches, FIND, post)
    assert links(similar) == {1: other.id, 2: other.id}
    # The picture in the bot's reply is no illustration: who points at it means the post.
    assert links(await point(art.theo, art.sketches, FIND, reply)) == links(similar)
    assert (await point(art.theo, art.sketches, DESCRIBE, reply)).text == described.text
    assert len(discord.cdn.downloads) == downloads


async def test_images_that_are_embedded_or_forwarded_or_unknown_are_looked_at(
    community, discord, picture, art
):
    known, _ = await art.post(RED)
    silent = art.guild.add_channel("chat")
    await community.catalogue.guilds.set_mode(art.guild.id, silent.id, "off", art.guild.owner.id)
    proxied = discord.cdn.host(File("moon.png", picture(CRIMSON)))
    embed = {
        "type": "image",
        "url": "https://art.test/moon.png",
        "thumbnail": {"url": "https://art.test/moon.png", "proxy_url": proxied},
    }
    linked = await art.mira.post(silent, "https://art.test/moon.png", embeds=[embed])
    covered = await art.mira.post(silent, "||https://art.test/moon.png||", embeds=[embed])
    attached = await art.mira.post(silent, files=[File("sun.png", picture(RED))])
    forwarded = await art.theo.forward(attached, silent)
    for message in (linked, attached, forwarded):
        assert links(await point(art.theo, silent, FIND, message)) == {1: known.id}
        assert "**red**" in (await point(art.theo, silent, DESCRIBE, message)).text
    result = await point(art.theo, silent, DESCRIBE, covered)
    assert result.original.embeds[0]["description"].startswith("||")
    assert pictures(result) == ["SPOILER_similar.webp"]
    assert await community.bot.service.count() == 1


async def test_an_embedded_image_is_fetched_from_no_other_host(community, discord, picture, art):
    elsewhere = discord.cdn.host(File("moon.png", picture(CRIMSON)))
    embed = {"type": "image", "url": elsewhere, "thumbnail": {"url": elsewhere}}
    message = await art.mira.post(art.sketches, elsewhere, embeds=[embed])
    result = await point(art.theo, art.sketches, DESCRIBE, message)
    assert result.text == "There is no image in this message."
    assert discord.cdn.downloads == []


@pytest.mark.parametrize(
    ("locale", "words"),
    [("en-US", "There is no image in this message."), ("ja", "画像がありません")],
)
async def test_a_message_without_an_image_is_answered_in_words(
    community, discord, picture, art, locale, words
):
    art.theo.user.locale = locale
    image = File("art.png", picture(RED))
    public = await ask(art.mira, art.sketches, "describe", image=image, public=True)
    text = File("notes.txt", b"words", content_type="text/plain")
    for message in (
        await art.mira.post(art.sketches, "just words"),
        await art.mira.post(art.sketches, "notes", files=[text]),
        public.original,
    ):
        result = await point(art.theo, art.sketches, FIND, message)
        assert result.ephemeral
        assert words in result.text
