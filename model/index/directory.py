"""The directory of an index: which segments lie there, and how one leaves it."""

import contextlib
import re
import shutil
from collections.abc import Collection
from pathlib import Path

import numpy as np

from model.index.living import Living
from model.index.segment import Identity, Segment

# Earlier versions called a segment a base.
_NAME = re.compile(r"(?:segment|base)-(\d{6,})(\.part)?")


def numbered_in(directory: Path) -> dict[Path, int]:
    """Every segment there with its number, half-written ones too."""
    names = directory.iterdir() if directory.is_dir() else ()
    matches = ((path, _NAME.fullmatch(path.name)) for path in names)
    return {path: int(match[1]) for path, match in matches if match}


def opened(numbered: Collection[Path], identity: Identity) -> list[Segment]:
    """Those that are intact, and not replaced by another one that is."""
    found = (Segment.open(path, identity) for path in sorted(numbered) if not path.suffix)
    intact = [segment for segment in found if segment]
    replaced = frozenset[str]().union(*(segment.replaces for segment in intact))
    return [segment for segment in intact if segment.directory.name not in replaced]


def whole(segment: Segment) -> Living[Segment]:
    """All of it, as it was made."""
    return Living.of(segment, np.ones(len(segment), np.bool_))


def living_of(segment: Segment) -> Living[Segment]:
    """What of it was not deleted."""
    return whole(segment).without(np.unique(segment.removed()))


def discard(directory: Path) -> None:
    """Delete a segment so that a crash on the way leaves none that looks whole."""
    part = directory if directory.suffix else directory.with_name(directory.name + ".part")
    with contextlib.suppress(OSError):  # What is left is deleted when the index is opened again.
        directory.rename(part)
    shutil.rmtree(part, ignore_errors=True)
