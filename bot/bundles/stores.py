"""Where bundles lie: a directory of this machine, or a URL with a cache on this machine.

What answers maps its bundle into memory, so one that lies elsewhere is fetched first, once. Fetched
bundles are called by their checksums too: a name that gets another content never changes files that
are mapped.
"""

import json
import os
import shutil
from pathlib import Path
from typing import Any, Protocol

from bot.bundles.choosing import Found, checksum_of, described, find_bundles
from model.bundle import MANIFEST, open_bundle
from model.bundle_transfer import download_bundle, exists, upload_bundle
from model.errors import BundleError
from model.store import Entry, directory_of, is_url
from model.url_store import UrlStore

# Fetched bundles that stay: the one that is served, and those that a rebuild may compare with.
KEPT = 3
_DIGITS = 12


class BundleStore(Protocol):
    """Where bundles lie. Synchronous: call it in a thread.

    All of it raises ``StoreError``, where that is elsewhere and away.
    """

    def find(self) -> list[Found]:
        """Everything there that may be a bundle."""
        ...

    def open(self, name: str, checksum: str) -> Path:
        """Verify a bundle.

        Args:
            name: As it was found.
            checksum: The same.

        Returns:
            Its directory on this machine.

        Raises:
            BundleError: If it is not whole, or another one.
        """
        ...

    def has(self, name: str) -> bool:
        """Whether there is a bundle of this name."""
        ...

    def publish(self, bundle: Path) -> None:
        """Let the bundle of a directory appear under the name of that, in one moment.

        The directory may be gone afterwards.

        Raises:
            BundleExistsError: If another one is there under this name.
        """
        ...

    def show(self, report: Path) -> str:
        """Put a report beside the bundles; where it is then."""
        ...

    def tidy(self, served: Path) -> None:
        """Let go of copies that nobody needs.

        Args:
            served: Directory of the bundle that answers.
        """
        ...


def bundle_store(place: str, cache: Path) -> BundleStore:
    """The store at a place; nothing is asked of it yet.

    Args:
        place: A directory or any fsspec URL.
        cache: Where copies of what lies elsewhere go; not used for a directory.

    Raises:
        ConfigError: If nothing here knows the URL's protocol.
    """
    if is_url(place):
        return BundleBucket(UrlStore(place), cache)
    return BundleDirectory(directory_of(place))


class BundleDirectory:
    """A directory, made when it is missing."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def find(self) -> list[Found]:
        """See ``BundleStore``."""
        self._directory.mkdir(parents=True, exist_ok=True)
        return find_bundles(self._directory)

    def open(self, name: str, checksum: str) -> Path:
        """See ``BundleStore``."""
        return _opened(self._directory / name, checksum)

    def has(self, name: str) -> bool:
        """See ``BundleStore``."""
        return (self._directory / name).exists()

    def publish(self, bundle: Path) -> None:
        """See ``BundleStore``."""
        self._directory.mkdir(parents=True, exist_ok=True)
        target = self._directory / bundle.name
        try:
            bundle.rename(target)
        except OSError:  # Another file system: copied under a name that nobody looks at.
            partial = target.with_name(f".{target.name}.partial")
            shutil.rmtree(partial, ignore_errors=True)
            shutil.copytree(bundle, partial)
            partial.rename(target)

    def show(self, report: Path) -> str:
        """See ``BundleStore``."""
        self._directory.mkdir(parents=True, exist_ok=True)
        return str(shutil.copyfile(report, self._directory / report.name))

    def tidy(self, served: Path) -> None:
        """See ``BundleStore``: there are no copies."""


class BundleBucket:
    """What lies below a URL, and the copies of it on this machine."""

    def __init__(self, store: UrlStore, cache: Path) -> None:
        self._store = store
        self._cache = cache
        # By name, what was read of a manifest, and how a fetch ended, as of some version.
        self._manifests: dict[str, tuple[str, dict[str, Any]]] = {}
        self._versions: dict[str, str] = {}
        self._failures: dict[str, tuple[str, str]] = {}

    def find(self) -> list[Found]:
        """See ``BundleStore``. What has no manifest yet is still being published."""
        files: dict[str, dict[str, Entry]] = {}
        for entry in self._store.entries():
            name, _, file = entry.name.partition("/")
            if file and not name.startswith("."):
                files.setdefault(name, {})[file] = entry
        whole = {name: entries for name, entries in sorted(files.items()) if MANIFEST in entries}
        self._versions = {
            name: " ".join(sorted(one.version for one in entries.values()))
            for name, entries in whole.items()
        }
        return [self._look_at(name, entries) for name, entries in whole.items()]

    def open(self, name: str, checksum: str) -> Path:
        """See ``BundleStore``."""
        version = self._versions.get(name, "")
        if self._failures.get(name, ("", ""))[0] == version != "":
            raise BundleError(self._failures[name][1])
        place = self._place(name, checksum)
        try:
            found = self._fetched(name, checksum, place)
        except BundleError as error:
            self._failures[name] = (version, str(error))
            raise
        os.utime(place.parent)
        return found

    def has(self, name: str) -> bool:
        """See ``BundleStore``."""
        return exists(self._store, name)

    def publish(self, bundle: Path) -> None:
        """See ``BundleStore``."""
        upload_bundle(self._store, bundle, bundle.name)

    def show(self, report: Path) -> str:
        """See ``BundleStore``."""
        self._store.write(report.name, report.read_bytes())
        return f"{self._store}/{report.name}"

    def tidy(self, served: Path) -> None:
        """See ``BundleStore``."""
        copies = [one for one in self._cache.glob("*") if one != served.parent]
        copies.sort(key=lambda one: one.stat().st_mtime, reverse=True)
        for left in copies[KEPT - 1 :]:
            shutil.rmtree(left, ignore_errors=True)

    def _look_at(self, name: str, entries: dict[str, Entry]) -> Found:
        version = entries[MANIFEST].version
        if self._manifests.get(name, ("",))[0] != version:
            content = self._store.read(f"{name}/{MANIFEST}") or b""
            self._manifests[name] = version, _understood(content)
        manifest = self._manifests[name][1]
        changed = max(one.changed_at for one in entries.values())
        place = self._place(name, str(manifest.get("checksum", "")))
        return described(place, manifest, changed)

    def _place(self, name: str, checksum: str) -> Path:
        """Where a copy lies, if there is one; the checksum may be anything that somebody wrote."""
        digits = "".join(one for one in checksum[:_DIGITS] if one.isalnum())
        return self._cache / (digits or "unknown") / name

    def _fetched(self, name: str, checksum: str, place: Path) -> Path:
        if place.exists():
            try:
                return _opened(place, checksum)
            except BundleError:  # Whatever happened to it on this disk: there is a better one.
                shutil.rmtree(place)
        download_bundle(self._store, name, place)
        return _opened(place, checksum)


def _opened(path: Path, checksum: str) -> Path:
    open_bundle(path)
    if checksum_of(path) != checksum:
        raise BundleError(f"{path} holds another bundle than the one that was asked for.")
    return path


def _understood(manifest: bytes) -> dict[str, Any]:
    try:
        content = json.loads(manifest)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
