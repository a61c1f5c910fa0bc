"""What is asked of files that others name or made: to be in their place, unchanged, on the disk."""

import hashlib
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PureWindowsPath


def is_inside(directory: Path, name: str) -> bool:
    """Whether a name from a manifest leads to a place below a directory, whatever links there are.

    A name that another system would read otherwise (a drive, a backslash) does nowhere.
    """
    if "\\" in name or PureWindowsPath(name).drive:
        return False
    try:
        return (directory / name).resolve().is_relative_to(directory.resolve())
    except (OSError, RuntimeError, ValueError):  # too long, links in a circle, a null character
        return False


def sha256(file: Path) -> str:
    """The checksum of a file's content, in hexadecimal."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def checksums(directory: Path, names: Sequence[str]) -> dict[str, str]:
    """Those of several files, on every core: where they are gigabytes this is most of a start."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip(names, pool.map(sha256, [directory / name for name in names]), strict=True))


def sync(path: Path) -> None:
    """Wait until a file, or the names in a directory, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
