"""The bot as it is tortured: with a clock that jumps, in a hurry, its training a stand-in.

``CLOCK`` in its working directory holds by how many seconds its clock is off. Besides, what it
waits for may pass faster: pauses before another attempt, and limits of time.
"""

import asyncio
import datetime
import selectors
import sys
import time
from pathlib import Path

CLOCK = "clock"
# What ``BotProcess`` runs; its first argument is the tagger.
PROGRAM = "from tests.torture.bot_program import main; main()"
FASTER = "from tests.torture.bot_program import main; main(speed={})"


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


class _Selector(selectors.DefaultSelector):
    """Waits less long than it is asked to."""

    def __init__(self, speed: float) -> None:
        super().__init__()
        self._speed = speed

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        return super().select(timeout and timeout / self._speed)


class Loop(asyncio.SelectorEventLoop):
    """An event loop whose time passes faster."""

    def __init__(self, speed: float) -> None:
        super().__init__(_Selector(speed))
        self._speed = speed

    def time(self) -> float:
        return super().time() * self._speed


class _Policy(asyncio.DefaultEventLoopPolicy):
    speed: float

    def new_event_loop(self) -> asyncio.AbstractEventLoop:
        return Loop(self.speed)


def main(speed: float = 1.0) -> None:
    """``python -m bot``, so changed; ends the process."""
    shift(Path(CLOCK).absolute())
    if speed != 1.0:
        policy = _Policy()
        policy.speed = speed
        asyncio.set_event_loop_policy(policy)
    import bot.bundles.takeover
    import bot.bundles.watching
    import bot.discord.client
    from bot.__main__ import main as start
    from bot.processes.commands import Commands

    bot.bundles.watching.SCAN_SECONDS = 0.3
    bot.bundles.takeover.GRACE_SECONDS = 1.0
    bot.bundles.takeover.LOOK_SECONDS = 0.2
    bot.discord.client.GUILDS_READY_SECONDS = 0.05
    Commands.__init__.__defaults__ = ((sys.executable, "-m", "tests.torture.training"), ())
    sys.exit(start(sys.argv[2:], tagger=sys.argv[1]))
