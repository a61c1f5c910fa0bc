"""What is asked for in a search: names between commas, and their completion."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.discord.errors import RefusalError, sentence
from bot.discord.escaping import units
from bot.discord.searching.asking import (
    NO_TAGS,
    TOO_MANY_TAGS,
    completions,
    wanted_tags,
)
from bot.illustrations import VocabularyTag
from bot.tags.rules import NO_RULES, TagRules
from bot.tags.search import TagSearch

NIGHT = VocabularyTag("night sky", "夜空", 0.5, 12)
STARS = VocabularyTag("stars", "星", 0.5, 40)
SNOW = VocabularyTag("snow", "雪", 0.5, 30)
COMMA = VocabularyTag("claus, christmas", "", 0.5, 5)
MANY = tuple(VocabularyTag(f"tag {number} {'x' * 30}", "", 0.5, 1) for number in range(40))
SEARCH = TagSearch((NIGHT, STARS, SNOW, COMMA, *MANY))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("stars", ["stars"]),
        ("stars, snow", ["stars", "snow"]),
        ("夜空、雪", ["night sky", "snow"]),
        ("夜空，雪,星", ["night sky", "snow", "stars"]),
        (" Stars ,, STARS , 星 ,", ["stars"]),
        ("星 · stars, 雪 · snow", ["stars", "snow"]),
        ("claus, christmas", ["claus, christmas"]),
    ],
)
def test_tags_are_named_between_commas_of_either_language(text, names):
    assert [tag.name for tag in wanted_tags(SEARCH, text, NO_RULES)] == names


@pytest.mark.parametrize("text", ["", "  ", ",、，", " , "])
def test_a_search_for_nothing_is_refused_in_words(text):
    with pytest.raises(RefusalError) as refused:
        wanted_tags(SEARCH, text, NO_RULES)
    assert refused.value.text is NO_TAGS


def test_more_than_five_tags_are_refused_in_words():
    with pytest.raises(RefusalError) as refused:
        wanted_tags(SEARCH, "a,b,c,d,e,f", NO_RULES)
    assert refused.value.text is TOO_MANY_TAGS
    assert "6" in sentence(refused.value, "en")
    assert "5" in sentence(refused.value, "ja")


def test_one_unknown_tag_among_others_is_named():
    with pytest.raises(RefusalError) as refused:
        wanted_tags(SEARCH, "stars, snwo", NO_RULES)
    assert "snwo" in sentence(refused.value, "en")
    assert "snow · 雪" in sentence(refused.value, "en")


def test_only_the_last_name_is_completed():
    assert completions(SEARCH, "nig", "en", NO_RULES)[0] == ("night sky · 夜空", "night sky")
    assert completions(SEARCH, "星、sno", "ja", NO_RULES)[0] == (
        "星, 雪 · snow",
        "stars, snow",
    )


def test_what_was_picked_before_can_be_typed_on():
    typed = "星, 雪 · snow, 夜"
    assert completions(SEARCH, typed, "ja", NO_RULES)[0] == (
        "星, 雪, 夜空 · night sky",
        "stars, snow, night sky",
    )


def test_a_name_that_is_unknown_so_far_stays_as_it_was_typed():
    assert ("what, snow · 雪", "what, snow") in completions(SEARCH, "what, sno", "en", NO_RULES)


def test_after_a_comma_everything_but_what_is_named_already_is_offered():
    values = [value for _, value in completions(SEARCH, "stars, ", "en", NO_RULES)]
    assert "stars, snow" in values
    assert "stars, stars" not in values


def test_there_is_nothing_to_complete_after_five_tags():
    assert completions(SEARCH, "a,b,c,d,e,sno", "en", NO_RULES) == []


def test_what_the_guild_has_hidden_is_not_offered_and_its_own_names_are():
    rules = TagRules(hidden=frozenset({"stars"}), aliases={"snow": "しろいの"})
    offered = completions(SEARCH, "s", "en", rules)
    assert ("しろいの · snow · 雪", "snow") in offered
    assert not [value for _, value in offered if value == "stars"]


@given(st.text(max_size=300) | st.text("tag 0123456789x,、", max_size=150))
def test_no_choice_is_longer_than_discord_takes_whatever_is_typed(typed):
    choices = completions(SEARCH, typed, "en", NO_RULES)
    assert len(choices) <= 25
    assert all(0 < units(label) <= 100 and 0 < units(value) <= 100 for label, value in choices)
