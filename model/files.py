"""What bundle and index both ask of their files: to be on the disk, and to be unchanged."""

import hashlib
import os
from pathlib import Path


def sha256(file: Path) -> str:
    """The checksum of a file's content, in hexadecimal."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Wait until a file, or the names in a directory, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
