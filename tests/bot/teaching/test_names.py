"""Names of taught tags."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.illustrations import VocabularyTag
from bot.tags.rules import TagRules
from bot.tags.search import TagSearch
from bot.teaching.errors import TeachingError
from bot.teaching.names import LONGEST_NAME, check_new, clean_alias, clean_name, close_names

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
    assert refused.value.values["other"] in {"starry sky · 星空", "hat · 帽子 · cap", "dragon"}


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


ALIASES = [
    ("kasa", "kasa"),
    ("  ka\nsa\u202e  ", "ka sa"),
    ("**@everyone**", "**@everyone**"),  # kept as written, escaped where it shows
    ("", ""),
    (" \u200b\n ", ""),
    ("帽子", "帽子"),  # its own name
    ("Hat", "Hat"),
    ("Cap", "Cap"),  # what it is called already
]


@pytest.mark.parametrize(("written", "kept"), ALIASES)
def test_an_alias_is_one_line_of_visible_text(written, kept):
    assert clean_alias(SEARCH, "hat", written, RULES) == kept


@pytest.mark.parametrize("written", ["starry sky", "STARRY SKY", "星空", "dragon\n"])
def test_an_alias_that_means_another_tag_is_refused_even_if_that_is_hidden(written):
    with pytest.raises(TeachingError, match="another tag") as error:
        clean_alias(SEARCH, "hat", written, RULES)
    assert error.value.code == "tag_exists"


def test_what_another_tag_is_called_is_said_in_every_name():
    with pytest.raises(TeachingError) as error:
        clean_alias(SEARCH, "dragon", "CAP", RULES)
    assert error.value.values == {"name": "CAP", "other": "hat · 帽子 · cap"}


def test_an_alias_that_is_too_long_is_refused():
    with pytest.raises(TeachingError, match="at most"):
        clean_alias(SEARCH, "hat", "x" * (LONGEST_NAME + 1), RULES)
