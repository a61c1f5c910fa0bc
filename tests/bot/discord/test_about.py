"""``/about``: what the bot tells about itself."""

import pytest

from bot.catalogue import GuildTotals
from bot.discord.about import Facts, about_embed
from bot.discord.escaping import units
from bot.illustrations import VocabularyTag
from bot.inference.client import BundleFacts
from tests.bot.discord.asking import ask, point
from tests.bot.discord.community import running, settings_for
from tests.bot.discord.standin.files import File

BUNDLE = BundleFacts("colours", "colours", 196, 112, (VocabularyTag("sea", "海", 0.5, 1),) * 5000)
TOTALS = GuildTotals(posts=10, illustrations=20, channels=3)


def said(language="en", bundle=BUNDLE, reads_messages=True, totals=TOTALS):
    return about_embed(Facts("1.2.3", bundle, reads_messages, totals), language)


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("reads_messages", [True, False])
def test_the_card_is_within_discords_bounds(language, reads_messages):
    embed = said(language, reads_messages=reads_messages)
    assert (
        units(embed.title)
        + units(embed.description)
        + sum(units(one.name) + units(one.value) for one in embed.fields)
        <= 6000
    )
    assert all(units(one.value) <= 1024 for one in embed.fields)


@pytest.mark.parametrize(
    ("language", "privacy", "choices"),
    [
        ("en", "privacy", ("opt-in", "opt-out", "delete", "export", "status")),
        ("ja", "プライバシー", ("学習を許可", "学習を拒否", "削除", "書き出し", "状況")),
    ],
)
def test_it_says_what_is_kept_and_how_to_take_it_back(language, privacy, choices):
    text = str(said(language).to_dict())
    assert "256" in text
    for choice in choices:
        assert f"/{privacy} {choice}" in text


def test_it_says_what_runs_and_what_is_kept_of_the_guild():
    text = str(said().to_dict())
    assert "1.2.3" in text
    assert "5,000 tags, encoder colours" in text
    assert "illustrations: 20 · posts: 10" in text


def test_while_the_model_starts_it_says_so():
    assert "starting" in str(said(bundle=None).to_dict())


def test_without_the_right_to_read_messages_it_says_what_is_off_and_why():
    assert "Message Content" in str(said("en", reads_messages=False).to_dict())
    assert "Message Content" in str(said("ja", reads_messages=False).to_dict())
    assert "Message Content" not in str(said("en").to_dict())


def test_in_a_direct_message_there_is_no_guild_to_tell_of():
    assert "Library of this server" not in [one.name for one in said(totals=None).fields]


async def test_people_see_it_in_their_language_and_with_what_is_kept_of_their_guild(
    community, discord, picture
):
    guild = discord.add_guild("Art")
    sketches = guild.add_channel("sketches")
    mira, theo = guild.add_member("mira"), guild.add_member("theo", locale="ja")
    await mira.post(sketches, files=[File("red.png", picture((220, 30, 30)))])
    await discord.wait_for(sketches.bot_messages, 15)
    result = await ask(mira, sketches, "about")
    assert result.ephemeral
    assert "illustrations: 1 · posts: 1" in result.text
    assert "12 tags, encoder fake" in result.text
    assert "answer posted images" in result.text
    assert "作品1点" in (await ask(theo, sketches, "about")).text
    direct = await (await mira.user.dm_command("about")).settled()
    assert "What I keep" in direct.text
    assert "Library of this server" not in direct.text


async def test_without_the_intent_everything_but_answering_works_and_it_says_so(
    discord, tmp_path, picture
):
    discord.message_content = False
    guild = discord.add_guild("Art")
    sketches, mira = guild.add_channel("sketches"), guild.add_member("mira")
    async with running(settings_for(discord, tmp_path / "data"), discord):
        image = File("red.png", picture((220, 30, 30)))
        message = await mira.post(sketches, files=[image])
        assert "Off everywhere" in (await ask(mira, sketches, "about")).text
        assert "**red**" in (await ask(mira, sketches, "describe", image=image)).text
        assert "**red**" in (await point(mira, sketches, "Describe this image", message)).text
