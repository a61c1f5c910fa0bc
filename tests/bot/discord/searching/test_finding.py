"""What is said of one page of a search."""

import pytest

from bot.discord.circumstances import Circumstances
from bot.discord.embeds import reply_embeds
from bot.discord.errors import RefusalError
from bot.discord.paging import paged
from bot.discord.searching.buttons import SearchPage
from bot.discord.searching.finding import NO_LONGER_KNOWN, found_reply, nothing_found, tags_of
from bot.illustrations import SimilarIllustration, VocabularyTag
from bot.places import Place
from bot.tags.rules import NO_RULES, TagRules
from bot.tags.search import TagSearch

NIGHT = VocabularyTag("night sky", "夜空", 0.5, 12)
STARS = VocabularyTag("stars", "星", 0.5, 40)
SEARCH = TagSearch((NIGHT, STARS))


def illustration(id_, **changes):
    return SimilarIllustration(id_, 0.0, "Moon", "", f"key-{id_}", place=Place(7, 70), post_id=id_)


def said(page, total, language="en", rules=NO_RULES):
    found = [illustration(id_) for id_ in range(3)]
    circumstances = Circumstances(language, rules)
    reply = found_reply(circumstances, (NIGHT, STARS), found, (total, paged(page, total, 10)))
    (embed,) = reply_embeds(reply)
    return embed


def test_the_page_names_what_was_searched_for_and_how_much_was_found():
    embed = said(1, 3)
    assert embed.title == "night sky, stars"
    assert embed.fields[0].name == "Found: 3"
    assert not embed.description


def test_it_does_so_in_japanese_and_in_the_guilds_own_words():
    embed = said(2, 23, "ja", TagRules(aliases={"stars": "ほし"}))
    assert embed.title == "夜空、ほし"
    assert embed.fields[0].name == "23点見つかりました · 2/3ページ"


def test_the_numbers_go_on_from_page_to_page():
    assert said(1, 23).fields[0].value.startswith("[1](https://discord.com/channels/7/70/0)")
    assert said(3, 23).fields[0].value.startswith("[21](https://discord.com/channels/7/70/0)")


@pytest.mark.parametrize(
    ("language", "words"), [("en", "night sky, stars"), ("ja", "「夜空、星」")]
)
def test_finding_nothing_is_said_in_words(language, words):
    assert words in nothing_found(Circumstances(language), (NIGHT, STARS))


def test_a_tag_name_full_of_markdown_does_no_harm_in_words():
    hostile = VocabularyTag("@everyone **x** [a](https://evil.test)", "", 0.5, 1)
    words = nothing_found(Circumstances("en"), [hostile])
    assert "@everyone" not in words
    assert "[a]" not in words


def test_a_button_means_its_tags_also_in_another_bundle():
    keys = [SEARCH.key("stars"), SEARCH.key("night sky")]
    other = TagSearch((VocabularyTag("sea", "海", 0.5, 1), NIGHT, STARS))
    assert tags_of(other, keys, NO_RULES) == [STARS, NIGHT]


@pytest.mark.parametrize(
    ("vocabulary", "rules"),
    [((STARS,), NO_RULES), ((STARS, NIGHT), TagRules(hidden=frozenset({"night sky"})))],
)
def test_a_button_for_a_tag_that_is_gone_or_hidden_by_now_says_so(vocabulary, rules):
    with pytest.raises(RefusalError) as refused:
        tags_of(TagSearch(vocabulary), [SEARCH.key("night sky")], rules)
    assert refused.value.text is NO_LONGER_KNOWN


def test_the_id_of_a_button_holds_five_tags_and_any_page():
    keys = [f"{number:08x}" for number in range(5)]
    button = SearchPage("Next", 999_999, keys)
    assert len(button.custom_id) <= 100
    match = button.template.fullmatch(button.custom_id)
    assert match is not None
    assert match["keys"].split(":") == keys
