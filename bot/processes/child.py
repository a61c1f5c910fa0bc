"""The child's side of a child process: read a request, answer it, end with the parent.

Why a thread reads: a child must end when its parent does, also after kill -9, also while it is
busy. The parent's end shows as the end of the input; the reading thread sees it at once.
"""

import os
import queue
import signal
import threading
import time
from collections.abc import Iterator
from typing import BinaryIO

from bot.processes.frames import Frame, frame_parts, read_frame

# How long a request that is being worked on may go on after the parent's end.
GRACE_SECONDS = 3.0


class ParentPipe:
    """Requests from the parent and answers to it, over what were standard input and output."""

    def __init__(self, requests: BinaryIO, answers: BinaryIO) -> None:
        self._requests = requests
        self._answers = answers
        self._waiting: queue.SimpleQueue[Frame | None] = queue.SimpleQueue()
        threading.Thread(target=self._read, name="parent-pipe", daemon=True).start()

    @classmethod
    def take_over(cls) -> "ParentPipe":
        """Take standard input and output for the pipe; whatever a library prints goes to stderr.

        Signals of the terminal or of a service manager are left to the parent, which ends its
        children when what they have begun is finished.
        """
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        os.dup2(2, 1)
        return cls(requests, answers)

    def requests(self) -> Iterator[Frame]:
        """Requests in their order, until the parent closes the pipe."""
        while (frame := self._waiting.get()) is not None:
            yield frame

    def answer(self, frame: Frame) -> None:
        """Send one frame to the parent."""
        for part in frame_parts(frame):
            self._answers.write(part)
        self._answers.flush()

    def _read(self) -> None:
        while (frame := read_frame(self._requests)) is not None:
            self._waiting.put(frame)
        self._waiting.put(None)
        time.sleep(GRACE_SECONDS)
        os._exit(1)
