"""The button "Why?": the vote on a tag in words, and those here that have it as a picture."""

import re

import pytest

from bot.discord.buttons.why import percent, reason_lines
from bot.service import Reasons
from model.head import Evidence
from tests.bot.discord.buttons.art import chosen, offered
from tests.bot.discord.standin.permissions import P

RED, BLUE = (220, 30, 30), (30, 60, 200)


def linked(result):
    return [int(id_) for id_ in re.findall(r"\[\d+\]\(\S+/(\d+)\)", result.text)]


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "0%"),
        (1e-6, "<0.1%"),
        (0.0123, "1.2%"),
        (0.0994, "9.9%"),
        (0.0996, "10%"),
        (0.503, "50%"),
        (1.0, "100%"),
    ],
)
def test_a_share_is_said_as_precisely_as_it_says_something(share, text):
    assert percent(share) == text


def test_the_vote_is_told_with_what_it_would_be_by_chance():
    evidence = Evidence(neighbours=120, having=37, weight=0.634, prevalence=0.021)
    (english, _), (japanese, _) = (
        reason_lines(Reasons(evidence, ()), language) for language in ("en", "ja")
    )
    for text in (english, japanese):
        for figure in ("120", "37", "63%", "2.1%"):
            assert figure in text


def test_a_tag_that_the_model_does_not_know_any_more_is_said_to_be_so():
    lines = reason_lines(Reasons(None, ()), "en")
    assert lines == [
        "My model has changed since I gave this tag, and does not know it any more.",
        "No other illustration that you can see here has the tag.",
    ]


async def test_a_tag_is_explained_by_the_vote_and_by_what_has_it_here(community, art):
    await community.catalogue.guilds.set_threshold(art.guild.id, 0.1)
    known, _ = await art.post((222, 32, 32))
    await art.post(BLUE)
    _, reply = await art.post(RED)
    result = await art.click(art.theo, reply, "Why?")
    assert "**red** · 赤" in result.text
    assert "**1** have the tag" in result.text
    assert linked(result) == [known.id]
    assert [one.filename for one in result.original.attachments] == ["similar.webp"]
    assert chosen(result, "why-tag") == ["red · 赤"]
    tags = offered(result, "why-tag")
    other = await art.select(art.theo, result, "why-tag", tags["yellow · 黄色"])
    assert "**yellow**" in other.text
    assert "No other illustration" in other.text
    assert chosen(other, "why-tag") == ["yellow · 黄色"]
    assert other.original.attachments == []
    assert len(other.messages) == 1


async def test_it_shows_only_what_the_person_who_clicks_may_see(community, art):
    crew = art.guild.add_role("crew")
    hidden = {
        art.guild.everyone: (0, P.VIEW_CHANNEL),
        crew: (P.VIEW_CHANNEL, 0),
        art.guild.bot_role: (P.VIEW_CHANNEL, 0),
    }
    cabin = art.guild.add_channel("cabin", overwrites=hidden)
    art.mira.set_roles(crew)
    secret, _ = await art.post(RED, channel=cabin)
    _, reply = await art.post(RED)
    assert linked(await art.click(art.theo, reply, "Why?")) == []
    assert linked(await art.click(art.mira, reply, "Why?")) == [secret.id]


async def test_each_image_is_explained_by_its_own_tags(community, art):
    _, reply = await art.post(RED, BLUE)
    result = await art.click(art.theo, reply, "Why?")
    assert "**red**" in result.text
    images = offered(result, "why-image")
    other = await art.select(art.theo, result, "why-image", images["Image 2"])
    assert "**blue**" in other.text
    assert linked(other) == []  # the other image of the post does not speak for it


async def test_spoilers_stay_covered(community, art):
    await community.catalogue.guilds.set_threshold(art.guild.id, 0.1)
    covered, covered_reply = await art.post(RED, spoiler=True)
    _, reply = await art.post(RED)
    itself = await art.click(art.theo, covered_reply, "Why?")
    assert "||**red** · 赤||" in itself.text
    assert "||**no1**||" in itself.text
    assert "red" not in re.sub(r"\|\|.*?\|\|", "", itself.text)
    assert chosen(itself, "why-tag") == []
    near = await art.click(art.theo, reply, "Why?")
    assert linked(near) == [covered.id]
    assert [one.filename for one in near.original.files] == ["SPOILER_similar.webp"]


async def test_a_tag_that_was_hidden_meanwhile_is_not_explained(community, art):
    await community.catalogue.guilds.set_threshold(art.guild.id, 0.1)
    _, reply = await art.post(RED)
    result = await art.click(art.theo, reply, "Why?")
    tags = offered(result, "why-tag")
    for name in ("red", "yellow"):
        await community.catalogue.guilds.set_tag(art.guild.id, name, hidden=True)
    gone = await art.select(art.theo, result, "why-tag", tags["yellow · 黄色"])
    assert "The image does not have this tag any more." in gone.text
    assert "**sunset**" in (await art.click(art.theo, reply, "Why?")).text
    for tag in community.bot.service.tags_of(None).vocabulary:
        await community.catalogue.guilds.set_tag(art.guild.id, tag.name, hidden=True)
    assert (await art.click(art.theo, reply, "Why?")).text == "I know no tag that fits."


async def test_it_works_after_a_restart_until_the_post_is_forgotten(community, art):
    await community.catalogue.guilds.set_threshold(art.guild.id, 0.1)
    post, reply = await art.post(RED)
    result = await art.click(art.theo, reply, "Why?")
    tags = offered(result, "why-tag")
    await community.restart()
    assert "**red**" in (await art.click(art.theo, reply, "Why?")).text
    assert "**grey**" in (await art.select(art.theo, result, "why-tag", tags["grey · 灰色"])).text
    await community.bot.library.forget_posts([post.id])
    gone = await art.select(art.theo, result, "why-tag", tags["grey · 灰色"])
    assert "This post was deleted or forgotten" in gone.text


async def test_it_explains_in_japanese(community, japanese_art):
    art = japanese_art
    await art.post(RED)
    _, reply = await art.post(RED)
    result = await art.click(art.theo, reply, "理由")
    assert "**赤** · red" in result.text
    assert "学習に使われた作品のうち" in result.text
    assert "このタグが付いた、似ている作品" in result.text
