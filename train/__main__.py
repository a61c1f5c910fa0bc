"""``python -m train``: rebuild the models, add a tag, evaluate a bundle."""

import argparse
import io
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from model.config import ModelConfig, read_section, read_settings
from model.errors import HoshizoraError
from model.quiet import import_keras
from train.config import TrainConfig
from train.run import STEPS, Run, default_workdir
from train.workdir import Workdir

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status: 0, or 2 with one readable line."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    options = _parser().parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A file name may hold bytes that the terminal's encoding lacks; the answer still goes out.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        return int(options.call(options))
    except HoshizoraError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(
            f"The disk or a file failed: {error}. Nothing that was finished is lost: free space or "
            "mend it, then run the same command again.",
            file=sys.stderr,
        )
        return 2
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on from here.", file=sys.stderr)
        return INTERRUPTED


def run_steps(options: argparse.Namespace) -> int:
    """Every step, or one of them."""
    settings = read_settings(options.config, options.set)
    config = read_section(settings, "train", TrainConfig)
    limits = read_section(settings, "model", ModelConfig).limits
    if options.workdir is None and options.out is None:
        print("Where to work? Add --workdir DIRECTORY (or --out).", file=sys.stderr)
        return 2
    workdir = options.workdir or default_workdir(options.out)
    if options.steps != ("pack",):
        import_keras()
    run = Run(options.data, options.out, Workdir(workdir), config, limits)
    bundle = run.steps(options.steps)
    if bundle:
        print(
            f"Published {bundle.directory}: {bundle.manifest['tags']:,} tags, "
            f"{bundle.size_bytes / 1e6:.1f} MB. Its report: {bundle.directory}.report.html"
        )
    return 0


def tag(options: argparse.Namespace) -> int:
    """Add one tag to a bundle, without retraining anything else."""
    import_keras()
    from model.bundle import default_bundle
    from train.tag import add_tag

    config = read_section(read_settings(options.config, options.set), "train", TrainConfig)
    source = options.bundle or default_bundle()
    folders = (options.positives, options.negatives)
    bundle = add_tag(source, options.out, options.name, options.name_ja, folders, config)
    print(f"Published {bundle.directory} with the tag {options.name!r}.")
    return 0


def evaluate(options: argparse.Namespace) -> int:
    """Measure a bundle on illustrations that it was not trained on."""
    import_keras()
    from train.evaluate import evaluate_bundle

    settings = read_settings(options.config, options.set)
    limits = read_section(settings, "model", ModelConfig).limits
    pack = None
    if options.baseline:
        config = read_section(settings, "train", TrainConfig)
        pack = Run(options.data, None, Workdir(options.baseline), config, limits).pack
    figures = evaluate_bundle(options.bundle, options.data, options.split, limits, pack)
    if options.json:
        print(json.dumps(figures, ensure_ascii=False))
        return 0
    for name, value in figures.items():
        print(f"{name:16} {value:.4f}" if isinstance(value, float) else f"{name:16} {value}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m train", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_step(commands, "run", STEPS, "every step; running it again resumes")
    for step in STEPS:
        _add_step(commands, step, (step,), f"the step {step} alone")
    teach = commands.add_parser("tag", help=tag.__doc__)
    teach.set_defaults(call=tag)
    teach.add_argument("--bundle", type=Path, help="default: the starter bundle")
    teach.add_argument("--name", required=True)
    teach.add_argument("--name-ja", default="")
    teach.add_argument("--positives", type=Path, required=True, metavar="DIR")
    teach.add_argument("--negatives", type=Path, metavar="DIR")
    teach.add_argument("--out", type=Path, required=True, metavar="BUNDLE")
    measure = commands.add_parser("evaluate", help=evaluate.__doc__)
    measure.set_defaults(call=evaluate)
    measure.add_argument("--bundle", type=Path, help="default: the starter bundle")
    measure.add_argument("--data", type=Path, required=True, metavar="DIR")
    measure.add_argument("--split", choices=("test", "vendor_holdout", "all"), default="test")
    measure.add_argument("--json", action="store_true", help="one JSON object")
    measure.add_argument(
        "--baseline",
        type=Path,
        metavar="WORKDIR",
        help="also measure nearest neighbours on raw pixels of that run's training images",
    )
    for sub in (teach, measure):
        _add_settings(sub)
    return parser


def _add_step(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    steps: tuple[str, ...],
    text: str,
) -> None:
    sub = commands.add_parser(name, help=text)
    sub.set_defaults(call=run_steps, steps=steps)
    sub.add_argument("--data", type=Path, required=True, metavar="DIR")
    publishes = "publish" in steps
    sub.add_argument("--out", type=Path, required=publishes, metavar="BUNDLE")
    sub.add_argument("--workdir", type=Path, metavar="DIR", help="default: BUNDLE.work")
    _add_settings(sub)


def _add_settings(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, metavar="FILE", help="default: config.yaml")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")


if __name__ == "__main__":
    sys.exit(main())
