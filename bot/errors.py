"""Errors of the service, beside those of ``model.errors``.

HoshizoraError
├── BusyError            the queue is full; try again soon
├── DrawingError         a picture could not be drawn; a reply goes without it
├── UnavailableError     inference is starting or was lost; try again soon
├── UnknownPostError     there is no such illustration (any more)
├── RequestError         a request cannot be understood (has a code)
└── StartError           the service cannot start with this environment
"""

from model.errors import HoshizoraError


class BusyError(HoshizoraError):
    """More requests are in flight than ``bot.max_queue`` allows."""


class DrawingError(HoshizoraError):
    """A reply's picture could not be drawn."""


class UnavailableError(HoshizoraError):
    """The inference process is not there at the moment."""


class UnknownPostError(HoshizoraError):
    """An illustration was asked for that does not exist or was forgotten."""


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
