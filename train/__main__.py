"""``python -m train``: rebuild the models, add a tag, evaluate a bundle."""

import argparse
import io
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from model.bundle import Bundle
from model.config import ModelConfig, read_section, read_settings
from model.datasets import read_dataset
from model.errors import HoshizoraError, NotBetterError, NothingToLearnError
from model.ownership import owned
from model.quiet import import_keras
from model.store import directory_of, is_url
from train.config import TrainConfig
from train.run import STEPS, Run, default_workdir
from train.workdir import Workdir

if TYPE_CHECKING:
    from train.embedded import Embedded
    from train.withholding import Withheld

NOT_PUBLISHED = 3
NOTHING_TO_LEARN = 4
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns:
        The exit status: 0; or, with one readable line, 2, or 3 where a bundle was not published
        because what it was to replace is better, or 4 where no illustration may be learnt from.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    options = _parser().parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A file name may hold bytes that the terminal's encoding lacks; the answer still goes out.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        return int(options.call(options))
    except (NotBetterError, NothingToLearnError) as error:
        print(error, file=sys.stderr)
        return NOT_PUBLISHED if isinstance(error, NotBetterError) else NOTHING_TO_LEARN
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
    out = options.out or ""
    if options.workdir is None and (not out or is_url(out)):
        print("Where to work? Add --workdir DIRECTORY (or --out).", file=sys.stderr)
        return 2
    workdir = options.workdir or default_workdir(directory_of(out))
    if options.steps != ("pack",):
        import_keras()
    data = tuple(options.data)
    replaces = getattr(options, "replaces", None)

    def make(place: Path | None) -> Bundle | None:
        return Run(data, place, Workdir(workdir), config, limits, replaces).steps(options.steps)

    if is_url(out) and "publish" in options.steps:
        from train.elsewhere import publish_elsewhere  # Most have no use for fsspec.

        bundle = publish_elsewhere(out, workdir, make)
    else:
        bundle = make(directory_of(out) if out else None)
    if bundle:
        print(
            f"Published {out}: {bundle.manifest['tags']:,} tags, "
            f"{bundle.size_bytes / 1e6:.1f} MB. Its report: {out}.report.html"
        )
    return 0


def tag(options: argparse.Namespace) -> int:
    """Add one tag to a bundle, without retraining anything else."""
    import_keras()
    from model.bundle import default_bundle
    from train.tag import add_tag

    settings = read_settings(options.config, options.set)
    limits = read_section(settings, "model", ModelConfig).limits
    source = options.bundle or default_bundle()
    folders = (options.positives, options.negatives)
    bundle = add_tag(source, options.out, options.name, options.name_ja, folders, limits)
    print(f"Published {bundle.directory} with the tag {options.name!r}.")
    return 0


def export(options: argparse.Namespace) -> int:
    """Write what a catalogue lets be learnt from as a dataset directory."""
    from train.export import Export

    one = Export(options.catalogue, options.out, options.thumbnails, options.progress)
    if options.refresh:
        print(f"{one.refresh():,} illustrations are not to be learnt from any more.")
        return 0
    count = one.run()
    print(
        f"Exported {count:,} illustrations to {options.out}. What people take back from now on is "
        "still in it: use --refresh before you train later, and delete it afterwards."
    )
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
        pack = Run((options.data,), None, Workdir(options.baseline), config, limits).pack
    figures = evaluate_bundle(options.bundle, options.data, options.split, limits, pack)
    if options.json:
        print(json.dumps(figures, ensure_ascii=False))
        return 0
    for name, value in figures.items():
        print(f"{name:16} {value:.4f}" if isinstance(value, float) else f"{name:16} {value}")
    return 0


def heads(options: argparse.Namespace) -> int:
    """Compare the head that teaching uses with others, by the number of examples."""
    import_keras()
    from train.few_examples import Measuring
    from train.heads import choose, measure_heads, set_up, table

    config = read_section(read_settings(options.config, options.set), "train", TrainConfig)
    measuring = Measuring(options.tags, options.draws, seed=config.seed, jobs=config.jobs)
    withheld = choose(read_dataset(options.data).rows, measuring)
    embedded, permissive = _embed_unaware(options, withheld)
    figures = measure_heads(set_up(embedded, withheld, measuring, permissive=permissive), measuring)
    if options.json:
        print(json.dumps(figures, ensure_ascii=False))
        return 0
    for split in ("test", "vendor_holdout"):
        print(f"{split}, {figures[split]['tags']} tags\n\n{table(figures, split)}\n")
    return 0


def dialogue(options: argparse.Namespace) -> int:
    """Count the rounds that the teaching dialogue needs until it knows a tag."""
    import_keras()
    from train.dialogue import measure_dialogues, table
    from train.material import choose, make_material

    config = read_section(read_settings(options.config, options.set), "train", TrainConfig)
    withheld = choose(read_dataset(options.data).rows, options.tags, config.seed)
    embedded, _ = _embed_unaware(options, withheld)
    material = make_material(embedded, withheld, config.seed)
    figures = measure_dialogues(material, options.rounds, config.seed, config.jobs)
    print(json.dumps(figures) if options.json else table(figures))
    return 0


