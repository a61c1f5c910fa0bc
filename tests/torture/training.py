"""``python -m tests.torture.training``: what ``python -m train`` looks like from the bot.

It takes two seconds, and publishes a bundle of the fake tagger.
"""

import json
import sys
import time
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from bot.fakes import USUAL, publish_fake

STEPS = 20
SECONDS = 2.0


def main() -> None:
    """Export nothing, or train on it."""
    command, *rest = sys.argv[1:]
    options = dict(pairwise(rest))
    out = Path(options["--out"])
    if command == "export":
        out.mkdir(parents=True, exist_ok=True)
        return
    work = Path(options["--workdir"])
    work.mkdir(parents=True, exist_ok=True)
    for step in range(STEPS):
        time.sleep(SECONDS / STEPS)
        told = work / "progress.json"
        partial = told.with_suffix(".new")
        partial.write_text(json.dumps({"share": step / STEPS, "step": "encoder"}))
        partial.rename(told)
    if not out.exists():
        publish_fake(out, USUAL, datetime.now(UTC).isoformat())
    out.with_name(f"{out.name}.report.html").write_text("<p>A stand-in.</p>")


if __name__ == "__main__":
    main()
