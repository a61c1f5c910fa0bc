"""Errors of the service, beside those of ``model.errors``.

HoshizoraError
├── BusyError            the queue is full; try again soon
├── DrawingError         a picture could not be drawn; a reply goes without it
├── UnavailableError     inference is starting or was lost; try again soon
│   └── TeachingLostError the teaching process was; try again soon
├── TeachingFailedError  something cannot be learnt; trying again does not help
├── UnknownPostError     there is no such illustration (any more)
├── RequestError         a request cannot be understood (has a code)
├── TagExistsError       the guild has taught a tag of this name already
├── UnknownTagError      the guild has not taught this tag, or not any more
├── BackupError          a backup cannot be written, or is none, or there is no room for it
├── MoveError            a catalogue cannot be moved to another database
└── StartError           the service cannot start with this environment
"""

from model.errors import HoshizoraError


class BusyError(HoshizoraError):
    """More requests are in flight than ``bot.max_queue`` allows."""


class DrawingError(HoshizoraError):
    """A reply's picture could not be drawn."""


class UnavailableError(HoshizoraError):
    """The inference process is not there at the moment."""


class TeachingLostError(UnavailableError):
    """The teaching process was lost, took too long, or cannot be started at the moment."""


class TeachingFailedError(HoshizoraError):
    """The teaching process cannot do what it was asked: a damaged model, the wrong encoder."""


class UnknownPostError(HoshizoraError):
    """An illustration was asked for that does not exist or was forgotten."""


class TagExistsError(HoshizoraError):
    """A tag was to be taught whose name is taken by another one that the guild taught."""


class UnknownTagError(HoshizoraError):
    """A taught tag was asked for that does not exist or was removed."""


class RequestError(HoshizoraError):
    """A request cannot be understood; ``code`` is part of the public contract."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return self.message


class StartError(HoshizoraError):
    """The service cannot start: a port in use, a missing token, a data directory in use."""


class BackupError(HoshizoraError):
    """A backup cannot be written or restored; what was there before is as it was."""


class MoveError(HoshizoraError):
    """A catalogue cannot be moved to another database; the new one holds nothing of it."""
