"""``python -m bot backup FILE``: everything as it was at one moment, while the bot goes on.

The catalogue is copied first, in one transaction of its own, and without what its free pages may
still hold: into a SQLite file, whatever database it is in. Then the thumbnails that this copy names
and the bundles, which never change. What is forgotten while that goes on is in the backup without
its thumbnail. Thumbnails and bundles that lie elsewhere (bot.thumbnails_dir, bot.bundles_dir) are
not in it.
"""

import contextlib
import io
import os
import sqlite3
import tarfile
import tempfile
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bot.backup.contents import (
    BUNDLES,
    CATALOGUE,
    LISTING,
    THUMBNAILS,
    Hashing,
    Listing,
    Stored,
    Told,
    may_hold,
)
from bot.bundles.choosing import find_bundles
from bot.errors import BackupError
from bot.thumbnails import name_of
from model.files import sync

BUSY_SECONDS = 60.0
# Copies the catalogue into a new SQLite file.
Snapshot = Callable[[Path], None]
_FOR_ITS_OWNER_ALONE = 0o600


@dataclass(frozen=True)
class Saved:
    """What a backup holds.

    Attributes:
        illustrations: That the catalogue knows.
        thumbnails: How many of their thumbnails are there.
        bundles: How many bundles.
        bytes: Of the whole file.
    """

    illustrations: int
    thumbnails: int
    bundles: int
    bytes: int


def save(
    data_dir: Path,
    bundles_dir: Path,
    target: Path,
    told: Told,
    snapshot: Snapshot | None = None,
) -> Saved:
    """Write a backup; it appears under its name when it is whole.

    Args:
        data_dir: The bot's data directory.
        bundles_dir: The bundles directory.
        target: A file that does not exist yet.
        told: Hears of the progress.
        snapshot: How the catalogue is copied; None: from the file in the data directory.

    Raises:
        BackupError: If there is no catalogue, the file exists, or it cannot be written.
    """
    if snapshot is None:
        catalogue = data_dir / CATALOGUE
        if not catalogue.is_file():
            raise BackupError(f"There is no catalogue in {data_dir}. Check bot.data_dir.")
        snapshot = partial(_copy_file, catalogue)
    if target.exists():
        raise BackupError(f"{target} exists already. Choose another name; nothing was changed.")
    try:
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=target.parent) as aside:
            copy, archive = Path(aside) / CATALOGUE, Path(aside) / target.name
            snapshot(copy)
            saved = _write(copy, data_dir, bundles_dir, archive, told)
            archive.rename(target)
            sync(target.parent)
    except (OSError, sqlite3.Error) as error:
        raise BackupError(
            f"The backup {target} could not be written: {error}. Nothing was changed."
        ) from error
    return saved


def _copy_file(catalogue: Path, copy: Path) -> None:
    with closing(sqlite3.connect(catalogue, timeout=BUSY_SECONDS)) as database:
        database.execute("VACUUM INTO ?", (str(copy),))


def _write(copy: Path, data_dir: Path, bundles_dir: Path, archive: Path, told: Told) -> Saved:
    with closing(sqlite3.connect(copy)) as database:
        keys = [key for (key,) in database.execute("SELECT thumbnail FROM illustrations")]
    bundles = find_bundles(bundles_dir)
    files = {CATALOGUE: copy}
    names = [f"{THUMBNAILS}/{name_of(key)}" for key in keys if key]
    files |= {name: data_dir / name for name in names}
    for bundle in bundles:
        for file in sorted(bundle.path.rglob("*")):
            place = f"{BUNDLES}/{bundle.path.name}/{file.relative_to(bundle.path).as_posix()}"
            # What an editor or a desktop has left there is no part of it, and a link may lead out.
            if file.is_file() and not file.is_symlink() and may_hold(place):
                files[place] = file
    written = _write_archive(archive, files, told)
    there = sum(one.startswith(THUMBNAILS) for one in written.files)
    return Saved(len(keys), there, len(bundles), archive.stat().st_size)


def _write_archive(archive: Path, files: Mapping[str, Path], told: Told) -> Listing:
    """Put files into a new archive, and the listing behind them; those that are gone are not."""
    listing = Listing()
    handle = os.open(archive, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FOR_ITS_OWNER_ALONE)
    with os.fdopen(handle, "wb") as target, tarfile.open(fileobj=target, mode="w") as tar:
        for number, (name, file) in enumerate(files.items(), start=1):
            with contextlib.suppress(FileNotFoundError), file.open("rb") as content:
                size = os.fstat(content.fileno()).st_size
                reader = Hashing(content)
                tar.addfile(_member(name, size), reader)
                listing.add(name, Stored(size, reader.sha256))
            told(number, len(files))
        told_last = listing.to_json()
        tar.addfile(_member(LISTING, len(told_last)), io.BytesIO(told_last))
        target.flush()
        os.fsync(target.fileno())
    return listing


def _member(name: str, size: int) -> tarfile.TarInfo:
    """A member that says nothing of this machine or its users."""
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, _FOR_ITS_OWNER_ALONE
    return member
