"""``/tags list`` and ``/tags info`` as people use them."""

from bot.illustrations import VocabularyTag
from tests.bot.discord.asking import ask, turn
from tests.bot.discord.standin.permissions import P
from tests.bot.live_tags import serve_vocabulary

RED, BLUE = (220, 30, 30), (30, 60, 200)


async def test_the_list_shows_the_vocabulary_and_what_of_it_one_may_see_here(community, art):
    hidden = {art.guild.everyone: (0, P.VIEW_CHANNEL), art.guild.bot_role: (P.VIEW_CHANNEL, 0)}
    cabin = art.guild.add_channel("cabin", overwrites=hidden)
    art.sketches.overwrite(art.mira)
    await community.catalogue.guilds.set_tag(art.guild.id, "snow", hidden=True)
    await art.post(RED)
    cabin.overwrite(art.mira, allow=P.VIEW_CHANNEL)
    await art.post(BLUE, channel=cabin)
    result = await ask(art.theo, art.sketches, "tags list")
    assert result.ephemeral
    lines = result.original.embeds[0]["description"].split("\n")
    assert lines[0] == "**red** · 赤 — 1 here"
    assert "**blue** · 青" in lines
    assert "snow" not in result.text
    assert "11 tags" in result.text
    assert result.original.labels == []
    art.mira.user.locale = "ja"
    result = await ask(art.mira, art.sketches, "tags list")
    assert "**青** · blue — ここに1点" in result.text


async def test_a_long_list_has_pages_that_turn_also_after_a_restart(community, discord, art):
    many = [VocabularyTag(f"tag {number}", "", 0.5, 1000 - number) for number in range(45)]
    await serve_vocabulary(community.bot.service.overlay, many)
    first = await ask(art.theo, art.sketches, "tags list")
    assert first.original.labels == ["Next"]
    assert "**tag 19**" in first.text
    assert "**tag 20**" not in first.text
    await community.restart()
    await serve_vocabulary(community.bot.service.overlay, many)
    second = await turn(art.theo, first, "Next")
    assert second.original.labels == ["Previous", "Next"]
    assert "**tag 20**" in second.text
    third = await turn(art.theo, second, "Next")
    assert "page 3 of 3" in third.text
    assert third.original.labels == ["Previous"]
    far = await ask(art.theo, art.sketches, "tags list", page=9999)
    assert "page 3 of 3" in far.text


async def test_one_tag_is_told_with_what_the_guild_decided_and_what_people_said(community, art):
    post, _ = await art.post(RED)
    guilds, marks = community.catalogue.guilds, community.catalogue.marks
    await guilds.set_tag(art.guild.id, "red", alias="scarlet", threshold=0.25)
    (id_,) = (await community.catalogue.posts.get(post.id)).illustration_ids
    await marks.put(id_, art.theo.id, {"red": True})
    result = await ask(art.theo, art.sketches, "tags info", name="赤")
    assert result.ephemeral
    told = {one["name"]: one["value"] for one in result.original.embeds[0]["fields"]}
    assert told == {
        "English": "red",
        "Japanese": "赤",
        "Alias on this server": "scarlet",
        "Threshold": "25% (set for this tag on this server; standard: 50%)",
        "Examples learnt from": "100",
        "Illustrations here": "1 that you can see",
        "Called right or wrong here": "right: 1 · wrong: 0",
    }
    art.theo.user.locale = "ja"
    result = await ask(art.theo, art.sketches, "tags info", name="scarlet")
    assert "合っている1件・間違い0件" in result.text


async def test_a_tag_that_is_unknown_or_hidden_is_answered_in_words(community, art):
    await community.catalogue.guilds.set_tag(art.guild.id, "sea", hidden=True)
    for name in ("bleu", "sea", "海", "@everyone", "", "x" * 6000):
        for locale, words in (("en-US", "I know no tag"), ("ja", "ありません")):
            art.theo.user.locale = locale
            result = await ask(art.theo, art.sketches, "tags info", name=name)
            assert result.ephemeral
            assert words in result.text
            assert "@everyone" not in result.text


async def test_names_are_completed_in_both_languages(community, art):
    async def offered(typed):
        choices = await art.theo.autocomplete(art.sketches, "tags info", "name", typed)
        return [(one["name"], one["value"]) for one in choices]

    await community.catalogue.guilds.set_tag(art.guild.id, "sea", hidden=True)
    assert await offered("ni") == [("night sky · 夜空", "night sky")]
    art.theo.user.locale = "ja"
    assert await offered("夜") == [("夜空 · night sky", "night sky")]
    assert await offered("海") == []
    assert len(await offered("")) == 11


async def test_the_list_can_be_read_in_direct_messages(community, art):
    result = await (await art.theo.user.dm_command("tags list")).settled()
    assert "**red** · 赤" in result.text
    assert " here" not in result.text
