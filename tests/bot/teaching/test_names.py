"""Names of taught tags."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.illustrations import VocabularyTag
from bot.tags.rules import TagRules
from bot.tags.search import TagSearch
from bot.teaching.errors import TeachingError
from bot.teaching.names import LONGEST_NAME, check_new, clean_name, close_names

SEARCH = TagSearch(
    [
        VocabularyTag("starry sky", "星空", 0.5, 90),
        VocabularyTag("hat", "帽子", 0.5, 80),
        VocabularyTag("dragon", "", 0.5, 70),
    ]
)
RULES = TagRules(hidden=frozenset({"dragon"}), aliases={"hat": "cap"})


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  paper \n crane ", "paper crane"),
        ("ｐａｐｅｒ", "paper"),
        ("折り鶴", "折り鶴"),
        ("**bold** _it_", "**bold** _it_"),
        ("pa\u200bper\u202e", "paper"),
        ("🐱", "🐱"),
        ("", ""),
        ("x" * LONGEST_NAME, "x" * LONGEST_NAME),
    ],
)
def test_a_name_is_one_line_of_visible_text(typed, kept):
    assert clean_name(typed) == kept


@pytest.mark.parametrize("typed", ["x" * (LONGEST_NAME + 1), "x" * 10_000, "***", "`#`", "- > |"])
def test_what_is_too_long_or_only_punctuation_is_no_name(typed):
    with pytest.raises(TeachingError) as refused:
        clean_name(typed)
    assert refused.value.code == "bad_name"


@pytest.mark.parametrize("typed", ["", "  ", "\u200b"])
def test_a_new_tag_needs_a_name(typed):
    with pytest.raises(TeachingError, match="needs a name"):
        check_new(SEARCH, typed, "名前", RULES)


@given(st.text(max_size=80))
def test_a_name_is_kept_as_it_is_or_refused_whatever_was_typed(typed):
    try:
        name = clean_name(typed)
    except TeachingError:
        return
    assert clean_name(name) == name
    assert len(name) <= LONGEST_NAME
    assert name.isprintable()


@pytest.mark.parametrize(
    "typed",
    [
        "Starry Sky",
        "ＳＴＡＲＲＹ sky",
        "starry-sky",
        "starrysky",
        "starry_sky",
        "星空",
        "cap",
        "dragon",
    ],
)
def test_a_name_is_taken_however_it_is_written_and_hidden_or_not(typed):
    with pytest.raises(TeachingError) as refused:
        check_new(SEARCH, typed, "", RULES)
    assert refused.value.code == "tag_exists"
    assert refused.value.values["other"] in {"starry sky", "hat", "dragon"}


def test_a_japanese_name_is_taken_too():
    with pytest.raises(TeachingError, match="starry sky"):
        check_new(SEARCH, "night with stars", "星空", RULES)


def test_a_japanese_name_that_says_the_same_is_left_out():
    assert check_new(SEARCH, "ネコ", "ねこ", RULES) == ("ネコ", "")


def test_names_a_typo_away_are_told_and_not_refused():
    assert check_new(SEARCH, "cat", "", RULES) == ("cat", "")
    assert [tag.name for tag in close_names(SEARCH, "cat", RULES)] == ["hat"]
    assert [tag.name for tag in close_names(SEARCH, "stary sky", RULES)] == ["starry sky"]
    assert close_names(SEARCH, "paper crane", RULES) == ()
