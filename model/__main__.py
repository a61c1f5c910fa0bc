"""``python -m model describe | similar | info``: what a bundle says, on the command line."""

import argparse
import io
import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from model.errors import HoshizoraError, ImageError
from model.image import ImageLimits, read_image_file


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status: 0, 1 if a file could not be described, 2 for misuse."""
    options = _parser().parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A file name may hold bytes that the terminal's encoding lacks; the answer still goes out.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        return int(options.command(options))
    except HoshizoraError as error:
        print(error, file=sys.stderr)
        return 2
    except BrokenPipeError:
        # The reader (say, head) has seen enough; there is nothing left to flush to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def describe(options: argparse.Namespace) -> int:
    """Print tags and similar illustrations of each image."""
    return _print_each(options, options.top)


def similar(options: argparse.Namespace) -> int:
    """Print the similar illustrations of each image."""
    return _print_each(options, None)


def info(options: argparse.Namespace) -> int:
    """Print what a bundle says of itself."""
    from model.bundle import default_bundle, open_bundle

    bundle = open_bundle(options.bundle or default_bundle())
    facts = {"directory": str(bundle.directory), "bytes": bundle.size_bytes, **bundle.manifest}
    if options.json:
        print(json.dumps(facts, ensure_ascii=False))
        return 0
    del facts["files"]
    for key, value in facts.items():
        print(f"{key:12} {value}")
    return 0


def _print_each(options: argparse.Namespace, top: int | None) -> int:
    failed = 0
    for answer in _answers(options, top):
        failed |= "error" in answer
        print(json.dumps(answer, ensure_ascii=False) if options.json else _readable(answer))
        sys.stdout.flush()
    return int(failed)


def _answers(options: argparse.Namespace, top: int | None) -> Iterator[dict[str, Any]]:
    """One answer for each file; a bad file is answered with its error and the others go on."""
    from model.quiet import import_keras

    import_keras()
    from model.tagger import Tagger

    limits = ImageLimits()
    tagger = Tagger.load(options.bundle, limits=limits)
    files = tagger.indexed_files
    for path in options.images:
        try:
            embedding = tagger.embed([read_image_file(path, limits)])
        except ImageError as error:
            yield {"file": str(path), "error": {"code": error.code, "message": error.message}}
            continue
        answer: dict[str, Any] = {"file": str(path)}
        if top is not None:
            (tags,) = tagger.best(embedding, top)
            answer["tags"] = [
                {"name": tag.name, "name_ja": tag.name_ja, "score": round(tag.score, 4)}
                for tag in tags
            ]
        answer["similar"] = [
            {"id": near.id, "file": files[near.id], "distance": round(near.distance, 4)}
            for near in tagger.similar(embedding, options.neighbours)[0]
        ]
        yield answer


def _readable(answer: dict[str, Any]) -> str:
    if "error" in answer:
        return f"{answer['file']}\n  {answer['error']['code']}: {answer['error']['message']}"
    lines = [answer["file"]]
    for tag in answer.get("tags", ()):
        bar = "█" * round(20 * tag["score"])
        names = dict.fromkeys((tag["name"], tag["name_ja"]))  # one name may stand for both
        lines.append(f"  {tag['score']:6.1%} {bar:20} {'  '.join(filter(None, names))}")
    lines += [f"  {near['distance']:.3f}  {near['file']}" for near in answer["similar"]]
    return "\n".join(lines)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m model", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in (describe, similar, info):
        sub = commands.add_parser(command.__name__, help=command.__doc__)
        sub.set_defaults(command=command)
        sub.add_argument("--bundle", type=Path, help="a bundle; default: the starter bundle")
        sub.add_argument("--json", action="store_true", help="one JSON object per line")
        if command is not info:
            near = 5 if command is describe else 10
            sub.add_argument("--neighbours", type=int, default=near, help=f"similar ones ({near})")
            sub.add_argument("images", nargs="+", type=Path, metavar="IMAGE")
        if command is describe:
            sub.add_argument("--top", type=int, default=10, help="tags (10)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
