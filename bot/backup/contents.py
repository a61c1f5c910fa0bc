"""What a backup holds, and under which names it lies in the archive (tar, not compressed).

- ``catalogue.sqlite``
- ``thumbnails/ab/KEY.webp``
- ``bundles/NAME/...``
- ``backup.json``, the last one: of every other file its size and SHA-256
"""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import IO

from bot.errors import BackupError

FORMAT = 1
CATALOGUE, THUMBNAILS, BUNDLES, LISTING = "catalogue.sqlite", "thumbnails", "bundles", "backup.json"
MOST_LISTING_BYTES = 1 << 30
_NAME = r"[^/\\\x00.][^/\\\x00]*"  # hidden ones are nobody's
_ALLOWED = re.compile(
    rf"{re.escape(CATALOGUE)}|{THUMBNAILS}/[0-9a-f]{{2}}/[0-9a-f]{{32}}\.webp"
    rf"|{BUNDLES}/{_NAME}(?:/{_NAME})+"
)

# Hears how much was done, of how much: files, or bytes.
Told = Callable[[int, int], None]


@dataclass(frozen=True)
class Stored:
    """A file of the archive, as the listing has it."""

    bytes: int
    sha256: str


@dataclass
class Listing:
    """Every file of an archive by name, the listing itself aside."""

    files: dict[str, Stored] = field(default_factory=dict)

    def add(self, name: str, stored: Stored) -> None:
        """Note a file.

        Raises:
            BackupError: If an archive may not hold it, or has it twice.
        """
        if not may_hold(name):
            raise BackupError(
                f"The backup holds {name!r}, as no backup of this bot does. Nothing was restored."
            )
        if name in self.files:
            raise BackupError(f"The backup holds {name!r} twice. Nothing was restored.")
        self.files[name] = stored

    def to_json(self) -> bytes:
        """As ``from_json`` reads it."""
        files = {name: vars(stored) for name, stored in self.files.items()}
        return json.dumps({"format": FORMAT, "files": files}).encode()

    @classmethod
    def from_json(cls, content: bytes) -> "Listing":
        """Read what ``to_json`` wrote.

        Raises:
            BackupError: If it is something else.
        """
        try:
            told = json.loads(content)
            if told["format"] != FORMAT:
                raise BackupError(
                    f"The backup has format {told['format']}, this version of the bot reads "
                    f"{FORMAT}. Restore it with the version that made it."
                )
            listing = cls()
            for name, stored in told["files"].items():
                listing.add(name, Stored(int(stored["bytes"]), str(stored["sha256"])))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BackupError(
                f"The backup's {LISTING} cannot be read ({error}). Nothing was restored; take "
                "another backup."
            ) from error
        return listing


def may_hold(name: str) -> bool:
    """Whether an archive may hold a file of this name."""
    return bool(_ALLOWED.fullmatch(name)) and name == str(PurePosixPath(name))


class Hashing:
    """A file that is read to its end, and the checksum of what was read."""

    def __init__(self, content: IO[bytes]) -> None:
        self._content = content
        self._digest = hashlib.sha256()

    def read(self, count: int = -1) -> bytes:
        """The next bytes."""
        some = self._content.read(count)
        self._digest.update(some)
        return some

    @property
    def sha256(self) -> str:
        """Of everything that was read so far."""
        return self._digest.hexdigest()
