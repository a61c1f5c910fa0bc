"""What may be decided about a tag, without any Discord."""

import pytest

from bot.discord.tag_admin.deciding import (
    alias_answer,
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


@pytest.mark.parametrize("language", ["en", "ja"])
def test_answers_show_names_as_they_were_written(language):
    for answer in (
        hide_answer(language, "a_*b*", hidden=True),
        hide_answer(language, "a_*b*", hidden=False),
        alias_answer(language, "a_*b*", ""),
        alias_answer(language, "star", "a_*b*"),
    ):
        assert "a\\_\\*b\\*" in answer
