"""``python -m bot``: read the configuration, start the service, end with a clear status.

``backup FILE``, ``restore FILE`` and ``migrate --from URL --to URL`` are about what the service
keeps; the first may run beside it.

Exit status: 0 after a clean stop; 2 when something cannot be done, with one line that says why.
"""

import argparse
import asyncio
import logging
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from bot.backup import restoring, saving
from bot.backup.contents import Told
from bot.catalogue import moving
from bot.config import BotConfig
from bot.errors import StartError
from bot.inference.supervisor import InferenceOptions
from bot.logs import line_handler
from bot.secrets import API_TOKEN_VARIABLE, DISCORD_TOKEN_VARIABLE, all_secrets, secret
from bot.serving import run
from bot.settings import Settings
from bot.shards import Shards
from model.config import ModelConfig, read_section, read_settings
from model.errors import HoshizoraError
from model.ownership import owned
from model.store import is_url

EXIT_CANNOT_START = 2


def main(arguments: Sequence[str] | None = None, tagger: str = InferenceOptions.tagger) -> int:
    """Run the bot.

    Args:
        arguments: The command line; None: the process's own.
        tagger: The class that inference loads; another one only in tests.

    Returns:
        The exit status.
    """
    options = _parsed(arguments)
    try:
        if options.command:
            config = read_section(read_settings(options.config, options.set), "bot", BotConfig)
            COMMANDS[options.command](options, config)
        else:
            settings = _settings(options, tagger)
            handler = line_handler(all_secrets())
            logging.basicConfig(level=logging.INFO, handlers=[handler])
            asyncio.run(run(settings))
    except HoshizoraError as error:
        print(f"hoshizora: {error}", file=sys.stderr)
        return EXIT_CANNOT_START
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bot", description="Tags illustrations and finds similar ones."
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help="default: config.yaml")
    parser.add_argument(
        "--local", action="store_true", help="the local channel alone, without Discord"
    )
    parser.add_argument("--host", help="address to listen on (bot.http.host)")
    parser.add_argument("--port", type=int, help="port to listen on (bot.http.port)")
    parser.add_argument(
        "--shards", type=_shards, metavar="A-B/N", help="Discord shards A to B of N"
    )
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="any key of the config"
    )
    parser.add_argument(
        "command",
        nargs="?",
        choices=COMMANDS,
        help="instead of serving: backup writes everything that the bot keeps into one new FILE, "
        "also while it runs; restore puts what such a file holds into an empty data directory; "
        "migrate copies the catalogue into another, empty database, while the bot is stopped",
    )
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE")
    parser.add_argument("--from", dest="source", metavar="URL", help="of migrate: where it is")
    parser.add_argument("--to", dest="target", metavar="URL", help="of migrate: where it is to be")
    return parser


def _parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = _parser()
    # Options may stand anywhere, also between the command and its file.
    options = parser.parse_intermixed_args(arguments)
    if options.command in ("backup", "restore") and not options.file:
        parser.error(f"{options.command} needs a FILE.")
    if options.command == "migrate" and not (options.source and options.target):
        parser.error("migrate needs --from URL and --to URL.")
    return options


def backup(options: argparse.Namespace, config: BotConfig) -> None:
    """Write everything that the bot keeps into one new file; the bot may run meanwhile."""
    file: Path = options.file
    snapshot = partial(_copy_to_file, config.catalogue) if config.catalogue else None
    saved = saving.save(
        Path(config.data_dir), config.bundles_path, file, _progress("saved"), snapshot
    )
    print(
        f"{file}: {saved.illustrations:,} illustrations with {saved.thumbnails:,} thumbnails, "
        f"{saved.bundles:,} bundles, {saved.bytes / 1e6:,.0f} MB. Keep it as safe as the bot's own "
        "data."
    )
    for place in (config.thumbnails_place, config.bundles_place):
        if is_url(place):
            print(f"What lies at {place} is not in it: a bucket needs a backup of its own.")


def restore(options: argparse.Namespace, config: BotConfig) -> None:
    """Put what a backup holds into an empty data directory."""
    file, data_dir = options.file, Path(config.data_dir)
    take_in = partial(_copy_from_file, config.catalogue) if config.catalogue else None
    with owned(data_dir, "bot.data_dir"):
        restored = restoring.restore(
            file, data_dir, config.bundles_path, _progress("restored"), take_in
        )
    print(
        f"{data_dir}: {restored.files:,} files, {restored.bytes / 1e6:,.0f} MB. Start the bot as "
        "usual; it makes its index anew."
    )


def migrate(options: argparse.Namespace, _config: BotConfig) -> None:
    """Copy the catalogue into another database, and compare it there with what it was."""
    moved = asyncio.run(moving.move(options.source, options.target, _progress("moved")))
    print(
        f"{options.target}: {moved.illustrations:,} illustrations; all {moved.rows:,} rows are the "
        "same there. Set bot.catalogue to it before the bot starts again; the old one is as it was."
    )


def _copy_to_file(url: str, file: Path) -> None:
    asyncio.run(moving.move(url, f"sqlite:///{file}", _progress("copied")))


def _copy_from_file(url: str, file: Path) -> None:
    asyncio.run(moving.move(f"sqlite:///{file}", url, _progress("copied")))


def _progress(what: str) -> Told:
    """Say every tenth that is done, on standard error."""
    said = 0

    def told(done: int, of: int) -> None:
        nonlocal said
        tenth = 10 * done // max(of, 1)
        if tenth > said:
            said = tenth
            print(f"{what} {10 * tenth}%", file=sys.stderr, flush=True)

    return told


COMMANDS = {"backup": backup, "restore": restore, "migrate": migrate}


def _shards(text: str) -> Shards:
    match = re.fullmatch(r"(\d+)-(\d+)/(\d+)", text)
    if match is None or not int(match[1]) <= int(match[2]) < int(match[3]):
        raise argparse.ArgumentTypeError(
            f"must be A-B/N with A ≤ B < N, for example 0-3/8. Received: {text!r}"
        )
    return Shards(int(match[1]), int(match[2]), int(match[3]))


def _settings(options: argparse.Namespace, tagger: str) -> Settings:
    settings = read_settings(options.config, options.set)
    bot = read_section(settings, "bot", BotConfig)
    given = {"host": options.host, "port": options.port}
    http = replace(bot.http, **{key: value for key, value in given.items() if value is not None})
    discord_token = ""
    if not options.local:
        discord_token = secret(DISCORD_TOKEN_VARIABLE)
        if not discord_token:
            raise StartError(
                f"The environment variable {DISCORD_TOKEN_VARIABLE} is not set. Put the token of "
                "your Discord application there, or use --local for the local channel alone "
                "(make demo)."
            )
        # Drawings are for people who try the local channel; a community brings its own.
        bot = replace(bot, gallery=replace(bot.gallery, count=0))
    return Settings(
        bot=replace(bot, http=http),
        model=read_section(settings, "model", ModelConfig),
        token=secret(API_TOKEN_VARIABLE),
        discord_token=discord_token,
        shards=options.shards,
        tagger=tagger,
        train_arguments=_train_arguments(options),
    )


def _train_arguments(options: argparse.Namespace) -> tuple[str, ...]:
    """What training that the bot starts must get, so that it reads the same configuration."""
    given = [] if options.config is None else ["--config", str(options.config)]
    assignments = [one for one in options.set if one.startswith(("train.", "model."))]
    return (*given, *(part for one in assignments for part in ("--set", one)))


if __name__ == "__main__":
    sys.exit(main())
