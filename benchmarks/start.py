"""Start-up: seconds until ``Tagger.load`` is ready, each measurement in a fresh process.

This file is both sides: ``measure_start`` starts ``python -m benchmarks.start WHAT BUNDLE``, which
prints the seconds of each stage as JSON.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.table import Row

if TYPE_CHECKING:
    from benchmarks.material import Bench

REPOSITORY = Path(__file__).resolve().parents[1]
STAGES = {
    "imports": "TensorFlow, Keras, numba",
    "verification": "SHA-256 of every file",
    "network": "building, weights and compiling",
    "kernel": "the forest's machine code",
    "arrays": "vocabulary, head, forest",
}


def measure_start(bench: "Bench") -> Iterator[Row]:
    """The whole, against importing Keras alone; then its stages."""
    bundle = bench.bundle.directory.resolve()
    repeats = 1 if bench.quick else 5
    whole = _medians("load", bundle, repeats)["load"]
    yield Row(
        "Tagger.load in a fresh process",
        whole,
        "s",
        rival="import keras alone",
        rival_value=_medians("keras", bundle, repeats)["keras"],
        note="files in the disk cache, the kernel in numba's",
    )
    with tempfile.TemporaryDirectory() as empty:
        compiled = run_fresh("stages", bundle, {"NUMBA_CACHE_DIR": empty})["kernel"]
    for stage, seconds in _medians("stages", bundle, repeats).items():
        cold = stage == "kernel"
        yield Row(
            f"of it: {stage}",
            seconds,
            "s",
            rival="compiled, once after installing" if cold else "",
            rival_value=compiled if cold else None,
            note=STAGES[stage],
        )


def run_fresh(
    what: str, bundle: Path, environment: Mapping[str, str] | None = None
) -> dict[str, float]:
    """Run one side of ``main`` in a process of its own; seconds by stage."""
    finished = subprocess.run(  # noqa: S603 - this very program
        [sys.executable, "-m", "benchmarks.start", what, str(bundle)],
        cwd=REPOSITORY,
        env={**os.environ, **(environment or {})},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    seconds: dict[str, float] = json.loads(finished.stdout.splitlines()[-1])
    return seconds


def load_whole(bundle: Path) -> dict[str, float]:
    """What a user waits for, the interpreter's own start aside."""
    began = time.perf_counter()
    from model.tagger import Tagger

    Tagger.load(bundle)
    return {"load": time.perf_counter() - began}


def load_in_stages(bundle: Path) -> dict[str, float]:
    """The same step by step."""
    ends = [time.perf_counter()]
    import model.tagger  # noqa: F401 - its import is what is timed
    from model.bundle import open_bundle
    from model.encoder import Encoder
    from model.forest import warm_up
    from model.scorer import Scorer

    ends.append(time.perf_counter())
    open_bundle(bundle)
    ends.append(time.perf_counter())
    encoder = Encoder.load(bundle)
    ends.append(time.perf_counter())
    warm_up()
    ends.append(time.perf_counter())
    Scorer.load(bundle, encoder.width)
    ends.append(time.perf_counter())
    return {stage: end - begin for stage, (begin, end) in zip(STAGES, pairwise(ends), strict=True)}


def import_keras(_bundle: Path) -> dict[str, float]:
    """The least that any program on Keras waits for."""
    began = time.perf_counter()
    import keras  # noqa: F401 - its import is what is timed

    return {"keras": time.perf_counter() - began}


SIDES: Mapping[str, Callable[[Path], dict[str, float]]] = {
    "load": load_whole,
    "stages": load_in_stages,
    "keras": import_keras,
}


def _medians(what: str, bundle: Path, repeats: int) -> dict[str, float]:
    runs = [run_fresh(what, bundle) for _ in range(repeats)]
    return {name: median(run[name] for run in runs) for name in runs[0]}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(SIDES[sys.argv[1]](Path(sys.argv[2]))))