def _embed_unaware(options: argparse.Namespace, withheld: "Withheld") -> "tuple[Embedded, bool]":
    """The dataset as an encoder sees it that has not heard of some tags.

    Returns:
        And whether that learnt from rows of permissive licences only.
    """
    from model.bundle import default_bundle, open_bundle
    from train.embedded import read_embedded
    from train.unaware import encoder_of_bundle, train_unaware

    settings = read_settings(options.config, options.set)
    config = read_section(settings, "train", TrainConfig)
    limits = read_section(settings, "model", ModelConfig).limits
    if options.workdir:
        run = Run((options.data,), None, Workdir(options.workdir), config, limits)
        encoder, licences = train_unaware(run, withheld), str(config.licences)
    else:
        bundle = open_bundle(options.bundle or default_bundle())
        encoder = encoder_of_bundle(bundle.directory, bundle.manifest)
        licences = str(bundle.manifest.get("licences"))
    embedded = read_embedded(options.data, encoder, options.embeddings, limits)
    return embedded, licences == "permissive"


def compare(options: argparse.Namespace) -> int:
    """Measure every encoder and every head on the same work, and write the tables."""
    import_keras()
    from train.compare.contest import Contest
    from train.compare.measures.neighbours import read_pictures
    from train.compare.run import chosen, run_plan, write_pages

    candidates = chosen(options.only)
    settings = read_settings(options.config, options.set)
    config = read_section(settings, "train", TrainConfig)
    limits = read_section(settings, "model", ModelConfig).limits
    results = options.results or options.workdir / "results"
    pictures = read_pictures(options.pictures, limits) if options.pictures else ()
    contest = Contest(options.data, Workdir(options.workdir), results, config, limits, pictures)
    with owned(options.workdir, "--workdir"):
        run_plan(contest, candidates)
        plots = options.plots or options.workdir / "plots"
        print(write_pages(contest, options.document, plots))
    print(f"\nResults: {results}. Plots: {plots}.")
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
    give = commands.add_parser("export", help=export.__doc__)
    give.set_defaults(call=export)
    give.add_argument("--catalogue", required=True, metavar="URL", help="or a SQLite file")
    give.add_argument("--out", type=Path, required=True, metavar="DIR")
    give.add_argument(
        "--thumbnails", metavar="DIR", help="a directory or a URL; default: beside the file"
    )
    give.add_argument(
        "--refresh",
        action="store_true",
        help="DIR is an export: note what was taken back since, so that no booster is fitted on it",
    )
    give.add_argument("--progress", type=Path, metavar="FILE", help="says how far it is")
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
    contest = commands.add_parser("heads", help=heads.__doc__)
    contest.set_defaults(call=heads)
    contest.add_argument("--tags", type=int, default=200, metavar="N", help="default: 200")
    contest.add_argument("--draws", type=int, default=5, metavar="N", help="default: 5")
    contest.add_argument("--json", action="store_true", help="one JSON object")
    talk = commands.add_parser("dialogue", help=dialogue.__doc__)
    talk.set_defaults(call=dialogue)
    talk.add_argument("--tags", type=int, default=50, metavar="N", help="default: 50")
    talk.add_argument("--rounds", type=int, default=40, metavar="N", help="at most; default: 40")
    talk.add_argument("--json", action="store_true", help="one JSON object")
    for new_tags in (contest, talk):
        new_tags.add_argument("--data", type=Path, required=True, metavar="DIR")
        whose = new_tags.add_mutually_exclusive_group()
        whose.add_argument(
            "--bundle", type=Path, help="whose encoder, unless it saw labels; default: the starter"
        )
        whose.add_argument(
            "--workdir", type=Path, metavar="DIR", help="train one there that saw none of the tags"
        )
        new_tags.add_argument(
            "--embeddings", type=Path, metavar="FILE", help="keeps them: an .npz file"
        )
    table = commands.add_parser("compare", help=compare.__doc__)
    table.set_defaults(call=compare)
    table.add_argument("--data", type=Path, required=True, metavar="DIR")
    table.add_argument("--workdir", type=Path, required=True, metavar="DIR")
    table.add_argument("--only", nargs="+", default=[], metavar="ROW", help="some rows of the plan")
    table.add_argument(
        "--results", type=Path, metavar="DIR", help="default: results in the workdir"
    )
    table.add_argument(
        "--document",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="a Markdown file whose generated parts are to be written anew",
    )
    table.add_argument("--plots", type=Path, metavar="DIR", help="default: plots in the workdir")
    table.add_argument(
        "--pictures", type=Path, metavar="DIR", help="show what each encoder likens these to"
    )
    for sub in (teach, measure, contest, talk, table):
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
    sub.add_argument(
        "--data",
        type=Path,
        required=True,
        action="append",
        metavar="DIR",
        help="a dataset directory; give it again for each further one",
    )
    publishes = "publish" in steps
    sub.add_argument(
        "--out", required=publishes, metavar="BUNDLE", help="a directory or a URL (s3://…/NAME)"
    )
    sub.add_argument("--workdir", type=Path, metavar="DIR", help="default: BUNDLE.work")
    if publishes:
        sub.add_argument(
            "--replaces",
            type=Path,
            metavar="BUNDLE",
            help="publish only what is at least as good as this one on held-out illustrations",
        )
    _add_settings(sub)


def _add_settings(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, metavar="FILE", help="default: config.yaml")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")


if __name__ == "__main__":
    sys.exit(main())
