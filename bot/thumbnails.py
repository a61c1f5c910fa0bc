"""Thumbnails: small WebP files in a directory, by key.

Why keys of their own and not the illustration's id: a thumbnail is written before the catalogue
knows the illustration, so that whatever the catalogue shows has its picture.
"""

import contextlib
import uuid
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

# Of two millions, strings in a set would take hundreds of megabytes.
Keys = NDArray[np.bytes_]


class Thumbnails:
    """A directory of thumbnails. Synchronous: call it in a thread."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def put(self, content: bytes) -> str:
        """Store a thumbnail; it is there completely or not at all.

        Returns:
            Its key.
        """
        key = uuid.uuid4().hex
        path = self.path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_bytes(content)
        part.replace(path)
        return key

    def get(self, key: str) -> bytes | None:
        """A thumbnail's bytes, None when it is gone."""
        try:
            return self.path(key).read_bytes()
        except FileNotFoundError:
            return None

    def remove(self, keys: Iterable[str]) -> None:
        """Delete thumbnails; unknown keys are ignored."""
        for key in keys:
            with contextlib.suppress(FileNotFoundError):
                self.path(key).unlink()

    def sweep(self, keep: Keys, before: float) -> int:
        """Delete whatever a killed process left behind; of millions this takes a minute.

        Args:
            keep: The keys that the catalogue refers to, rising.
            before: A moment, in seconds since 1970. What was written later may belong to a post
                that the catalogue is about to learn of, and stays.

        Returns:
            How many files were deleted.
        """
        deleted = 0
        for directory in self._directory.glob("??"):
            paths = list(directory.iterdir())
            wanted = _among([path.stem for path in paths], keep)
            for path, known in zip(paths, wanted, strict=True):
                with contextlib.suppress(FileNotFoundError):  # forgotten this very moment
                    if not (known and path.suffix == ".webp") and path.stat().st_mtime < before:
                        path.unlink()
                        deleted += 1
        return deleted

    def path(self, key: str) -> Path:
        """Where a thumbnail lies, if it is there."""
        return self._directory / key[:2] / f"{key}.webp"


def _among(keys: list[str], known: Keys) -> NDArray[np.bool_]:
    """Mask of the keys that are among rising ones."""
    asked = np.array(keys, np.bytes_)
    if not len(known):
        return np.zeros(len(asked), np.bool_)
    places = np.searchsorted(known, asked).clip(max=len(known) - 1)
    found: NDArray[np.bool_] = known[places] == asked
    return found
