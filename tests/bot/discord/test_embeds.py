"""A reply's embeds: readable, harmless, and never beyond what Discord takes."""

import re
from collections.abc import Sequence

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.decoding.grid import GridCell, GridRow
from bot.discord.embeds import (
    fitted,
    grid_request,
    picture_name,
    reply_embeds,
    similar_field,
    tag_names,
)
from bot.discord.escaping import units
from bot.illustrations import ScoredTag, SimilarIllustration, TagName
from bot.places import Place
from bot.posts import Language
from bot.replies import ErrorText, Reply, Section, Shown, TagChoice, error_text
from model.errors import ImageError

NIGHT = ScoredTag("night sky", "夜空", 0.62, 0.5)
CAT = ScoredTag("cat", "猫", 0.81, 0.5)
PLACE = Place(guild_id=111, channel_id=222)


def shown(number: int, *, spoiler: bool = False, place: Place | None = PLACE) -> Shown:
    post_id = None if place is None else 1000 + number
    similar = SimilarIllustration(
        number, 0.5, "t", "題", f"key{number}", spoiler=spoiler, place=place, post_id=post_id
    )
    return Shown(number, similar)


def section(
    *tags: ScoredTag,
    title: str = "sky",
    similar: Sequence[Shown] = (),
    guesses: bool = False,
    spoiler: bool = False,
    error: str = "",
) -> Section:
    return Section(title, TagChoice(tags, guesses), tuple(similar), spoiler, error)


def reply_of(*sections: Section, language: Language = "en", **aliases: str) -> Reply:
    return Reply(language, sections, aliases)


def only(reply: Reply) -> discord.Embed:
    (embed,) = reply_embeds(reply)
    return embed


def texts_of(embeds: Sequence[discord.Embed]) -> list[str]:
    texts = []
    for embed in embeds:
        texts += [embed.title or "", embed.description or ""]
        texts += [text or "" for one in embed.fields for text in (one.name, one.value)]
    return texts


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        ("en", ["`▰▰▰▰▰▰▰▰▱▱ 81%` **cat** · 猫", "`▰▰▰▰▰▰▱▱▱▱ 62%` **night sky** · 夜空"]),
        ("ja", ["`▰▰▰▰▰▰▰▰▱▱ 81%` **猫** · cat", "`▰▰▰▰▰▰▱▱▱▱ 62%` **夜空** · night sky"]),
    ],
)
def test_a_tag_is_a_line_with_its_score_and_both_names_the_readers_own_first(language, lines):
    embed = only(reply_of(section(CAT, NIGHT), language=language))
    assert embed.title == "sky"
    assert embed.description == "\n".join(lines)


@pytest.mark.parametrize(
    ("score", "bar"),
    [
        (0.0, "`▱▱▱▱▱▱▱▱▱▱  0%`"),
        (0.07, "`▰▱▱▱▱▱▱▱▱▱  7%`"),
        (0.999, "`▰▰▰▰▰▰▰▰▰▰ 99%`"),
        (1.0, "`▰▰▰▰▰▰▰▰▰▰ 99%`"),
    ],
)
def test_bars_are_of_one_width_and_nothing_is_called_certain(score, bar):
    embed = only(reply_of(section(ScoredTag("cat", "", score, 0.5))))
    assert embed.description == f"{bar} **cat**"


def test_what_a_guild_calls_a_tag_comes_first_beside_its_names():
    embed = only(reply_of(section(CAT, NIGHT), language="ja", cat="ねこちゃん"))
    assert "**ねこちゃん** · 猫 · cat" in (embed.description or "")


@pytest.mark.parametrize(
    ("tag", "alias", "names"),
    [
        (TagName("cat", "猫"), "", ["cat", "猫"]),
        (TagName("cat", ""), "", ["cat"]),
        (TagName("猫", "猫"), "", ["猫"]),
        (TagName("cat", "猫"), "猫", ["猫", "cat"]),
    ],
)
def test_each_name_of_a_tag_is_said_once(tag, alias, names):
    assert tag_names(tag, "en", {tag.name: alias} if alias else {}) == names


@pytest.mark.parametrize(("language", "words"), [("en", "My guesses"), ("ja", "もしかして")])
def test_guesses_are_called_guesses(language, words):
    guess = section(NIGHT, guesses=True)
    assert words in (only(reply_of(guess, language=language)).description or "")
    sure = section(NIGHT)
    assert words not in (only(reply_of(sure, language=language)).description or "")


@pytest.mark.parametrize(
    ("language", "no_tags", "nothing_similar"),
    [
        ("en", "I know no tag that fits.", "Nothing similar here yet."),
        ("ja", "当てはまるタグは見つかりませんでした。", "似ている作品はまだありません。"),
    ],
)
def test_nothing_known_is_said_in_words(language, no_tags, nothing_similar):
    embed = only(reply_of(section(), language=language))
    assert embed.description == no_tags
    assert embed.fields[0].value == nothing_similar


