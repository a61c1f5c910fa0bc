"""The parts of a page that a command writes, within what people write.

A generated part stands between two comments, which no reader sees:

    <!-- generated: NAME -->
    <!-- end of NAME -->
"""

from collections.abc import Mapping
from pathlib import Path

from model.errors import TrainingError


def replace_generated(text: str, name: str, content: str) -> str:
    """Put a new content where a page has the generated part of that name.

    Raises:
        TrainingError: Unless the page has the two comments once each, in their order.
    """
    opening, closing = _comments(name)
    before, found, rest = text.partition(opening)
    _, closed, after = rest.partition(closing)
    once = text.count(opening) == 1 and text.count(closing) == 1
    if not (found and closed and once):
        raise TrainingError(
            f"There is no place for {name!r} in the page. Expected, once each and on lines of "
            f"their own: {opening} and then {closing}."
        )
    return f"{before}{opening}\n\n{content.strip()}\n\n{closing}{after}"


def write_generated(page: Path, parts: Mapping[str, str]) -> list[str]:
    """Replace those parts of a page that it has a place for, and nothing else of it.

    Returns:
        The names of the parts that were replaced.

    Raises:
        TrainingError: If a place begins and does not end, or stands there twice.
    """
    text = page.read_text(encoding="utf-8")
    placed = [name for name in parts if any(comment in text for comment in _comments(name))]
    for name in placed:
        text = replace_generated(text, name, parts[name])
    page.write_text(text, encoding="utf-8")
    return placed


def _comments(name: str) -> tuple[str, str]:
    return f"<!-- generated: {name} -->", f"<!-- end of {name} -->"
