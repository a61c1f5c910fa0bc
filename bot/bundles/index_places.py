"""Where the vector index of each bundle lies.

Why one for each bundle and not for each encoder: while one bundle takes another's place two
processes run, perhaps with the same encoder, and one directory is for one process.
"""

import shutil
from pathlib import Path

from bot.bundles.choosing import checksum_of

_DIGITS = 12
_UNKNOWN = "without-checksum"


def index_place(root: Path, bundle: Path, taken: Path | None = None) -> Path:
    """The directory for the index of a bundle, which may not exist yet.

    Args:
        root: Where all of them are.
        bundle: The bundle's directory.
        taken: The one that another process uses: perhaps with a copy of this very bundle.
    """
    place = root / (checksum_of(bundle)[:_DIGITS] or _UNKNOWN)
    return place if place != taken else place.with_name(f"{place.name}-again")


def tidy_indexes(keep: Path) -> None:
    """Delete every other index beside one.

    Nobody would take forgotten illustrations out of them any more; an index is soon made again.
    """
    for other in keep.parent.iterdir() if keep.parent.is_dir() else ():
        if other.name != keep.name and other.is_dir():
            shutil.rmtree(other)
