"""What is handed in and cannot be described: each gets words of its own, and quickly."""

from contextlib import ExitStack

from tests.bot.discord.asking import ask, links, point
from tests.bot.discord.standin.files import File

RED, CRIMSON = (220, 30, 30), (215, 32, 30)


async def test_each_bad_image_is_answered_with_the_reason_in_either_language(
    community, discord, picture, art
):
    png = picture(RED, size=(600, 600))
    bad = {
        File("notes.txt", b"words", content_type="text/plain"): ("not an image", "画像ファイル"),
        File("fake.png", b"words and more words"): ("not an image", "画像ファイル"),
        File("half.png", png[: len(png) // 2]): ("cut off", "切れて"),
        File("huge.png", bytes(26 * 1024 * 1024)): ("too large", "大きすぎ"),
        File("@everyone `x` **y**.png", b"?", verbatim=True): ("not an image", "画像ファイル"),
    }
    for file, (english, japanese) in bad.items():
        for locale, words in (("en-US", english), ("ja", japanese)):
            art.theo.user.locale = locale
            result = await ask(art.theo, art.sketches, "describe", image=file)
            assert result.ephemeral
            assert words in result.text
            assert "@everyone" not in result.text
            result = await ask(art.theo, art.sketches, "similar", image=file)
            assert words in result.text
    assert not [path for path, _ in discord.cdn.downloads if "huge" in path or "notes" in path]


async def test_an_address_that_has_ended_is_answered_in_words(community, discord, picture, art):
    discord.faults.cdn("expired")
    image = File("art.png", picture(RED))
    result = await ask(art.theo, art.sketches, "describe", image=image)
    assert "could not fetch" in result.text
    silent = art.guild.add_channel("chat")
    await community.catalogue.guilds.set_mode(art.guild.id, silent.id, "off", art.guild.owner.id)
    message = await art.mira.post(silent, files=[image])
    assert "could not fetch" in (await point(art.theo, silent, "Describe this image", message)).text


async def test_good_images_among_bad_ones_are_described(community, discord, picture, art):
    known, _ = await art.post(RED)
    silent = art.guild.add_channel("chat")
    await community.catalogue.guilds.set_mode(art.guild.id, silent.id, "off", art.guild.owner.id)
    files = [
        File(f"no{number}.png", b"?" if number % 3 else picture(CRIMSON, size=(64, 60 + number)))
        for number in range(10)
    ]
    message = await art.mira.post(silent, files=files)
    result = await point(art.theo, silent, "Describe this image", message)
    embeds = result.original.embeds
    assert [one["title"] for one in embeds] == [f"{n + 1} · no{n}" for n in range(10)]
    told = ["not an image" in one["description"] for one in embeds]
    assert told == [bool(number % 3) for number in range(10)]
    assert set(links(result).values()) == {known.id}


async def test_when_the_queue_is_full_the_one_who_asks_is_told_and_nobody_else(
    community, picture, art
):
    image = File("art.png", picture(RED))
    service = community.bot.service
    with ExitStack() as places:
        for _ in range(community.settings.bot.max_queue):
            places.enter_context(service.admit())
        private = await ask(art.theo, art.sketches, "describe", image=image)
        assert "worked on already" in private.text
        art.theo.user.locale = "ja"
        public = await art.theo.command(art.sketches, "similar", image=image, public=True)
        await public.until(lambda: bool(public.followups), 10)
    (told,) = public.messages
    assert told.ephemeral
    assert "混み合って" in told.text
    assert art.sketches.bot_messages() == []
