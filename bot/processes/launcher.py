"""What runs a training command for the bot: a child process, or a job on a cluster."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol


class Running(Protocol):
    """A command that has been launched."""

    async def ended(self) -> int | None:
        """Wait a moment for its end.

        Returns:
            Its exit status; None: it goes on. Why it could not be launched, or was lost, stands at
            the end of its log, as what it says itself does.
        """


class Launcher(Protocol):
    """Launches commands of ``python -m train``."""

    def running(self, arguments: Sequence[str], log: Path) -> AbstractAsyncContextManager[Running]:
        """Run a command within the ``with``; leaving that ends it.

        Args:
            arguments: Its command line.
            log: What it prints goes to the end of this file, at the latest when it has ended.
        """
