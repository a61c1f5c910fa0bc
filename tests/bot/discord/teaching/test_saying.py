"""What is said of a lesson, without any Discord."""

from datetime import UTC, datetime

import pytest

from bot.catalogue import TaughtTag
from bot.discord.errors import sentence
from bot.discord.teaching.saying import (
    failure_lines,
    no_example_error,
    others_are_wrong,
    registered_lines,
    round_lines,
)
from bot.illustrations import SimilarIllustration, VocabularyTag
from bot.teaching.likeness import Likeness
from bot.teaching.registering import Registered
from bot.teaching.rounds import Round

HOSTILE = "**@everyone** `[x](y)`"
SKY = VocabularyTag("starry sky", "星空", 0.5, 9)
NOW = datetime(2026, 1, 2, tzinfo=UTC)


def registered(**changes) -> Registered:
    given = {"name": "comet", "name_ja": "彗星", "examples": (1, 2, 3), "distinct": 3} | changes
    return Registered(tag_id=1, job_id=2, **given)


def asked(version: int = 2, shown: int = 1) -> Round:
    tag = TaughtTag(7, "comet", "彗星", 5, 1, promoted=False, created_at=NOW)
    illustrations = tuple(SimilarIllustration(n, 0.0, "x", "", "k") for n in range(shown))
    return Round(tag, illustrations, (0.5,) * shown, version, 3, 4, shown)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_names_of_strangers_show_as_they_were_written(language):
    hint = Likeness(VocabularyTag(HOSTILE, "", 0.5, 9), 3, 3)
    close = (VocabularyTag(HOSTILE, "", 0.5, 9),)
    lines = registered_lines(
        language, registered(name=HOSTILE, name_ja="", likeness=hint, close=close)
    )
    assert len(lines) == 3
    for line in lines:
        assert "@everyone" not in line
        assert "\\*\\*" in line


def test_what_looks_like_a_known_tag_is_said_with_its_share():
    lines = registered_lines("en", registered(likeness=Likeness(SKY, 17, 18)))
    assert "**starry sky · 星空**" in lines[1]
    assert "94% of your examples" in lines[1]


@pytest.mark.parametrize(
    ("examples", "distinct", "words"),
    [
        ((1,), 1, None),
        ((1, 2), 1, "count once"),
        ((1, 2, 3), 2, "different ones: 2"),
        ((1, 2), 2, None),
    ],
)
def test_examples_that_are_the_same_picture_are_said_to_count_once(examples, distinct, words):
    lines = registered_lines("en", registered(examples=examples, distinct=distinct))
    assert [words in line for line in lines[1:]] == ([True] if words else [])


def test_each_example_that_cannot_be_read_is_named_with_the_reason():
    assert failure_lines("en", [(2, "truncated"), (4, "never heard of")]) == [
        "Example 2: This image is cut off or damaged. Save it again and send it once more.",
        "Example 4: Something unexpected went wrong with this image. Try it again.",
    ]
    error = no_example_error([(1, "not_an_image")])
    assert "Example 1: This file is not an image" in sentence(error, "en")
    assert "例1：画像ファイルではありません" in sentence(error, "ja")


def test_a_round_says_which_version_is_in_use_and_what_to_do():
    head, todo = round_lines("en", asked(), late=False)
    assert head == "**comet**: version 2, learnt from 3 right and 4 wrong examples."
    assert "Which of these" in todo
    assert round_lines("ja", asked(), late=False)[0].startswith("**彗星**：バージョン2")


def test_where_nothing_is_left_to_ask_it_says_why():
    assert "opt-in" in round_lines("en", asked(shown=0), late=False)[-1]


def test_what_is_not_learnt_yet_is_not_called_missing():
    lines = round_lines("en", asked(version=0), late=True)
    assert "still learning" in lines[0]
    assert not any("no example" in line for line in lines)
    assert "no example of it is left" in round_lines("en", asked(version=0), late=False)[0]


def test_the_others_are_those_of_which_nothing_was_said():
    assert others_are_wrong([1, 2, 3], {2: True}) == {1: False, 3: False}
    assert others_are_wrong([1], {1: False}) == {}
