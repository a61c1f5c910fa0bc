"""Bundles in a store that is elsewhere: published there, and fetched from there.

A bundle is the files below its name, as in a directory. An object store knows no rename, so the
manifest comes last: a bundle without one does not exist. And nothing is ever written over: who
publishes under a name that somebody else is publishing under meets the other's files, and gives up
unless they are the same.
"""

import contextlib
import json
import tempfile
from pathlib import Path
from typing import Any

from model.bundle import MANIFEST, open_bundle
from model.errors import BundleError, BundleExistsError
from model.files import is_inside, sha256, sync
from model.url_store import UrlStore


def exists(store: UrlStore, name: str) -> bool:
    """Whether there is a bundle of this name.

    Raises:
        StoreError: If the store is away.
    """
    return store.read(f"{name}/{MANIFEST}") is not None


def upload_bundle(store: UrlStore, bundle: Path, name: str) -> None:
    """Let a bundle appear in a store; one that was cut off goes on.

    Args:
        store: Where bundles lie.
        bundle: The directory of a whole one.
        name: What it is called there.

    Raises:
        BundleExistsError: If another one is there, or being published, under this name.
        BundleError: If the directory holds no whole bundle.
        StoreError: If the store is away; nothing appears then.
    """
    files = open_bundle(bundle).manifest["files"]
    manifest = (bundle / MANIFEST).read_bytes()
    if not exists(store, name):
        for file, facts in files.items():
            _upload(store, bundle / file, f"{name}/{file}", facts)
        with contextlib.suppress(FileExistsError):  # perhaps by another try of this very one
            store.create(f"{name}/{MANIFEST}", manifest)
    if store.read(f"{name}/{MANIFEST}") != manifest:
        raise _taken(store, name)


def _upload(store: UrlStore, source: Path, name: str, facts: dict[str, Any]) -> None:
    try:
        store.upload(source, name)
    except FileExistsError:
        with tempfile.TemporaryDirectory() as aside:
            there = Path(aside) / "there"
            store.download(name, there, facts["bytes"])
            if sha256(there) != facts["sha256"]:
                raise _taken(store, name) from None


def _taken(store: UrlStore, name: str) -> BundleExistsError:
    return BundleExistsError(
        f"{name} in {store} is of another bundle, which is there, or is being published, or was "
        "left behind by a publishing that was cut off; a bundle is never overwritten. Choose "
        "another name, or delete what is there."
    )


def download_bundle(store: UrlStore, name: str, target: Path) -> None:
    """Let a bundle of a store appear at a place of this machine, verified.

    Args:
        store: Where bundles lie.
        name: What it is called there.
        target: Must not exist.

    Raises:
        BundleError: If it is not whole; nothing is at the place then.
        StoreError: If the store is away; the same.
    """
    manifest = store.read(f"{name}/{MANIFEST}")
    if manifest is None:
        raise BundleError(f"There is no bundle {name} in {store}: it has no {MANIFEST}.")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".fetching-", dir=target.parent) as aside:
        partial = Path(aside) / target.name
        partial.mkdir()
        (partial / MANIFEST).write_bytes(manifest)
        for file, size_bytes in _files(manifest).items():
            _download(store, f"{name}/{file}", partial, file, size_bytes)
        open_bundle(partial)
        for path in partial.rglob("*"):
            sync(path)
        partial.rename(target)
        sync(target.parent)


def _files(manifest: bytes) -> dict[str, int]:
    """Sizes by name, as far as a manifest can be understood; opening it says what is wrong."""
    try:
        files = json.loads(manifest)["files"]
        return {str(name): int(facts["bytes"]) for name, facts in files.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}


def _download(store: UrlStore, name: str, partial: Path, file: str, size_bytes: int) -> None:
    if not is_inside(partial, file):
        return  # opening it says so
    target = partial / file
    target.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileNotFoundError):  # opening it says so
        store.download(name, target, size_bytes)
