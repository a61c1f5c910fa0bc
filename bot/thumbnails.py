"""Thumbnails: small WebP files in a directory, by key.

Why keys of their own and not the illustration's id: a thumbnail is written before the catalogue
knows the illustration, so that whatever the catalogue shows has its picture.
"""

import contextlib
import uuid
from collections.abc import Iterable
from pathlib import Path


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

    def sweep(self, keep: set[str]) -> int:
        """Delete whatever a killed process left behind.

        Args:
            keep: The keys that the catalogue refers to.

        Returns:
            How many files were deleted.
        """
        stray = [
            path
            for path in self._directory.glob("??/*")
            if path.suffix != ".webp" or path.stem not in keep
        ]
        for path in stray:
            path.unlink(missing_ok=True)
        return len(stray)

    def path(self, key: str) -> Path:
        """Where a thumbnail lies, if it is there."""
        return self._directory / key[:2] / f"{key}.webp"