def test_a_name_that_shows_nothing_leaves_a_question_mark():
    embed = only(reply_of(section(ScoredTag("\u200b\u3164", "", 0.5, 0.5), title="\u2800")))
    assert embed.title == "Untitled"
    assert embed.description == "`▰▰▰▰▰▱▱▱▱▱ 50%` **?**"


@pytest.mark.parametrize(
    "code", ["not_an_image", "unsupported_format", "too_large", "too_many_pixels", "truncated"]
)
def test_an_image_that_cannot_be_described_is_answered_in_words(code):
    said: ErrorText = error_text(ImageError(code, "The particulars."))
    japanese = only(reply_of(section(error=code), language="ja"))
    assert japanese.description == said.message_ja
    english = only(reply_of(section(error=code)))
    assert (english.description or "").endswith(".")
    assert english.fields == []


def test_an_error_that_nobody_thought_of_is_answered_in_words_too():
    assert "unexpected" in (only(reply_of(section(error="of_tomorrow"))).description or "")


def test_several_images_have_a_numbered_section_each_and_the_last_shows_the_picture():
    reply = reply_of(
        section(CAT, title="a", similar=[shown(1)]),
        section(title="b", error="truncated"),
        section(NIGHT, title="c", similar=[shown(2), shown(3)]),
    )
    embeds = reply_embeds(reply)
    assert [embed.title for embed in embeds] == ["1 · a", "2 · b", "3 · c"]
    assert [embed.image.url for embed in embeds] == [None, None, "attachment://similar.webp"]
    assert picture_name(reply) == "similar.webp"


def test_similar_illustrations_are_numbered_links_to_their_posts():
    text = similar_field([shown(1), shown(2, place=None)], "en")
    assert text == "[1](https://discord.com/channels/111/222/1001) · 2"


def test_a_reply_without_its_picture_refers_to_none():
    reply = reply_of(section(CAT, similar=[shown(1)]))
    assert reply_embeds(reply, pictured=False)[0].image.url is None
    assert only(reply_of(section(CAT))).image.url is None


@pytest.mark.parametrize("error", ["", "truncated"])
def test_of_a_covered_image_nothing_shows_uncovered_but_that_it_is_one(error):
    secret = section(
        ScoredTag("villain", "黒幕", 0.9, 0.5),
        title="the end",
        spoiler=True,
        error=error,
        similar=[shown(1)],
        guesses=not error,
    )
    reply = reply_of(section(CAT), secret)
    embed = reply_embeds(reply)[1]
    assert embed.title == "2 · Spoiler"
    uncovered = re.sub(r"\|\|.*?\|\|", "", embed.description or "", flags=re.DOTALL)
    assert not re.search("villain|黒幕|the end|▰", uncovered)
    assert "the end" in (embed.description or "")


@pytest.mark.parametrize(
    "reply",
    [
        reply_of(section(CAT, similar=[shown(1)], spoiler=True)),
        reply_of(section(CAT, similar=[shown(1, spoiler=True)])),
    ],
)
def test_a_covered_picture_is_attached_under_a_covering_name_and_no_embed_shows_it(reply):
    assert picture_name(reply) == "SPOILER_similar.webp"
    assert only(reply).image.url is None


def test_a_pictures_rows_and_numbers_are_those_of_the_sections():
    reply = reply_of(
        section(CAT, similar=[shown(1), shown(2)]),
        section(error="truncated"),
        section(NIGHT, similar=[shown(3)]),
    )
    request = grid_request(reply, {"key1": b"one", "key2": None})
    assert request is not None
    assert request.rows == (
        GridRow((GridCell(1, b"one"), GridCell(2, None)), "1"),
        GridRow((GridCell(3, None),), "3"),
    )


def test_the_picture_of_one_image_has_no_header_and_without_similar_ones_there_is_none():
    request = grid_request(reply_of(section(CAT, similar=[shown(1)])), {})
    assert request is not None
    assert request.rows[0].header == ""
    assert grid_request(reply_of(section(CAT)), {}) is None


def assert_within_bounds(embeds: Sequence[discord.Embed]) -> None:
    assert 1 <= len(embeds) <= 10
    for embed in embeds:
        assert 1 <= units(embed.title or "") <= 256
        assert 1 <= units(embed.description or "") <= 4096
        assert len(embed.fields) <= 25
        for one in embed.fields:
            assert 1 <= units(one.name or "") <= 256
            assert 1 <= units(one.value or "") <= 1024
    assert sum(map(units, texts_of(embeds))) <= 6000


FAR = Place(guild_id=2**64 - 1, channel_id=2**64 - 2)


