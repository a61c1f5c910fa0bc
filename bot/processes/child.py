"""The child's side of a child process: read a request, answer it, end with the parent.

Why a thread reads: a child must end when its parent does, also after kill -9, also while it is
busy. The parent's end shows as the end of the input; the reading thread sees it at once.
"""

import json
import logging
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, Protocol

from bot.processes.frames import Frame, frame_parts, read_frame
from model.errors import HoshizoraError

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


class Answering(Protocol):
    """What a child does with the requests of its parent."""

    def introduction(self) -> Frame:
        """The first frame: what the parent needs to know of it."""

    def answer(self, request: Frame) -> Frame:
        """Answer one request, whatever goes wrong."""


def serve(load: Callable[[dict[str, Any]], Answering]) -> None:
    """What a child does from its start to its end.

    Args:
        load: Makes what answers, of the options that the command line holds as JSON. An error of
            ours is told to the parent instead of the introduction, as ``refused``.
    """
    pipe = ParentPipe.take_over()
    logging.basicConfig(stream=sys.stderr, format="%(levelname)s %(message)s")
    try:
        answering = load(json.loads(sys.argv[1]))
    except HoshizoraError as error:
        pipe.answer(Frame({"refused": str(error)}))
        return
    pipe.answer(answering.introduction())
    for request in pipe.requests():
        pipe.answer(answering.answer(request))
