"""Every sentence of the bot exists in both languages."""

import importlib
import pkgutil
import re
import string
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass

import pytest

import bot
from bot.texts import Text

# A program's entry, and migrations, which only a migration may import.
NOT_IMPORTED = re.compile(r"\.__main__$|\.migrations\b")
JAPANESE = re.compile(r"[\u3041-\u30ff\u4e00-\u9fff]")


def texts_in(value: object, name: str) -> Iterator[tuple[str, Text]]:
    """The sentences in a constant or a class, with where they stand."""
    if isinstance(value, Text):
        yield name, value
        return
    for key, part in parts_of(value):
        yield from texts_in(part, f"{name}.{key}")


def parts_of(value: object) -> Iterable[tuple[object, object]]:
    if isinstance(value, Mapping):
        return value.items()
    if isinstance(value, list | tuple):
        return enumerate(value)
    if isinstance(value, type):
        return vars(value).items() if value.__module__.startswith("bot.") else ()
    if is_dataclass(value):
        return [(one.name, getattr(value, one.name, None)) for one in fields(value)]
    return ()


@pytest.fixture(scope="module")
def texts() -> dict[str, Text]:
    """Every sentence of every module, by where it stands."""
    modules = [
        importlib.import_module(found.name)
        for found in pkgutil.walk_packages(bot.__path__, "bot.")
        if not NOT_IMPORTED.search(found.name)
    ]
    return {
        name: text
        for module in modules
        for constant, value in vars(module).items()
        for name, text in texts_in(value, f"{module.__name__}.{constant}")
    }


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


def test_a_sentence_is_said_in_the_language_asked_for_with_its_values():
    text = Text(en="{count} posts", ja="{count}件の投稿")
    assert text("en", count=2) == "2 posts"
    assert text("ja", count=2) == "2件の投稿"
