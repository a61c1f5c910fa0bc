"""What may be decided about a tag, without any Discord."""

import pytest

from bot.discord.errors import RefusalError
from bot.discord.tag_admin.deciding import (
    LONGEST_ALIAS,
    alias_answer,
    cleaned_alias,
    hide_answer,
    offered,
)
from bot.illustrations import VocabularyTag
from bot.tags.rules import NO_RULES, TagRules
from bot.tags.search import TagSearch

STAR, SEA = VocabularyTag("star", "星", 0.5, 9), VocabularyTag("sea", "海", 0.5, 8)
SEARCH = TagSearch((STAR, SEA))


def names(found: list[VocabularyTag]) -> list[str]:
    return [tag.name for tag in found]


def test_those_who_decide_are_offered_hidden_tags_too():
    rules = TagRules(hidden=frozenset({"sea"}))
    assert names(offered(SEARCH, rules, "", only_hidden=False)) == ["star", "sea"]


def test_to_be_shown_again_only_what_is_hidden_is_offered():
    rules = TagRules(hidden=frozenset({"sea"}))
    assert names(offered(SEARCH, rules, "", only_hidden=True)) == ["sea"]
    assert names(offered(SEARCH, rules, "海", only_hidden=True)) == ["sea"]
    assert names(offered(SEARCH, NO_RULES, "", only_hidden=True)) == []


def test_a_hidden_tag_that_the_bundle_has_no_longer_can_be_shown_again():
    rules = TagRules(hidden=frozenset({"of an older bundle"}))
    assert names(offered(SEARCH, rules, "old", only_hidden=True)) == ["of an older bundle"]


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("hoshi", "hoshi"),
        ("  ho\nshi\u202e  ", "ho shi"),
        ("**@everyone**", "**@everyone**"),  # kept as written, escaped where it shows
        ("", ""),
        (" \u200b\n ", ""),
        ("x" * LONGEST_ALIAS, "x" * LONGEST_ALIAS),
        ("星", "星"),  # its own name
        ("Star", "Star"),
    ],
)
def test_an_alias_is_one_line_of_visible_text(written, kept):
    assert cleaned_alias(SEARCH, STAR, written, NO_RULES) == kept


@pytest.mark.parametrize("written", ["sea", "SEA", "海", "sea\n"])
def test_an_alias_that_means_another_tag_is_refused(written):
    with pytest.raises(RefusalError, match="another tag"):
        cleaned_alias(SEARCH, STAR, written, NO_RULES)


def test_another_tags_alias_is_refused_even_if_that_tag_is_hidden():
    rules = TagRules(aliases={"sea": "water"}, hidden=frozenset({"sea"}))
    with pytest.raises(RefusalError) as caught:
        cleaned_alias(SEARCH, STAR, "Water", rules)
    assert caught.value.values == {"alias": "Water", "other": "water · sea · 海"}


def test_an_alias_can_be_given_to_the_same_tag_again():
    rules = TagRules(aliases={"star": "hoshi"})
    assert cleaned_alias(SEARCH, STAR, "Hoshi", rules) == "Hoshi"


def test_an_alias_that_is_too_long_is_refused():
    with pytest.raises(RefusalError, match="at most"):
        cleaned_alias(SEARCH, STAR, "x" * (LONGEST_ALIAS + 1), NO_RULES)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_answers_show_names_as_they_were_written(language):
    for answer in (
        hide_answer(language, "a_*b*", hidden=True),
        hide_answer(language, "a_*b*", hidden=False),
        alias_answer(language, "a_*b*", ""),
        alias_answer(language, "star", "a_*b*"),
    ):
        assert "a\\_\\*b\\*" in answer
