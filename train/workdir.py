"""The work directory of one training run: where each step keeps what it made.

Running again resumes: a step that has finished leaves a mark with the settings it ran under, and
a mark made under other settings (of that step or of one before it) counts as none.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from train.progress import PROGRESS_FILE, note_progress, write_json

__all__ = ["Workdir", "fingerprint", "new_array", "write_json"]


@dataclass(frozen=True)
class Workdir:
    """Paths below one directory."""

    root: Path

    def step(self, name: str) -> Path:
        """The directory of one step, made if need be."""
        directory = self.root / name
        directory.mkdir(parents=True, exist_ok=True)
        return directory

    def begin(self, name: str) -> Path:
        """The directory of a step that is about to change what it holds: its mark goes first."""
        directory = self.step(name)
        (directory / "done.json").unlink(missing_ok=True)
        return directory

    def is_done(self, step: str, fingerprint: str) -> bool:
        """Whether the step has finished under the same settings."""
        return self.facts(step).get("fingerprint") == fingerprint

    def mark_done(self, step: str, fingerprint: str, facts: Mapping[str, Any]) -> None:
        """Record that the step has finished, with a few facts for the report."""
        write_json(self.step(step) / "done.json", {"fingerprint": fingerprint, **facts})

    def facts(self, step: str) -> dict[str, Any]:
        """What ``mark_done`` recorded; empty before that."""
        return self.read(f"{step}/done.json")

    def note(self, step: str, done: int, total: int) -> None:
        """Say how far the run is, for whoever watches: ``train.progress`` has the file's form."""
        note_progress(self.root / PROGRESS_FILE, step, done, total)

    def read(self, name: str) -> dict[str, Any]:
        """A JSON object of this run; empty where there is none yet."""
        file = self.root / name
        content: dict[str, Any] = json.loads(file.read_text()) if file.is_file() else {}
        return content


def fingerprint(*parts: object) -> str:
    """A short text that differs whenever one of the parts does."""
    text = json.dumps(parts, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def new_array(file: Path, shape: tuple[int, ...], dtype: type[Any]) -> "np.memmap[Any, Any]":
    """Make a memory-mapped ``.npy`` file whose space is really there.

    Why: a mapped file is full of holes at first, and a disk that fills up while they are written
    ends the process without a word.

    Raises:
        OSError: If the disk has not enough room.
    """
    array = np.lib.format.open_memmap(file, "w+", dtype, shape)
    if hasattr(os, "posix_fallocate"):  # macOS has none
        with file.open("r+b") as opened:
            os.posix_fallocate(opened.fileno(), 0, file.stat().st_size)
    return array
