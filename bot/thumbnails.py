"""Thumbnails: small WebP files in a directory or at a URL, by key.

Why keys of their own and not the illustration's id: a thumbnail is written before the catalogue
knows the illustration, so that whatever the catalogue shows has its picture.
"""

import re
import uuid
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from model.store import open_store

# Of two millions, strings in a set would take hundreds of megabytes.
Keys = NDArray[np.bytes_]
_PROBE = "00/probe.part"  # if it stays, a sweep takes it
# What else may lie at the place, bundles for example, is none of a sweep's business.
_GROUP = re.compile(r"[0-9a-f]{2}")


class Thumbnails:
    """A store of thumbnails. Synchronous: call it in a thread.

    All of it raises ``StoreError``, where they are elsewhere and that place is away.
    """

    def __init__(self, place: str | Path) -> None:
        """Nothing is asked of the place yet.

        Args:
            place: A directory or any fsspec URL.

        Raises:
            ConfigError: If nothing here knows the URL's protocol.
        """
        self._store = open_store(str(place))

    def check(self) -> None:
        """Find out whether thumbnails can be written and deleted here."""
        self._store.write(_PROBE, b"")
        self._store.remove([_PROBE])

    def put(self, content: bytes) -> str:
        """Store a thumbnail; it is there completely or not at all.

        Returns:
            Its key.
        """
        key = uuid.uuid4().hex
        self._store.write(name_of(key), content)
        return key

    def get(self, key: str) -> bytes | None:
        """A thumbnail's bytes, None when it is gone."""
        return self._store.read(name_of(key))

    def remove(self, keys: Iterable[str]) -> None:
        """Delete thumbnails; unknown keys are ignored."""
        self._store.remove(map(name_of, keys))

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
        for group in filter(_GROUP.fullmatch, self._store.directories()):
            found = list(self._store.entries(group))
            wanted = _among([PurePosixPath(one.name).stem for one in found], keep)
            stray = [
                one.name
                for one, known in zip(found, wanted, strict=True)
                if not (known and one.name.endswith(".webp")) and one.changed_at < before
            ]
            self._store.remove(stray)
            deleted += len(stray)
        return deleted


def name_of(key: str) -> str:
    """What a thumbnail is called where they lie."""
    return f"{key[:2]}/{key}.webp"


def _among(keys: list[str], known: Keys) -> NDArray[np.bool_]:
    """Mask of the keys that are among rising ones."""
    asked = np.array(keys, np.bytes_)
    if not len(known):
        return np.zeros(len(asked), np.bool_)
    places = np.searchsorted(known, asked).clip(max=len(known) - 1)
    found: NDArray[np.bool_] = known[places] == asked
    return found
