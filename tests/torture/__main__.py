"""``python -m tests.torture``: everything that may go wrong, many times, and one table of it.

Expected on 2 quiet cores: about an hour; ``--quick`` some minutes. The exit status is 1 if anything
crashed, hung, was lost, doubled or leaked. A run is repeated with its seed: the table begins with
it, and ``--only RUN --seed N`` does the same again.
"""

import argparse
import asyncio
import logging
import os
import sys
import time
from collections.abc import Sequence

from tests.torture.outcome import Outcome, table
from tests.torture.runs import RUNS, Run


def main(arguments: Sequence[str] | None = None) -> int:
    """Torture, and print the table; the exit status."""
    os.environ.pop("DISCORD_TOKEN", None)  # nothing here may reach the real service
    logging.basicConfig(handlers=[logging.NullHandler()])  # what is provoked need not be read
    options = _parser().parse_args(arguments)
    if sys.platform != "linux":
        print("Torture looks at processes through /proc. Run it on Linux.", file=sys.stderr)
        return 2
    print(f"seed {options.seed}{', quick' if options.quick else ''}", flush=True)
    outcomes = []
    for name in options.only or RUNS:
        outcomes.append(_torture(RUNS[name], options))
        print(table(outcomes[-1:]), flush=True)
    print(f"\n{table(outcomes)}")
    for outcome in outcomes:
        for finding in outcome.findings:
            print(f"! {finding}")
    return 0 if all(outcome.sound for outcome in outcomes) else 1


def _torture(run: Run, options: argparse.Namespace) -> Outcome:
    size = options.size or (run.quick if options.quick else run.full)
    print(f"\n{run.name}: {size:,} {run.unit}", flush=True)
    begun = time.monotonic()
    outcome = asyncio.run(run.torture(options.seed, size))
    again = f"python -m tests.torture --only {run.name} --seed {options.seed}"
    outcome.notes.append(f"{time.monotonic() - begun:.0f} s: {again} --size {size}")
    return outcome


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a smoke run of some minutes")
    parser.add_argument("--only", choices=tuple(RUNS), action="append", help="may be repeated")
    parser.add_argument("--seed", type=int, default=1, help="what chance begins with; default: 1")
    parser.add_argument("--size", type=int, help="how many, instead of each run's own number")
    return parser


if __name__ == "__main__":
    sys.exit(main())
