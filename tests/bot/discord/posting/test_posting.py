"""Posting an image: one reply, whatever it is called and whatever it holds."""

import asyncio
import re

import pytest

from tests.bot.discord.standin.files import File

RED, CRIMSON, BLUE = (220, 30, 30), (215, 32, 30), (30, 60, 200)


@pytest.fixture
def art(discord):
    """A guild with a channel and somebody who posts there."""
    guild = discord.add_guild("Art")
    return guild, guild.add_channel("sketches"), guild.add_member("mira")


async def replies(discord, channel, count=1):
    await discord.wait_for(lambda: len(channel.bot_messages()) >= count, 15)
    await asyncio.sleep(0.1)
    found = channel.bot_messages()
    assert len(found) == count
    return found


async def test_a_posted_image_gets_one_reply_with_its_tags_and_what_is_similar(
    community, discord, picture, art
):
    _, sketches, mira = art
    first = await mira.post(sketches, files=[File("Red.png", picture(RED))])
    await replies(discord, sketches)
    second = await mira.post(sketches, files=[File("Crimson.png", picture(CRIMSON))])
    _, reply = await replies(discord, sketches, 2)
    assert reply.reference["message_id"] == str(second.id)
    assert "**red** · 赤" in reply.text
    assert f"[1](https://discord.com/channels/{art[0].id}/{sketches.id}/{first.id})" in reply.text
    assert [one.filename for one in reply.attachments] == ["similar.webp"]
    assert reply.pinged == set()


async def test_the_reply_is_in_the_guilds_language_and_keeps_what_the_guild_decided(
    community, discord, picture
):
    guild = discord.add_guild("絵", locale="ja")
    sketches, mira = guild.add_channel("らくがき"), guild.add_member("mira")
    guilds = community.catalogue.guilds
    await guilds.set_tag(guild.id, "sea", hidden=True)
    await guilds.set_tag(guild.id, "red", alias="べにいろ")
    await guilds.set_threshold(guild.id, 0.01)
    await mira.post(sketches, files=[File("ほし.png", picture(RED))])
    (reply,) = await replies(discord, sketches)
    assert "べにいろ" in reply.text
    assert "夕焼け" in reply.text
    assert "海" not in reply.text
    assert "ほし" in reply.text


async def test_where_no_tag_is_sure_up_to_three_are_shown_and_called_guesses(
    community, discord, picture, art
):
    guild, sketches, mira = art
    await community.catalogue.guilds.set_threshold(guild.id, 0.99)
    await mira.post(sketches, files=[File("mud.png", picture((100, 90, 60)))])
    (reply,) = await replies(discord, sketches)
    assert "guess" in reply.text.lower()
    assert reply.text.count("▰") + reply.text.count("▱") == 30


async def test_several_images_get_one_reply_with_a_section_each(community, discord, picture, art):
    _, sketches, mira = art
    await mira.post(sketches, files=[File("old.png", picture(RED))])
    await replies(discord, sketches)
    files = [
        File("one.png", picture(CRIMSON)),
        File("notes.txt", b"no image", content_type="text/plain"),
        File("two.png", picture(BLUE)),
    ]
    await mira.post(sketches, files=files)
    _, reply = await replies(discord, sketches, 2)
    assert [one["title"] for one in reply.embeds] == ["1 · one", "2 · two"]
    assert "**red**" in reply.embeds[0]["description"]
    assert "**blue**" in reply.embeds[1]["description"]
    assert len(reply.attachments) == 1


async def test_what_its_author_covered_stays_covered(community, discord, picture, art):
    _, sketches, mira = art
    await mira.post(sketches, files=[File("surprise.png", picture(RED), spoiler=True)])
    (covered,) = await replies(discord, sketches)
    description = covered.embeds[0]["description"]
    assert description.startswith("||")
    assert description.endswith("||")
    assert "surprise" not in covered.embeds[0]["title"]
    await mira.post(sketches, files=[File("plain.png", picture(CRIMSON))])
    _, plain = await replies(discord, sketches, 2)
    # The neighbour is a spoiler, so the picture that shows it is covered too.
    assert [one.filename for one in plain.files] == ["SPOILER_similar.webp"]


