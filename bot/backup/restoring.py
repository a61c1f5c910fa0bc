"""``python -m bot restore FILE``: a backup becomes a data directory that was empty before.

Everything is unpacked aside, compared with the listing, and looked through by SQLite; only then
does it take its place, by renames. A name that leads anywhere else is refused.
"""

import shutil
import sqlite3
import tarfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from bot.backup.contents import (
    BUNDLES,
    CATALOGUE,
    LISTING,
    MOST_LISTING_BYTES,
    Hashing,
    Listing,
    Stored,
    Told,
)
from bot.bundles.choosing import checksum_of
from bot.errors import BackupError
from model.files import sync

# Takes the catalogue of a SQLite file into another database.
TakeIn = Callable[[Path], None]
BLOCK = 1 << 20
LOCK = "lock"  # What holding the directory leaves in it.
# Names in the catalogue that files are called by; none may lead out of its directory.
_LEADING_OUT = {
    "illustrations": "SELECT count(*) FROM illustrations WHERE thumbnail GLOB '*[^0-9a-f]*'",
    "bundles": "SELECT count(*) FROM bundles "
    r"WHERE directory GLOB '*[/\]*' OR directory IN ('', '.', '..')",
}


@dataclass(frozen=True)
class Restored:
    """What was in a backup."""

    files: int
    bytes: int


def restore(
    archive: Path,
    data_dir: Path,
    bundles_dir: Path,
    told: Told,
    take_in: TakeIn | None = None,
) -> Restored:
    """Put everything where the bot expects it.

    Args:
        archive: What ``save`` wrote.
        data_dir: The data directory: missing or empty, and held by this process.
        bundles_dir: The bundles directory; bundles of these names that are there already must be
            the same ones.
        told: Hears of the progress.
        take_in: What becomes of the catalogue; None: it is the file in the data directory.

    Raises:
        BackupError: If the directory is not empty, or the file is no whole backup.
    """
    if any(one.name != LOCK for one in data_dir.iterdir()):
        raise BackupError(
            f"{data_dir} is not empty. A backup is restored into an empty place: move it away, or "
            "choose another bot.data_dir. Nothing was changed."
        )
    aside = data_dir / ".restoring"
    try:
        try:
            listing = _unpack(archive, aside, told)
            _check_catalogue(aside / CATALOGUE)
            _check_bundles(aside / BUNDLES, bundles_dir)
            if take_in is not None:
                take_in(aside / CATALOGUE)
                for left in aside.glob(f"{CATALOGUE}*"):
                    left.unlink()
            _place(aside, data_dir, bundles_dir)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    except (OSError, tarfile.TarError, EOFError) as error:
        raise BackupError(
            f"{archive} could not be restored: {error}. {data_dir} is as it was."
        ) from error
    return Restored(len(listing.files), sum(one.bytes for one in listing.files.values()))


def _unpack(archive: Path, aside: Path, told: Told) -> Listing:
    """Unpack into a new directory, and compare every file with the listing at the end."""
    size = archive.stat().st_size
    found, said = Listing(), None
    with tarfile.open(archive, "r:") as tar:
        for member in tar:
            content = tar.extractfile(member) if member.isreg() else None
            if content is None or said is not None:
                raise BackupError(f"{archive} holds more than a backup does: {member.name!r}.")
            if member.name == LISTING:
                said = Listing.from_json(content.read(MOST_LISTING_BYTES))
                continue
            found.add(member.name, Stored(member.size, ""))
            found.files[member.name] = _written(content, aside / member.name)
            told(member.offset_data + member.size, size)
    told(size, size)
    if said is None or CATALOGUE not in found.files:
        raise BackupError(f"{archive} is not a whole backup: its end is missing.")
    if differing := _differing(found, said):
        raise BackupError(
            f"{archive} is damaged: {len(differing)} of {len(said.files)} files are not what they "
            f"were, the first of them {differing[0]!r}. Take another backup."
        )
    return said


def _differing(found: Listing, said: Listing) -> list[str]:
    names = found.files.keys() | said.files.keys()
    return sorted(name for name in names if found.files.get(name) != said.files.get(name))


def _written(content: IO[bytes], target: Path) -> Stored:
    target.parent.mkdir(parents=True, exist_ok=True)
    reader, size = Hashing(content), 0
    with target.open("xb") as file:
        while some := reader.read(BLOCK):
            file.write(some)
            size += len(some)
    sync(target)
    return Stored(size, reader.sha256)


def _check_catalogue(catalogue: Path) -> None:
    with closing(sqlite3.connect(catalogue)) as database:
        try:
            ((verdict,),) = database.execute("PRAGMA integrity_check(1)").fetchall()
            strays = database.execute("PRAGMA foreign_key_check").fetchall()
            tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
            for table in tables & _LEADING_OUT.keys():
                ((count,),) = database.execute(_LEADING_OUT[table]).fetchall()
                if count:
                    verdict = f"{count} names of {table} lead elsewhere"
        except sqlite3.Error as error:
            verdict, strays = str(error), []
    if verdict != "ok" or strays:
        raise BackupError(
            f"The catalogue in the backup is damaged ({verdict}; {len(strays)} rows that refer to "
            "nothing). Take another backup."
        )


def _place(aside: Path, data_dir: Path, bundles_dir: Path) -> None:
    """Everything into its place, the catalogue last: without it there is nothing to start with."""
    packed = aside / BUNDLES
    bundles_dir.mkdir(parents=True, exist_ok=True)
    for bundle in _bundles(packed):
        if not (bundles_dir / bundle.name).exists():
            shutil.move(bundle, bundles_dir / bundle.name)
    shutil.rmtree(packed, ignore_errors=True)
    for one in sorted(aside.iterdir(), key=lambda path: path.name == CATALOGUE):
        one.rename(data_dir / one.name)
    sync(data_dir)


def _bundles(packed: Path) -> list[Path]:
    return sorted(packed.iterdir()) if packed.is_dir() else []


def _check_bundles(packed: Path, bundles_dir: Path) -> None:
    for bundle in _bundles(packed):
        there = bundles_dir / bundle.name
        if there.exists() and checksum_of(there) != checksum_of(bundle):
            raise BackupError(
                f"{there} is another bundle than the one of that name in the backup. Move it away "
                "and restore again."
            )
