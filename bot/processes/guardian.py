"""``python -m bot.processes.guardian COMMAND…``: run a command that must not outlive the bot.

It is started in a session of its own, at the lowest priority, with a pipe from the bot as standard
input. When the pipe ends, the bot has ended, however that came about: then everything that the
command has started ends at once. Why a process of its own: the command knows nothing of the bot,
and starts processes itself; a whole session is what can be ended together.
"""

import os
import signal
import subprocess
import sys
import threading

LOWEST_PRIORITY = 19


def main() -> int:
    """Run the command of this process's arguments; its exit status, 128 and more for a signal."""
    os.nice(LOWEST_PRIORITY)
    threading.Thread(target=_end_with_the_bot, daemon=True).start()
    status = subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL, check=False).returncode  # noqa: S603 - the bot's own
    return status if status >= 0 else 128 - status


def _end_with_the_bot() -> None:
    while os.read(0, 1):
        pass
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
