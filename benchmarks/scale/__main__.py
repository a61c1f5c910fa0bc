"""``python -m benchmarks.scale``: the plan of docs/scale.md, computed anew.

Expected: some seconds. It measures nothing, but with ``--measure``.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.scale.figures import FILE, read_figures
from benchmarks.scale.page import TOLERANCE, parts, reproduced
from benchmarks.scale.picture import draw_scale
from model.errors import HoshizoraError
from train.compare.showing.generated import write_generated

PAGE = Path("docs/scale.md")
MEASURED_ILLUSTRATIONS = 60_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the page, or only look; the exit status.

    Returns:
        0; 1 if the simulation is not what was measured; 2 with one readable line.
    """
    options = _parser().parse_args(arguments)
    try:
        return _run(options)
    except HoshizoraError as error:
        print(error, file=sys.stderr)
        return 2


def _run(options: argparse.Namespace) -> int:
    if options.measure:
        from benchmarks.scale.choosing import measure_choosing

        for name, value in measure_choosing(options.measure):
            print(f"{name:28} {value:.4g}")
        return 0
    figures = read_figures(options.figures)
    found, off = reproduced(figures)
    measured = figures["answer seconds, median"]
    print(f"median measured {measured:.3f} s, simulated {found.median:.3f} s ({off:+.0%})")
    if abs(off) > TOLERANCE:
        print(
            f"More than {TOLERANCE:.0%} off: the simulation is not the service that was measured."
        )
        return 1
    if not options.check:
        write_generated(options.page, parts(figures))
        draw_scale(figures, options.page.parent / "pictures")
        print(f"Written: {options.page}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--figures", type=Path, default=FILE, help=f"default: {FILE}")
    parser.add_argument("--page", type=Path, default=PAGE, help=f"default: {PAGE}")
    parser.add_argument(
        "--check",
        action="store_true",
        help="write nothing: only see whether the measured point is reproduced (else status 1)",
    )
    parser.add_argument(
        "--measure",
        type=int,
        nargs="?",
        const=MEASURED_ILLUSTRATIONS,
        metavar="ILLUSTRATIONS",
        help="time what a catalogue of so many is asked, a minute or two; nothing is written",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
