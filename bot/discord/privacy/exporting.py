"""An export as a file that a person can read."""

import gzip
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from bot.discord.errors import RefusalError
from bot.discord.privacy import texts
from model.image import MiB

# Discord takes 10 MiB in a message from everybody.
MOST_BYTES = 8 * MiB
LINE_WIDTH = 100
# YAML is written in pieces: of a long list as one, millions of small objects would exist at once.
ITEMS_AT_ONCE = 200


@dataclass(frozen=True)
class ExportFile:
    """A file to attach.

    Attributes:
        packed: Whether it must be unpacked before it can be read.
    """

    name: str
    content: bytes
    packed: bool


def export_file(export: Mapping[str, Any], most_bytes: int = MOST_BYTES) -> ExportFile:
    """Write an export as YAML, gzipped if it is large. Takes long: call it in a thread.

    Args:
        export: What ``People.export`` gives.
        most_bytes: Larger files are gzipped.

    Raises:
        RefusalError: If it is too large even so.
    """
    heading = "".join(f"# {text}\n" for text in (texts.HEADING.en, texts.HEADING.ja))
    content = (heading + "".join(_pieces(export))).encode()
    name = f"hoshizora-privacy-{export['about']['as_of']:%Y-%m-%d}.yaml"
    if len(content) <= most_bytes:
        return ExportFile(name, content, packed=False)
    content = gzip.compress(content)
    if len(content) > most_bytes:
        raise RefusalError(texts.TOO_LARGE)
    return ExportFile(f"{name}.gz", content, packed=True)


# Mypy knows no base that is found out at run time; the one in C is ten times as fast.
_Base: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _Dumper(_Base):  # type: ignore[misc]
    def ignore_aliases(self, _data: object) -> bool:
        """Whatever occurs twice is written twice: people read this."""
        return True


def _pieces(export: Mapping[str, Any]) -> Iterator[str]:
    """The lines of one document, key by key, long lists a portion at a time."""
    for key, value in export.items():
        if not isinstance(value, list) or not value:
            yield _yaml({key: value})
            continue
        yield f"{key}:\n"
        for first in range(0, len(value), ITEMS_AT_ONCE):
            yield _yaml(value[first : first + ITEMS_AT_ONCE])


def _yaml(value: object) -> str:
    text: str = yaml.dump(
        value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=LINE_WIDTH
    )
    return text