@pytest.mark.parametrize("letter", ["w", "空", "@", "|", "🌟", "\\"])
@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("spoiler", [False, True])
def test_ten_images_with_ten_long_tags_and_ten_links_each_fit_with_something_of_everything(
    letter, language, spoiler
):
    name = letter * 200
    tags = [ScoredTag(f"{place}{name}", f"名{place}{name}", 0.9, 0.5) for place in range(10)]
    far = SimilarIllustration(1, 0.5, "", "", "key", place=FAR, post_id=2**64 - 1)
    similar = [Shown(number, far) for number in range(91, 101)]
    one = section(*tags, title=name, similar=similar, spoiler=spoiler, guesses=True)
    reply = Reply(language, (one,) * 12, {tag.name: f"別{tag.name}" for tag in tags})
    embeds = reply_embeds(reply)
    assert_within_bounds(embeds)
    assert len(embeds) == 10
    for embed in embeds:
        assert "▰" in (embed.description or "")
        assert "https://" in (embed.fields[0].value or "")


def test_ordinary_tags_and_links_of_one_image_are_all_there():
    tags = [
        ScoredTag(f"ordinary tag {place}", f"普通のタグ{place}", 0.9, 0.5) for place in range(10)
    ]
    reply = reply_of(section(*tags, similar=[shown(number) for number in range(1, 11)]))
    assert fitted(reply) == reply
    embed = only(reply)
    assert (embed.description or "").count("▰") == 90
    assert (embed.fields[0].value or "").count("https://") == 10


def test_of_many_images_fewer_tags_are_said_so_that_the_reply_stays_readable():
    tags = [ScoredTag(f"tag {place}", "", 0.9, 0.5) for place in range(10)]
    for images, expected in ((4, 10), (5, 5)):
        shorter = fitted(reply_of(*[section(*tags)] * images))
        assert [len(one.choice.tags) for one in shorter.sections] == [expected] * images


def test_three_links_each_stay_when_ten_images_must_share_the_room():
    tags = [
        ScoredTag(f"ordinary tag {place}", f"普通のタグ{place}", 0.9, 0.5) for place in range(10)
    ]
    reply = reply_of(*[section(*tags, similar=[shown(1), shown(2), shown(3)])] * 10)
    shorter = fitted(reply)
    assert all(len(one.similar) == 3 for one in shorter.sections)
    assert all(len(one.choice.tags) >= 4 for one in shorter.sections)


hostile = st.text(max_size=120) | st.sampled_from(
    ["@everyone " * 12, "||" * 60, "```", "[x](https://evil.example)", "<@1>", "\n# big", "🌟" * 99]
)
scored = st.builds(ScoredTag, hostile.filter(bool), hostile, st.floats(0, 1), st.just(0.5))
similar = st.builds(
    shown, st.integers(1, 100), spoiler=st.booleans(), place=st.sampled_from([None, FAR])
)
sections = st.builds(
    Section,
    hostile,
    st.builds(TagChoice, st.lists(scored, max_size=10).map(tuple), st.booleans()),
    st.lists(similar, max_size=10).map(tuple),
    st.booleans(),
    st.sampled_from(["", "", "", "truncated", "of_tomorrow"]),
)
replies = st.builds(
    Reply,
    st.sampled_from(["en", "ja"]),
    st.lists(sections, min_size=1, max_size=11).map(tuple),
    st.dictionaries(hostile, hostile, max_size=3),
)


@given(replies)
def test_whatever_tags_and_titles_say_the_embeds_are_within_bounds_and_mention_nobody(reply):
    embeds = reply_embeds(reply)
    assert_within_bounds(embeds)
    for text in texts_of(embeds):
        assert not re.search(r"@everyone|@here|<[@#:]|```|\]\(https://evil", text)
        assert text.count("||") in (0, 2)


@given(replies)
def test_the_picture_shows_exactly_what_the_embeds_link_to(reply):
    request = grid_request(reply, {})
    cells = [] if request is None else [len(row.cells) for row in request.rows]
    fields = [one.value or "" for embed in reply_embeds(reply) for one in embed.fields]
    assert cells == [text.count(" · ") + 1 for text in fields if text[0] in "[0123456789"]


def test_of_what_nobody_asked_for_nothing_is_said():
    similar = (shown(1),)
    without_tags = only(reply_of(Section("sky", None, similar)))
    assert not without_tags.description
    assert [one.name for one in without_tags.fields] == ["Similar"]
    without_similar = only(reply_of(Section("sky", TagChoice((NIGHT,), guesses=False), None)))
    assert "night sky" in (without_similar.description or "")
    assert without_similar.fields == []


def test_what_is_shown_may_have_a_heading_of_its_own():
    embed = only(reply_of(Section("sky", None, (shown(1),), heading="Found: 1")))
    assert [one.name for one in embed.fields] == ["Found: 1"]
