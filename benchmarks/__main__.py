"""``python -m benchmarks``: what describing, scoring, searching, fitting and teaching cost.

Expected on 2 cores with the starter bundle: under 30 minutes; ``--quick`` under 3.
"""

import argparse
import dataclasses
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.plot import draw_growth
from benchmarks.table import Row, listed, machine_facts, markdown
from model.bundle import default_bundle, open_bundle
from model.errors import HoshizoraError
from train.compare.showing.generated import write_generated

if TYPE_CHECKING:
    from benchmarks.material import Bench

PAGE = Path("docs/benchmarks.md")
PICTURES = "pictures"
NAMES = (
    "forest",
    "search",
    "churn",
    "encoder",
    "describe",
    "service",
    "fitting",
    "cluster",
    "start",
    "teaching",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the table, write the page; the exit status: 0, or 2 with one readable line."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    options = _parser().parse_args(arguments)
    try:
        return _run(options)
    except HoshizoraError as error:
        print(error, file=sys.stderr)
        return 2


def _run(options: argparse.Namespace) -> int:
    bundle = open_bundle(options.bundle or default_bundle())
    from benchmarks.material import Bench

    with tempfile.TemporaryDirectory(prefix="benchmarks-") as place:
        return _measure(Bench(bundle, Path(place), options.data, options.quick), options)


def _measure(bench: "Bench", options: argparse.Namespace) -> int:
    bundle = bench.bundle
    facts = [("Bundle", f"{bundle.name}: {bundle.size_bytes / 1e6:.1f} MB"), *machine_facts()]
    for name, value in facts:
        print(f"{name}: {value}")
    parts: dict[str, list[Row]] = {}
    for name in options.only or NAMES:
        print(f"\n{name}", flush=True)
        parts[name] = []
        for row in _measurements()[name](bench):
            parts[name].append(dataclasses.replace(row, command=_command(name, options)))
            print(f"  {row.line()}", flush=True)
    # A part of the figures, or rough ones, must not replace the page's unasked.
    page = options.page or (None if options.quick or options.only else PAGE)
    if page:
        tables = {name: markdown(rows) for name, rows in parts.items()}
        write_generated(page, {"machine": listed(facts), **tables})
        draw_growth([row for rows in parts.values() for row in rows], page.parent / PICTURES)
        print(f"\nWritten: {page}")
    return 0


def _measurements() -> dict[str, Callable[["Bench"], Iterator[Row]]]:
    """By name; imported late, because TensorFlow takes seconds."""
    from benchmarks.churn import measure_churn
    from benchmarks.cluster import measure_cluster
    from benchmarks.describe import measure_describe
    from benchmarks.encoder import measure_encoder
    from benchmarks.fitting import measure_fitting
    from benchmarks.forest import measure_forest
    from benchmarks.searching import measure_search
    from benchmarks.service import measure_service
    from benchmarks.start import measure_start
    from benchmarks.teaching import measure_teaching

    measured = (
        measure_forest,
        measure_search,
        measure_churn,
        measure_encoder,
        measure_describe,
        measure_service,
        measure_fitting,
        measure_cluster,
        measure_start,
        measure_teaching,
    )
    return dict(zip(NAMES, measured, strict=True))


def _command(name: str, options: argparse.Namespace) -> str:
    """What measures one part again; places are left open, they differ from machine to machine."""
    command = f"python -m benchmarks --only {name}"
    command += " --quick" if options.quick else ""
    command += " --bundle B" if options.bundle else ""
    return command + (" --data DIR" if options.data and name == "forest" else "")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--bundle", type=Path, help="a bundle; default: the starter bundle")
    parser.add_argument("--data", type=Path, help="a dataset directory; default: drawn images")
    parser.add_argument("--quick", action="store_true", help="a smoke run under 3 minutes")
    parser.add_argument("--only", choices=NAMES, action="append", help="one part; may be repeated")
    parser.add_argument(
        "--page",
        type=Path,
        help=f"whose generated parts are written; default: {PAGE}, unless --quick or --only",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
