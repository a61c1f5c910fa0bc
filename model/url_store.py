"""A store below any URL that fsspec reaches: ``s3://bucket/prefix``, ``memory://name``.

Why a time limit and few tries: whoever asks waits in one of few threads, and knows better whether
it is worth trying for hours. So a store that is away says so soon, and for some seconds after that
at once, with ``StoreError``.
"""

import contextlib
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import fsspec
from fsspec.asyn import sync as awaited

from model.errors import ConfigError, StoreError
from model.store import Entry

# For one small request, with everything that the protocol's library tries by itself.
CALL_SECONDS = 10.0
# For a listing, which may have many pages, and for a file, as long as it comes at this rate.
LISTING_SECONDS, FILE_SECONDS, LEAST_BYTES_PER_SECOND = 60.0, 60.0, 200_000
SESSION_SECONDS = 60.0
PAUSES_SECONDS = (0.3, 1.0)
# So long nobody waits for a store that was away a moment ago.
AWAY_SECONDS = 3.0
# What each protocol's library needs to be told, so that none of its tries outlives our limit.
_OPTIONS: dict[str, dict[str, Any]] = {
    "s3": {
        "config_kwargs": {"connect_timeout": 3, "read_timeout": 8, "retries": {"mode": "standard"}}
    }
}
# How the protocols call the moment of the last change.
_CHANGED = ("LastModified", "last_modified", "updated", "mtime", "created")


class UrlStore:
    """What lies below a URL; its credentials come from the environment alone."""

    def __init__(self, url: str, call_seconds: float = CALL_SECONDS) -> None:
        """Nothing is asked of the store yet.

        Args:
            url: Without credentials.
            call_seconds: How long one small request may take.

        Raises:
            ConfigError: If nothing here knows the URL's protocol.
        """
        try:
            options = _OPTIONS.get(urlsplit(url).scheme, {})
            self._files, root = fsspec.core.url_to_fs(url, use_listings_cache=False, **options)
        except (ImportError, ValueError) as error:
            raise ConfigError(
                f"{url} cannot be used: {error}. For s3:// install hoshizora[s3], for another "
                "protocol the package that fsspec names for it."
            ) from error
        self._url, self._root, self._call_seconds = url, root.rstrip("/"), call_seconds
        self._away_until, self._trouble = 0.0, ""

    def __repr__(self) -> str:
        return self._url

    def read(self, name: str) -> bytes | None:
        """See ``Store``."""
        try:
            content: bytes = self._call("cat_file", self._path(name))
        except FileNotFoundError:
            return None
        return content

    def write(self, name: str, content: bytes) -> None:
        """See ``Store``."""
        with self._in_a_bucket():
            self._call("pipe_file", self._path(name), content)

    def create(self, name: str, content: bytes) -> None:
        """Put a content where there is none of this name yet.

        Raises:
            FileExistsError: If there is one, as far as the store can tell.
        """
        self._refuse_existing(name)
        with self._in_a_bucket():
            self._call("pipe_file", self._path(name), content, mode="create")

    def upload(self, source: Path, name: str) -> None:
        """Put a file where there is none of this name yet.

        Raises:
            FileExistsError: If there is one, as far as the store can tell.
        """
        self._refuse_existing(name)
        seconds = _seconds_for(source.stat().st_size)
        path = self._path(name)
        with self._in_a_bucket():
            self._call("put_file", str(source), path, mode="create", seconds=seconds)

    def download(self, name: str, target: Path, size_bytes: int) -> None:
        """Fetch a content of about this size into a file.

        Raises:
            FileNotFoundError: If there is none of this name.
        """
        path, seconds = self._path(name), _seconds_for(size_bytes)
        self._call("get_file", path, str(target), seconds=seconds)

    def remove(self, names: Iterable[str]) -> None:
        """See ``Store``."""
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                self._call("rm_file", self._path(name))

    def entries(self, under: str = "") -> Iterator[Entry]:
        """See ``Store``."""
        place = self._path(under) if under else self._root
        with self._in_a_bucket():
            found = self._call("find", place, detail=True, seconds=LISTING_SECONDS)
        for path, facts in found.items():
            yield Entry(path[len(self._root) + 1 :], repr(facts), _changed_at(facts))

    def directories(self) -> list[str]:
        """See ``Store``."""
        try:
            found = self._call("ls", self._root, detail=True, seconds=LISTING_SECONDS)
        except FileNotFoundError:  # nothing is there, as far as a store of objects knows
            return []
        paths = [one["name"].rstrip("/") for one in found if one["type"] == "directory"]
        return sorted(path[len(self._root) + 1 :] for path in paths)

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"

    def _refuse_existing(self, name: str) -> None:
        """Some stores ignore that a content is only to be created."""
        if self._call("exists", self._path(name)):
            raise FileExistsError(name)

    @contextlib.contextmanager
    def _in_a_bucket(self) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError as error:
            raise StoreError(
                f"{self} cannot be used: there is no such bucket. Make it, or correct the URL."
            ) from error

    def _call(
        self, method: str, *arguments: object, seconds: float = 0.0, **options: object
    ) -> Any:  # noqa: ANN401 - whatever the method of fsspec returns
        """Ask the store something, again if that fails quickly.

        Raises:
            FileNotFoundError: If there is no such thing.
            FileExistsError: If there is, and should not be.
            StoreError: If the store is away, or refuses.
        """
        if time.monotonic() < self._away_until:
            raise StoreError(self._trouble)
        for pause in (*PAUSES_SECONDS, None):
            try:
                return self._ask(method, seconds or self._call_seconds)(*arguments, **options)
            except (FileNotFoundError, FileExistsError):
                raise
            except Exception as error:
                if pause is None or isinstance(error, (PermissionError, TimeoutError)):
                    self._trouble = f"{self} cannot be used: {_said(error)}."
                    self._away_until = time.monotonic() + AWAY_SECONDS
                    raise StoreError(self._trouble) from error
            time.sleep(pause)
        raise AssertionError

    def _ask(self, method: str, seconds: float) -> Callable[..., Any]:
        """A method of the store, within some seconds where its library can be interrupted."""
        if not self._files.async_impl:
            return partial(getattr(self._files, method))
        if hasattr(self._files, "set_session"):  # which has seconds of reading to do at first
            awaited(self._files.loop, self._files.set_session, timeout=SESSION_SECONDS)
        asked = getattr(self._files, f"_{method}")
        return partial(awaited, self._files.loop, asked, timeout=seconds)


def _seconds_for(size_bytes: int) -> float:
    return FILE_SECONDS + size_bytes / LEAST_BYTES_PER_SECOND


def _said(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "it did not answer in time"
    return (str(error) or type(error).__name__).rstrip(".")


def _changed_at(facts: dict[str, Any]) -> float:
    """When something was written; one that no store tells of is as good as new."""
    for key in _CHANGED:
        match facts.get(key):
            case datetime() as moment:
                return moment.timestamp()
            case int() | float() as seconds:
                return float(seconds)
    return time.time()