async def test_a_quiet_channel_gets_a_reaction_and_whoever_clicks_it_the_one_answer(
    community, discord, picture, art
):
    guild, sketches, mira = art
    owner = guild.owner
    await community.catalogue.guilds.set_mode(guild.id, sketches.id, "quiet", owner.id)
    message = await mira.post(sketches, files=[File("a.png", picture(RED))])
    await discord.wait_for(lambda: "⭐" in message.reactions)
    assert sketches.bot_messages() == []
    await mira.react(message, "❤️")
    await asyncio.gather(mira.react(message, "⭐"), owner.react(message, "⭐"))
    (reply,) = await replies(discord, sketches)
    assert "red" in reply.text


async def test_what_is_no_post_gets_no_answer(community, discord, picture, art):
    guild, sketches, mira = art
    silent = guild.add_channel("chat")
    await community.catalogue.guilds.set_mode(guild.id, silent.id, "off", guild.owner.id)
    image = File("a.png", picture(RED))
    embed = {"type": "image", "url": "https://example.test/a.png"}
    await mira.post(silent, files=[image])
    await mira.post(sketches, "just words")
    await mira.post(sketches, files=[File("notes.txt", b"words", content_type="text/plain")])
    await mira.post(sketches, "https://example.test/a.png", embeds=[embed])
    posted = await mira.post(sketches, "the end", files=[image])
    (reply,) = await replies(discord, sketches)
    assert reply.reference["message_id"] == str(posted.id)
    assert silent.bot_messages() == []


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("@everyone.png", "everyone"),
        ("[click](https://evil.test) **bold** `code`.png", "bold"),
        ("\u202egnp.exe\u202e.png", "gnp"),
        ("<@123456789012345678> <#1> ||boo||.png", "123456789012345678"),
        ("a" * 250 + ".png", "aaaa"),
    ],
)
async def test_a_hostile_file_name_is_shown_as_plain_text(
    community, discord, picture, art, name, shown
):
    _, sketches, mira = art
    await mira.post(sketches, files=[File(name, picture(RED), verbatim=True)])
    (reply,) = await replies(discord, sketches)
    title = reply.embeds[0]["title"]
    assert shown in title
    assert reply.pinged == set()
    for construct in ("](http", "<@1", "<#1", "**bold**", "||boo||", "\u202e", "@everyone"):
        assert construct not in reply.text


async def test_what_cannot_be_described_is_said_in_one_sentence_beside_what_can(
    community, discord, picture, art
):
    _, sketches, mira = art
    files = [
        File("fake.png", b"Buy more pencils."),
        File("cut.png", picture(RED, size=(512, 512))[:300]),
        File("good.png", picture(BLUE)),
    ]
    await mira.post(sketches, files=files)
    (reply,) = await replies(discord, sketches)
    fake, cut, good = reply.embeds
    assert (
        "not an image" in fake["description"].lower() or "no image" in fake["description"].lower()
    )
    assert cut["description"]
    assert "fields" not in fake or not fake["fields"]
    assert "**blue**" in good["description"]


async def test_ten_attachments_beyond_the_limit_are_refused_without_being_downloaded(
    community, discord, art
):
    _, sketches, mira = art
    big = bytes(26 * 1024 * 1024)
    await mira.post(sketches, files=[File(f"{place}.png", big) for place in range(10)])
    (reply,) = await replies(discord, sketches)
    assert len(reply.embeds) == 10
    assert discord.cdn.downloads == []


async def test_a_direct_message_is_no_post(community, discord, picture, art):
    mira = art[2]
    await mira.user.dm(files=[File("a.png", picture(RED))])
    await asyncio.sleep(0.3)
    assert mira.dms == [] or all(one.author is mira.user for one in mira.user.dm_channel.messages)


async def test_a_post_leaves_one_line_in_the_log_and_its_figures_in_the_metrics(
    community, discord, picture, art, caplog
):
    _, sketches, mira = art
    caplog.set_level("INFO", logger="bot")
    message = await mira.post(sketches, files=[File("a.png", picture(RED))])
    await replies(discord, sketches)
    (line,) = [one.getMessage() for one in caplog.records if str(message.id) in one.getMessage()]
    stages = r"download \d+ ms, decode \d+ ms, infer \d+ ms, store \d+ ms"
    assert re.search(rf"answered, 1 images \({stages}, search .*, send .*, total .*\)", line)
    figures = (await community.bot.service.metrics_text()).decode()
    assert 'hoshizora_posts_total{outcome="answered"} 1.0' in figures
    assert "hoshizora_answer_seconds_count 1.0" in figures
    assert "hoshizora_gateway_up 1.0" in figures
    for stage in ("download", "decode", "infer", "store", "search", "send"):
        assert f'hoshizora_stage_seconds_count{{stage="{stage}"}} 1.0' in figures
