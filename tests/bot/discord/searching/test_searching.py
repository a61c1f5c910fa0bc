"""``/search`` as people use it."""

from tests.bot.discord.asking import ask, links, pictures, turn
from tests.bot.discord.standin.permissions import P

RED, BLUE, NIGHT = (220, 30, 30), (30, 60, 200), (10, 10, 40)


async def test_one_finds_what_has_all_the_tags_page_by_page_also_after_a_restart(
    community, discord, art
):
    many, _ = await art.post(*((220, 30 + number, 30) for number in range(10)))
    newer, _ = await art.post(RED, (219, 31, 31))
    await art.post(BLUE)
    first = await ask(art.theo, art.sketches, "search", tags="red")
    assert first.ephemeral
    assert first.original.embeds[0]["title"] == "red"
    assert "Found: 12 · page 1 of 2" in first.text
    assert links(first) == {1: newer.id, 2: newer.id} | dict.fromkeys(range(3, 11), many.id)
    assert pictures(first) == ["similar.webp"]
    assert first.original.labels == ["Next"]
    await community.restart()
    second = await turn(art.theo, first, "Next")
    assert links(second) == {11: many.id, 12: many.id}
    assert second.original.labels == ["Previous"]
    back = await turn(art.theo, second, "Previous")
    assert links(back) == {1: newer.id, 2: newer.id} | dict.fromkeys(range(3, 11), many.id)
    assert len(back.messages) == 1


async def test_it_works_in_japanese_with_the_guilds_own_names(community, art):
    art.theo.user.locale = "ja"
    await community.catalogue.guilds.set_tag(art.guild.id, "night sky", alias="よぞら")
    post, _ = await art.post(NIGHT)
    result = await ask(art.theo, art.sketches, "search", tags="よぞら、星空")
    assert result.original.embeds[0]["title"] == "よぞら、星空"
    assert "1点見つかりました" in result.text
    assert links(result) == {1: post.id}


async def test_one_finds_only_what_one_may_see_where_one_asks(community, art):
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
    adult, _ = await art.post(RED, channel=adults)
    assert links(await ask(art.mira, art.sketches, "search", tags="red")) == {1: secret.id}
    assert links(await ask(art.theo, adults, "search", tags="red")) == {1: adult.id}
    result = await ask(art.theo, art.sketches, "search", tags="red")
    assert result.text == "No illustration that you can see here has: red."
    art.theo.user.locale = "ja"
    assert "「赤」" in (await ask(art.theo, art.sketches, "search", tags="red")).text


async def test_what_is_gone_or_hidden_by_now_does_not_show_when_one_turns_the_page(
    community, art, until
):
    async def delete(post):
        async def forgotten():
            return await community.catalogue.posts.get(post.id) is None

        await art.mira.delete(post)
        await until(forgotten)

    many, _ = await art.post(*((220, 30 + number, 30) for number in range(10)))
    newer, _ = await art.post(RED)
    result = await ask(art.theo, art.sketches, "search", tags="red")
    again = await ask(art.theo, art.sketches, "search", tags="red")
    hidden = await ask(art.theo, art.sketches, "search", tags="red")
    await delete(newer)
    result = await turn(art.theo, result, "Next")
    assert links(result) == dict.fromkeys(range(1, 11), many.id)
    assert result.original.labels == []
    await delete(many)
    again = await turn(art.theo, again, "Next")
    assert again.text == "No illustration that you can see here has: red."
    assert (pictures(again), again.original.labels) == ([], [])
    await community.catalogue.guilds.set_tag(art.guild.id, "red", hidden=True)
    assert "not known any more" in (await turn(art.theo, hidden, "Next")).text


async def test_what_cannot_be_searched_for_is_answered_in_words(community, art):
    for tags, words, words_ja in (
        ("bleu", "Did you mean: blue · 青", "もしかして：blue · 青"),
        ("red, qqqqqqqqq", "qqqqqqqqq", "qqqqqqqqq"),
        (" ,、", "Name at least one tag", "1つ以上"),
        ("red,blue,sea,snow,pink,grey", "up to 5", "5個まで"),
        ("@everyone", "everyone", "everyone"),
        ("x" * 6000, "I know no tag", "ありません"),
    ):
        for locale, expected in (("en-US", words), ("ja", words_ja)):
            art.theo.user.locale = locale
            result = await ask(art.theo, art.sketches, "search", tags=tags)
            assert result.ephemeral
            assert expected in result.text
            assert result.original.pinged == set()


async def test_the_last_name_is_completed_in_both_languages(community, art):
    def offered(choices):
        return [(one["name"], one["value"]) for one in choices]

    await community.catalogue.guilds.set_tag(art.guild.id, "sea", hidden=True)
    choices = await art.theo.autocomplete(art.sketches, "search", "tags", "red, ni")
    assert offered(choices)[0] == ("red, night sky · 夜空", "red, night sky")
    art.theo.user.locale = "ja"
    choices = await art.theo.autocomplete(art.sketches, "search", "tags", "赤、よ")
    assert choices == []
    choices = await art.theo.autocomplete(art.sketches, "search", "tags", "赤、夜")
    assert offered(choices)[0] == ("赤, 夜空 · night sky", "red, night sky")
    everything = await art.theo.autocomplete(art.sketches, "search", "tags", "")
    assert "sea" not in [one["value"] for one in everything]
    assert len(everything) == 11
    assert await art.theo.autocomplete(art.sketches, "search", "tags", "q" * 5000) == []
