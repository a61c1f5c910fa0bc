"""Names of tags in options: what is offered while somebody types, and what is meant."""

from types import SimpleNamespace

import discord
import pytest

from bot.discord.autocompleting import (
    UNKNOWN_TAG,
    UNKNOWN_TAG_BUT,
    named_tag,
    offered_tags,
    require_tag,
    tag_choices,
    tag_label,
)
from bot.discord.errors import RefusalError, sentence
from bot.errors import UnavailableError
from bot.illustrations import VocabularyTag
from bot.tags.rules import NO_RULES, TagRules
from bot.tags.search import TagSearch

NIGHT = VocabularyTag("night sky", "夜空", 0.5, 12)
STARS = VocabularyTag("stars", "星", 0.5, 40)
SKIN = VocabularyTag("skin tone", "", 0.5, 7)
LONG = VocabularyTag("x" * 120, "", 0.5, 3)
SEARCH = TagSearch((NIGHT, STARS, SKIN, LONG))


@pytest.mark.parametrize(
    ("language", "rules", "label"),
    [
        ("en", NO_RULES, "night sky · 夜空"),
        ("ja", NO_RULES, "夜空 · night sky"),
        ("ja", TagRules(aliases={"night sky": "よぞら"}), "よぞら · 夜空 · night sky"),
    ],
)
def test_a_choice_shows_everything_that_a_tag_is_called(language, rules, label):
    assert tag_label(NIGHT, language, rules) == label


def test_a_label_is_never_longer_than_discord_takes():
    label = tag_label(LONG, "en", NO_RULES)
    assert len(label) == 100
    assert label.endswith("…")


@pytest.mark.parametrize("text", ["night sky", "Night_Sky", "夜空", "夜空 · night sky"])
def test_a_tag_is_known_by_its_names_and_by_the_label_of_its_choice(text):
    assert named_tag(SEARCH, text, NO_RULES) == NIGHT


def test_a_label_means_one_tag_also_where_its_alias_is_the_name_of_another():
    rules = TagRules(aliases={"night sky": "stars"})
    assert named_tag(SEARCH, tag_label(NIGHT, "en", rules), rules) == NIGHT


def test_what_the_guild_has_hidden_is_neither_known_nor_offered():
    rules = TagRules(hidden=frozenset({"night sky"}))
    assert named_tag(SEARCH, "夜空", rules) is None
    assert NIGHT not in offered_tags(SEARCH, "night", rules)
    assert NIGHT not in offered_tags(SEARCH, "夜空 · night sky", rules)


def test_a_name_that_is_too_long_for_a_choice_is_not_offered():
    assert offered_tags(SEARCH, "xxx", NO_RULES) == []
    assert offered_tags(SEARCH, "", NO_RULES) == [STARS, NIGHT, SKIN]


def test_of_a_choice_that_was_picked_its_own_tag_is_offered():
    assert offered_tags(SEARCH, "night sky · 夜空", NO_RULES) == [NIGHT]


@pytest.mark.parametrize("text", ["nihgt sky", "sky night"])
def test_an_unknown_name_is_answered_with_what_may_have_been_meant(text):
    with pytest.raises(RefusalError) as refused:
        require_tag(SEARCH, text, NO_RULES)
    assert refused.value.text is UNKNOWN_TAG_BUT
    assert "night sky · 夜空" in sentence(refused.value, "en")
    assert "もしかして" in sentence(refused.value, "ja")


@pytest.mark.parametrize(
    "text", ["qqqqqqqq", "@everyone `x` **y**", "", "  ", "\u202e", "()" * 900]
)
def test_a_name_that_is_like_none_is_answered_in_words(text):
    with pytest.raises(RefusalError) as refused:
        require_tag(SEARCH, text, NO_RULES)
    assert refused.value.text in (UNKNOWN_TAG, UNKNOWN_TAG_BUT)
    told = sentence(refused.value, "en")
    assert "@everyone" not in told
    assert "**" not in told
    assert len(told) < 500


def interaction(locale=discord.Locale.japanese):
    return SimpleNamespace(guild_id=None, guild=None, locale=locale)


async def test_choices_are_in_the_language_of_whoever_types():
    face = SimpleNamespace(service=SimpleNamespace(tags_of=lambda guild_id: SEARCH))
    choices = await tag_choices(face, interaction(), "夜")
    assert [(one.name, one.value) for one in choices] == [("夜空 · night sky", "night sky")]


async def test_while_the_model_is_away_there_are_no_choices_and_no_error():
    class Starting:
        def tags_of(self, guild_id):
            raise UnavailableError("The bot's model is starting.")

    face = SimpleNamespace(service=Starting())
    assert await tag_choices(face, interaction(), "night") == []
