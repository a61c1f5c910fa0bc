"""Every sentence of the bot, for the tests that hold all of them to a rule."""

import importlib
import pkgutil
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass

import bot
from bot.texts import Text

# A program's entry, and migrations, which only a migration may import.
NOT_IMPORTED = re.compile(r"\.__main__$|\.migrations\b")
# Kana, characters, full-width signs.
JAPANESE = re.compile(r"[\u3041-\u30ff\u4e00-\u9fff\uff01-\uff5e]")


def every_sentence() -> dict[str, Text]:
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
        for name, text in _texts_in(value, f"{module.__name__}.{constant}")
    }


def _texts_in(value: object, name: str) -> Iterator[tuple[str, Text]]:
    """The sentences in a constant or a class, with where they stand."""
    if isinstance(value, Text):
        yield name, value
        return
    for key, part in _parts_of(value):
        yield from _texts_in(part, f"{name}.{key}")


def _parts_of(value: object) -> Iterable[tuple[object, object]]:
    if isinstance(value, Mapping):
        return value.items()
    if isinstance(value, list | tuple):
        return enumerate(value)
    if isinstance(value, type):
        return vars(value).items() if value.__module__.startswith("bot.") else ()
    if is_dataclass(value):
        return [(one.name, getattr(value, one.name, None)) for one in fields(value)]
    return ()
