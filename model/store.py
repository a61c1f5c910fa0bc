"""Stores: where named contents lie, a directory of this machine or any URL that fsspec reaches.

``open_store`` chooses by how a place is written: ``s3://bucket/prefix`` is a URL, ``file://`` and
everything without ``://`` a directory. A name is a relative path with slashes; a content is there
as a whole or not at all.
"""

import contextlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from model.errors import ConfigError


@dataclass(frozen=True)
class Entry:
    """Something that lies in a store.

    Attributes:
        name: Its name.
        version: Another one as soon as its content is.
        changed_at: When it was written, in seconds since 1970, by the store's clock.
    """

    name: str
    version: str
    changed_at: float


class Store(Protocol):
    """Where named contents lie. Synchronous: call it in a thread."""

    def read(self, name: str) -> bytes | None:
        """A content; None: there is none of this name."""
        ...

    def write(self, name: str, content: bytes) -> None:
        """Put a content there, also over another one."""
        ...

    def remove(self, names: Iterable[str]) -> None:
        """Delete contents; unknown names are ignored."""
        ...

    def entries(self, under: str = "") -> Iterator[Entry]:
        """Everything there, or below a directory's name, in no order."""
        ...

    def directories(self) -> list[str]:
        """The first parts of the names there that have several."""
        ...


def is_url(place: str) -> bool:
    """Whether a place is a URL, and no directory of this machine."""
    return "://" in place and urlsplit(place).scheme != "file"


def directory_of(place: str) -> Path:
    """A place that is no URL as a path."""
    return Path(unquote(urlsplit(place).path) if "://" in place else place)


def check_place(key: str, place: str) -> None:
    """Refuse a place that says more than where it is.

    Args:
        key: The option that names it.
        place: A directory or a URL.

    Raises:
        ConfigError: If there are credentials or options in it; they are not repeated.
    """
    parts = urlsplit(place) if "://" in place else None
    if parts and ("@" in parts.netloc or parts.query or parts.fragment):
        raise ConfigError(
            f"{key} must be a directory or a URL like s3://bucket/prefix and nothing more. "
            "Credentials and endpoints come from the environment (AWS_ACCESS_KEY_ID, "
            "AWS_SECRET_ACCESS_KEY, AWS_ENDPOINT_URL)."
        )


def open_store(place: str) -> Store:
    """The store at a place; nothing is asked of it yet.

    Raises:
        ConfigError: If nothing here knows the URL's protocol.
    """
    if not is_url(place):
        return DirectoryStore(directory_of(place))
    from model.url_store import UrlStore  # Most have none, and need not wait for fsspec.

    return UrlStore(place)


class DirectoryStore:
    """A directory, which need not exist yet."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def __repr__(self) -> str:
        return str(self._directory)

    def read(self, name: str) -> bytes | None:
        """See ``Store``."""
        try:
            return (self._directory / name).read_bytes()
        except FileNotFoundError:
            return None

    def write(self, name: str, content: bytes) -> None:
        """See ``Store``."""
        path = self._directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_bytes(content)
        part.replace(path)

    def remove(self, names: Iterable[str]) -> None:
        """See ``Store``."""
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                (self._directory / name).unlink()

    def entries(self, under: str = "") -> Iterator[Entry]:
        """See ``Store``."""
        with contextlib.suppress(FileNotFoundError), os.scandir(self._directory / under) as found:
            for one in found:
                name = f"{under}/{one.name}".lstrip("/")
                with contextlib.suppress(FileNotFoundError):  # deleted this very moment
                    if one.is_dir():
                        yield from self.entries(name)
                        continue
                    facts = one.stat()
                    yield Entry(name, f"{facts.st_size} {facts.st_mtime_ns}", facts.st_mtime)

    def directories(self) -> list[str]:
        """See ``Store``."""
        if not self._directory.is_dir():
            return []
        return sorted(one.name for one in self._directory.iterdir() if one.is_dir())
