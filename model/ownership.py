"""Hold a directory for one process: two that write into it would spoil each other's work."""

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path

from model.errors import DirectoryError


@contextlib.contextmanager
def owned(directory: Path, setting: str) -> Iterator[None]:
    """Make a directory if need be and hold it; the hold ends with the process, however it ends.

    Args:
        directory: The directory.
        setting: What names it, for the error: an option or a key of the configuration.

    Raises:
        DirectoryError: If it cannot be written or another process holds it.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        lock = (directory / "lock").open("w")
    except OSError as error:
        raise DirectoryError(
            f"The directory {directory} cannot be written: {error.strerror}. Check {setting}."
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise DirectoryError(
                f"The directory {directory} is in use by another process. Stop that one, or choose "
                f"another {setting}."
            ) from error
        yield
