"""An export as a file that a person can read."""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from bot.discord.errors import RefusalError
from bot.discord.privacy import texts
from model.image import MiB

# Discord takes 10 MiB in a message from everybody.
MOST_BYTES = 8 * MiB
LINE_WIDTH = 100
# The one in C, where there is one: ten times as fast.
_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


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
    body = yaml.dump(
        dict(export), Dumper=_DUMPER, allow_unicode=True, sort_keys=False, width=LINE_WIDTH
    )
    content = (heading + body).encode()
    name = f"hoshizora-privacy-{export['about']['as_of']:%Y-%m-%d}.yaml"
    if len(content) <= most_bytes:
        return ExportFile(name, content, packed=False)
    content = gzip.compress(content)
    if len(content) > most_bytes:
        raise RefusalError(texts.TOO_LARGE)
    return ExportFile(f"{name}.gz", content, packed=True)
