"""Bundles at a URL, and the copies of them on this machine.

What answers maps its bundle into memory, so it is fetched first, once. Copies are called by their
checksums too: a name that gets another content never changes files that are mapped.
"""

import json
import os
import shutil
from pathlib import Path
from typing import Any

from bot.bundles.choosing import Found, described
from bot.bundles.stores import opened
from model.bundle import MANIFEST
from model.bundle_transfer import download_bundle, exists, upload_bundle
from model.errors import BundleError
from model.store import Entry
from model.url_store import UrlStore

# Copies that stay: the one that is served, and those that a rebuild may be comparing with.
KEPT = 3
_DIGITS = 12


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

    def clear(self, name: str) -> None:
        """See ``BundleStore``."""
        if not self.has(name):
            self._store.remove([one.name for one in self._store.entries(name)])

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
                return opened(place, checksum)
            except BundleError:  # Whatever happened to it on this disk: there is a better one.
                shutil.rmtree(place)
        download_bundle(self._store, name, place)
        return opened(place, checksum)


def _understood(manifest: bytes) -> dict[str, Any]:
    try:
        content = json.loads(manifest)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
