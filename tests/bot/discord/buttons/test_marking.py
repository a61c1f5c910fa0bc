"""The button "Right / Wrong": what a person says about tags is kept, changed and taken back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.discord.buttons.marking import changed_verdicts
from tests.bot.discord.buttons.art import chosen, menu, offered

RED, BLUE = (220, 30, 30), (30, 60, 200)
NAMES = st.sampled_from(["sea", "moon", "star", "snow"])


@pytest.mark.parametrize(
    ("said", "selected", "changes"),
    [
        ({}, {"sea"}, {"sea": True}),
        ({"sea": True}, {"sea"}, {}),
        ({"sea": True}, set(), {"sea": None}),
        ({"sea": False}, {"sea"}, {"sea": True}),
        ({"sea": False}, set(), {}),
        ({"sea": True}, {"moon"}, {"sea": None, "moon": True}),
        ({"snow": True}, set(), {}),
    ],
)
def test_only_what_changed_is_said_anew(said, selected, changes):
    assert changed_verdicts(said, ["sea", "moon"], selected, right=True) == changes


@given(st.dictionaries(NAMES, st.booleans()), st.sets(NAMES), st.sets(NAMES), st.booleans())
def test_afterwards_exactly_the_selected_tags_have_the_verdict_and_the_other_ones_keep_theirs(
    said, names, selected, right
):
    selected &= names
    changes = changed_verdicts(said, names, selected, right=right)
    after = {name: one for name, one in (said | changes).items() if one is not None}
    assert {name for name in names if after.get(name) is right} == selected
    for name, verdict in said.items():
        if name not in names or (verdict is not right and name not in selected):
            assert after[name] is verdict


async def test_what_a_person_says_is_stored_shown_again_and_may_be_changed(community, art):
    await community.catalogue.guilds.set_threshold(art.guild.id, 0.1)
    post, reply = await art.post(RED)
    result = await art.click(art.theo, reply, "Right / Wrong")
    tags = offered(result, "marking-right")
    assert tags == offered(result, "marking-wrong")
    assert list(tags)[:2] == ["red · 赤", "sunset · 夕焼け"]
    assert chosen(result, "marking-right") == chosen(result, "marking-wrong") == []

    (id_,) = (await community.catalogue.posts.get(post.id)).illustration_ids
    marks = community.catalogue.marks
    red, sunset, grey = tags["red · 赤"], tags["sunset · 夕焼け"], tags["grey · 灰色"]
    result = await art.select(art.theo, result, "marking-right", red, sunset)
    assert "Noted" in result.text
    assert len(result.messages) == 1
    assert chosen(result, "marking-right") == ["red · 赤", "sunset · 夕焼け"]
    result = await art.select(art.theo, result, "marking-wrong", sunset, grey)
    assert chosen(result, "marking-right") == ["red · 赤"]
    assert set(chosen(result, "marking-wrong")) == {"sunset · 夕焼け", "grey · 灰色"}
    assert await marks.verdicts_of(id_, art.theo.id) == {
        "red": True,
        "sunset": False,
        "grey": False,
    }
    result = await art.select(art.theo, result, "marking-wrong", grey)
    assert await marks.verdicts_of(id_, art.theo.id) == {"red": True, "grey": False}
    await art.select(art.theo, result, "marking-right")
    assert await marks.verdicts_of(id_, art.theo.id) == {"grey": False}
    assert reply.edits == 0


async def test_everybody_who_sees_the_reply_has_a_say_of_their_own(community, art):
    post, reply = await art.post(RED)
    for person in (art.mira, art.theo):
        result = await art.click(person, reply, "Right / Wrong")
        assert chosen(result, "marking-right") == []
        await art.select(
            person, result, "marking-right", *offered(result, "marking-right").values()
        )
    (id_,) = (await community.catalogue.posts.get(post.id)).illustration_ids
    assert {one.user_id for one in await community.catalogue.marks.of(id_)} == {
        art.mira.id,
        art.theo.id,
    }


async def test_each_image_of_a_post_has_its_own_verdicts(community, art):
    post, reply = await art.post(RED, BLUE)
    first, second = (await community.catalogue.posts.get(post.id)).illustration_ids
    result = await art.click(art.theo, reply, "Right / Wrong")
    assert list(offered(result, "marking-right")) == ["red · 赤"]
    images = offered(result, "marking-image")
    result = await art.select(art.theo, result, "marking-image", images["Image 2"])
    (tag,) = offered(result, "marking-wrong").values()
    await art.select(art.theo, result, "marking-wrong", tag)
    marks = community.catalogue.marks
    assert await marks.verdicts_of(first, art.theo.id) == {}
    assert await marks.verdicts_of(second, art.theo.id) == {"blue": False}


async def test_of_a_covered_image_neither_title_nor_tags_stand_in_the_open(community, art):
    _, reply = await art.post(RED, BLUE, spoiler=True)
    result = await art.click(art.theo, reply, "Right / Wrong")
    images = menu(result, "marking-image")["options"]
    assert [one["description"] for one in images] == ["Spoiler", "Spoiler"]
    (tag,) = offered(result, "marking-right").values()
    result = await art.select(art.theo, result, "marking-right", tag)
    assert "red" not in result.text


async def test_only_what_the_guild_shows_can_be_marked_and_under_its_own_name(community, art):
    guilds = community.catalogue.guilds
    await guilds.set_tag(art.guild.id, "red", alias="@everyone **crimson**")
    _, reply = await art.post(RED)
    result = await art.click(art.theo, reply, "Right / Wrong")
    tags = offered(result, "marking-right")
    assert list(tags) == ["@everyone **crimson** · red · 赤"]
    await guilds.set_tag(art.guild.id, "red", hidden=True)
    result = await art.select(art.theo, result, "marking-right", *tags.values())
    assert not any("red" in label for label in offered(result, "marking-right"))
    for tag in community.bot.service.tags_of(None).vocabulary:
        await guilds.set_tag(art.guild.id, tag.name, hidden=True)
    nothing = await art.click(art.theo, reply, "Right / Wrong")
    assert nothing.text == "I know no tag that fits."


async def test_marks_outlive_a_restart_and_go_on_where_they_were(community, art):
    _, reply = await art.post(RED)
    result = await art.click(art.theo, reply, "Right / Wrong")
    (tag,) = offered(result, "marking-right").values()
    await art.select(art.theo, result, "marking-right", tag)
    await community.restart()
    again = await art.click(art.theo, reply, "Right / Wrong")
    assert chosen(again, "marking-right") == ["red · 赤"]
    moved = await art.select(art.theo, result, "marking-wrong", tag)
    assert chosen(moved, "marking-right") == []


async def test_what_was_forgotten_cannot_be_marked(community, art):
    post, reply = await art.post(RED)
    result = await art.click(art.theo, reply, "Right / Wrong")
    (tag,) = offered(result, "marking-right").values()
    await community.bot.library.forget_posts([post.id])
    gone = await art.select(art.theo, result, "marking-right", tag)
    assert "This post was deleted or forgotten" in gone.text


async def test_it_asks_in_japanese(community, japanese_art):
    art = japanese_art
    _, reply = await art.post(RED)
    result = await art.click(art.theo, reply, "タグの正誤")
    assert "どのタグが合っていて" in result.text
    assert menu(result, "marking-right")["placeholder"] == "合っているタグを選択"
    (tag,) = offered(result, "marking-right").values()
    assert list(offered(result, "marking-right")) == ["赤 · red"]
    assert "記録しました" in (await art.select(art.theo, result, "marking-right", tag)).text
