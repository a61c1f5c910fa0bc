"""The button "Similar": pages of what the person who clicks may see."""

import re

from tests.bot.discord.buttons.art import chosen, offered, pages
from tests.bot.discord.standin.permissions import P

RED, BLUE = (220, 30, 30), (30, 60, 200)


def reds(count, first=0):
    """Colours that are all alike, no two the same."""
    return [(220, 30 + first + number, 30) for number in range(count)]


def links(result):
    """The message that each number links to."""
    return {
        int(number): int(id_) for number, id_ in re.findall(r"\[(\d+)\]\(\S+/(\d+)\)", result.text)
    }


async def test_more_is_shown_page_by_page_until_there_is_no_more(community, art):
    first, _ = await art.post(*reds(10))
    second, _ = await art.post(*reds(10, first=10))
    third, _ = await art.post(*reds(3, first=20))
    asked, reply = await art.post(RED)
    one = await art.click(art.theo, reply, "Similar")
    assert (one.ephemeral, pages(one)) == (True, ["Next"])
    assert "page 1" in one.text
    assert links(one) == dict.fromkeys(range(1, 11), first.id)
    assert [file.filename for file in one.original.attachments] == ["similar.webp"]
    two = await art.click(art.theo, one, "Next")
    assert pages(two) == ["Previous", "Next"]
    assert links(two) == dict.fromkeys(range(11, 21), second.id)
    three = await art.click(art.theo, two, "Next")
    assert pages(three) == ["Previous"]
    assert links(three) == dict.fromkeys(range(21, 24), third.id)
    back = await art.click(art.theo, three, "Previous")
    assert links(back) == links(two)
    assert str(asked.id) not in one.text + two.text + three.text
    assert len(back.messages) == 1


async def test_it_shows_what_the_person_who_clicks_may_see_here(community, art):
    crew = art.guild.add_role("crew")
    art.mira.set_roles(crew)
    hidden = {
        art.guild.everyone: (0, P.VIEW_CHANNEL),
        crew: (P.VIEW_CHANNEL, 0),
        art.guild.bot_role: (P.VIEW_CHANNEL, 0),
    }
    cabin = art.guild.add_channel("cabin", overwrites=hidden)
    adults = art.guild.add_channel("adults", nsfw=True)
    secret, _ = await art.post(RED, channel=cabin)
    _, adult_reply = await art.post(RED, channel=adults)
    known, _ = await art.post(RED)
    asked, reply = await art.post(RED)
    assert str(secret.id) not in reply.text
    assert set(links(await art.click(art.theo, reply, "Similar")).values()) == {known.id}
    mine = await art.click(art.mira, reply, "Similar")
    assert set(links(mine).values()) == {known.id, secret.id}
    there = await art.click(art.theo, adult_reply, "Similar")
    assert set(links(there).values()) == {known.id, asked.id}
    art.mira.set_roles()
    again = await art.click(art.mira, reply, "Similar")
    assert set(links(again).values()) == {known.id}


async def test_of_a_post_with_several_images_each_can_be_chosen(community, art):
    red, _ = await art.post(RED)
    blue, _ = await art.post(BLUE)
    _, reply = await art.post(RED, BLUE)
    result = await art.click(art.theo, reply, "Similar")
    images = offered(result, "similar-image")
    assert list(images) == ["Image 1", "Image 2"]
    assert chosen(result, "similar-image") == ["Image 1"]
    assert links(result)[1] == red.id
    other = await art.select(art.theo, result, "similar-image", images["Image 2"])
    assert chosen(other, "similar-image") == ["Image 2"]
    assert links(other)[1] == blue.id
    assert "no2" in other.text


async def test_it_works_after_a_restart(community, art):
    known, _ = await art.post(*reds(11))
    _, reply = await art.post(RED)
    first = await art.click(art.theo, reply, "Similar")
    await community.restart()
    again = await art.click(art.theo, reply, "Similar")
    assert links(again)[1] == known.id
    assert len(links(await art.click(art.theo, first, "Next"))) == 1


async def test_what_was_forgotten_is_said_to_be_so(community, art):
    post, reply = await art.post(RED, BLUE)
    result = await art.click(art.theo, reply, "Similar")
    images = offered(result, "similar-image")
    await community.bot.library.forget([int(images["Image 2"])])
    gone = await art.select(art.theo, result, "similar-image", images["Image 2"])
    assert "This image was deleted or forgotten" in gone.text
    await community.bot.library.forget_posts([post.id])
    gone = await art.select(art.theo, result, "similar-image", images["Image 1"])
    assert "This post was deleted or forgotten" in gone.text


async def test_spoilers_stay_covered(community, art):
    covered, covered_reply = await art.post(RED, spoiler=True)
    _, reply = await art.post(RED)
    near = await art.click(art.theo, reply, "Similar")
    assert [file.filename for file in near.original.files] == ["SPOILER_similar.webp"]
    assert links(near)[1] == covered.id
    itself = await art.click(art.theo, covered_reply, "Similar")
    assert [file.filename for file in itself.original.files] == ["SPOILER_similar.webp"]
    assert "||**no1**||" in itself.text


async def test_nothing_similar_is_said_in_words(community, art):
    _, reply = await art.post(RED)
    result = await art.click(art.theo, reply, "Similar")
    assert "Nothing similar here yet." in result.text
    assert not result.original.attachments
    assert pages(result) == []


async def test_it_speaks_japanese(community, japanese_art):
    art = japanese_art
    await art.post(*reds(11))
    _, reply = await art.post(RED, BLUE)
    assert reply.labels == ["似ている作品", "タグの正誤", "理由", "削除"]
    result = await art.click(art.theo, reply, "似ている作品")
    assert "似ている作品・1ページ" in result.text
    assert list(offered(result, "similar-image")) == ["1枚目", "2枚目"]
