"""How far a run is: one small file that other programs read while it goes on.

``progress.json`` holds ``step`` (its name), ``share`` (0 to 1, of the whole command) and
``message`` (English, for people). It is replaced in one moment, at most once a second.
"""

import json
import os
import time
from collections.abc import Mapping
from pathlib import Path

PROGRESS_FILE = "progress.json"
SECONDS_BETWEEN = 1.0

# What share of the whole each step takes, roughly: the encoder's training is most of it.
SHARES: Mapping[str, Mapping[str, float]] = {
    "export": {"export": 1.0},
    "run": {
        "pack": 0.04,
        "encoder": 0.62,
        "embed": 0.04,
        "boosters": 0.2,
        "index": 0.01,
        "compare": 0.06,
        "publish": 0.03,
    },
}


def note_progress(file: Path, step: str, done: int, total: int) -> None:
    """Write how far a step is.

    Args:
        file: Where; its directory must exist.
        step: One of ``SHARES``.
        done: How much of the step is done.
        total: Of how much; 0 counts as all of it.
    """
    if done < total and _is_fresh(file):
        return
    steps = next(steps for steps in SHARES.values() if step in steps)
    before = list(steps)[: list(steps).index(step)]
    part = done / total if total else 1.0
    share = sum(steps[name] for name in before) + steps[step] * part
    message = f"{step}: {done:,} of {total:,}"
    write_json(file, {"step": step, "share": round(min(share, 1.0), 4), "message": message})


def write_json(file: Path, content: object, indent: int | None = 1) -> None:
    """Write JSON so that a reader sees the old content or the new one, never half of it.

    Args:
        file: Where.
        content: What.
        indent: None: on one line, as suits thousands of numbers.
    """
    partial = file.with_name(f".{file.name}.{os.getpid()}")
    text = json.dumps(content, ensure_ascii=False, indent=indent)
    partial.write_text(text, "utf-8", "backslashreplace")
    partial.replace(file)


def _is_fresh(file: Path) -> bool:
    """Whether it was written less than a second ago."""
    try:
        return time.time() - file.stat().st_mtime < SECONDS_BETWEEN
    except FileNotFoundError:
        return False
