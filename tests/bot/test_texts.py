"""Every sentence of the bot exists in both languages."""

import re
import string

import pytest

from bot.texts import Text
from tests.bot.sentences import JAPANESE, every_sentence

# A half-width sign beside a Japanese letter.
HALF_WIDTH = re.compile(
    r"[\u3041-\u30ff\u4e00-\u9fff][,.!?:;()]|[,!?;(][\u3041-\u30ff\u4e00-\u9fff]"
)


@pytest.fixture(scope="module")
def texts() -> dict[str, Text]:
    """Every sentence of every module, by where it stands."""
    return every_sentence()


def placeholders(template: str) -> list[str]:
    return sorted(
        {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}
    )


def test_sentences_are_found(texts):
    assert "bot.discord.texts.SIMILAR" in texts
    assert "bot.discord.texts.IMAGE_ERRORS.truncated" in texts


def test_every_sentence_is_there_in_both_languages(texts):
    assert [name for name, text in texts.items() if not (text.en.strip() and text.ja.strip())] == []


def test_both_languages_have_the_same_placeholders(texts):
    assert [
        name
        for name, text in texts.items()
        if placeholders(text.en) != placeholders(text.ja) or "" in placeholders(text.en)
    ] == []


def test_japanese_is_japanese_unless_it_is_the_same_on_purpose(texts):
    assert [
        name for name, text in texts.items() if text.en != text.ja and not JAPANESE.search(text.ja)
    ] == []


def test_english_holds_no_japanese(texts):
    assert [
        name for name, text in texts.items() if text.en != text.ja and JAPANESE.search(text.en)
    ] == []


def test_japanese_has_full_width_punctuation(texts):
    assert [name for name, text in texts.items() if HALF_WIDTH.search(text.ja)] == []


def test_a_per_cent_sign_stands_close_to_its_number(texts):
    assert [name for name, text in texts.items() if " %" in text.en + text.ja] == []


def test_a_sentence_is_said_in_the_language_asked_for_with_its_values():
    text = Text(en="{count} posts", ja="{count}件の投稿")
    assert text("en", count=2) == "2 posts"
    assert text("ja", count=2) == "2件の投稿"
