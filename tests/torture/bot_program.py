"""The bot as it is tortured: with a clock that jumps, in a hurry, its training a stand-in.

``CLOCK`` in its working directory holds by how many seconds its clock is off.
"""

import datetime
import sys
import time
from pathlib import Path

CLOCK = "clock"
# What ``BotProcess`` runs; its first argument is the tagger.
PROGRAM = "from tests.torture.bot_program import main; main()"


class _Kind(type):
    """Whatever is a moment is one of ours as well: compiled code makes plain ones."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, REAL)


REAL = datetime.datetime


class Shifted(REAL, metaclass=_Kind):
    """Moments by the clock that jumps."""

    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> "Shifted":
        return cls.fromtimestamp(time.time(), tz)


def shift(by: Path) -> None:
    """Let the clock of this process go as the file says, from here on."""
    real = time.time

    def now() -> float:
        try:
            return real() + float(by.read_text())
        except (FileNotFoundError, ValueError):  # there is none, or it is being written
            return real()

    time.time = now
    datetime.datetime = Shifted  # type: ignore[misc]


def main() -> None:
    """``python -m bot``, so changed; ends the process."""
    shift(Path(CLOCK).absolute())
    import bot.bundles.takeover
    import bot.bundles.watching
    import bot.discord.client
    from bot.__main__ import main as start
    from bot.processes.commands import Commands

    bot.bundles.watching.SCAN_SECONDS = 0.3
    bot.bundles.takeover.GRACE_SECONDS = 1.0
    bot.bundles.takeover.LOOK_SECONDS = 0.2
    bot.discord.client.GUILDS_READY_SECONDS = 0.05
    Commands.__init__.__defaults__ = ((sys.executable, "-m", "tests.torture.training"),)
    sys.exit(start(sys.argv[2:], tagger=sys.argv[1]))
