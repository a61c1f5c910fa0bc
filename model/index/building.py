"""Building a segment: here, or in a process of its own at the lowest priority.

    python -m model.index.building DIRECTORY

Why a process: making a segment of a million items takes a minute of Python, and meanwhile the
searches of this process would wait for its turns.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from model.index.living import AnyLiving
from model.index.run import Run
from model.index.segment import Identity, Source, store_items, stored_items, write_segment

Build = Callable[[Path], None]
_INPUTS, _ORDER, _PLACES = "inputs", "order.json", "places.npy"
_LOWEST_PRIORITY = 19


def place_order(
    directory: Path, sources: Sequence[AnyLiving], identity: Identity, trees: int
) -> None:
    """Write down what a segment is to be made of, into a new directory beside the segments.

    Raises:
        OSError: If the disk is full.
    """
    names: list[str] = []
    for number, living in enumerate(sources):
        place = directory / _INPUTS / str(number)
        place.mkdir(parents=True)
        np.save(place / _PLACES, np.flatnonzero(living.alive), allow_pickle=False)
        if isinstance(living.part, Run):
            store_items(place, living.part.ids, living.part.embeddings)
        names.append("" if isinstance(living.part, Run) else living.part.directory.name)
    order = {"identity": asdict(identity), "trees": trees, "sources": names}
    (directory / _INPUTS / _ORDER).write_text(json.dumps(order), encoding="utf-8")


def build(directory: Path) -> None:
    """Make what was ordered: the directory holds a segment's files then, and nothing else.

    Raises:
        OSError: If the disk is full.
    """
    inputs = directory / _INPUTS
    order = json.loads((inputs / _ORDER).read_text(encoding="utf-8"))
    sources = [
        Source(
            *stored_items(directory.parent / name if name else inputs / str(number)),
            np.load(inputs / str(number) / _PLACES, allow_pickle=False),
        )
        for number, name in enumerate(order["sources"])
    ]
    replaced = [name for name in order["sources"] if name]
    write_segment(directory, sources, Identity(**order["identity"]), order["trees"], replaced)
    shutil.rmtree(inputs)


def build_in_child(directory: Path) -> None:
    """The same in a process of its own, which ends when this one does.

    Raises:
        OSError: If it did not get to its end.
    """
    alive, held = os.pipe()  # What the child reads from ends when this process does.
    try:
        done = subprocess.run(  # noqa: S603 - this very program
            [sys.executable, "-m", "model.index.building", str(directory)],
            check=False,
            stdin=alive,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        )
    finally:
        os.close(alive)
        os.close(held)
    if done.returncode:
        reason = done.stderr.strip().rpartition("\n")[2] or f"status {done.returncode}"
        raise OSError(f"the process that makes it failed: {reason}")


def _main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # The parent decides when to end.
    os.nice(_LOWEST_PRIORITY)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        build(Path(sys.argv[1]))
    except OSError as error:
        sys.exit(str(error))


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    _main()
