"""The log: one line for each event, whatever the names in it hold, and never a secret.

Why: names of files come from strangers. A line break in one could pass for an event of its own,
and an escape character could command the terminal that shows it.
"""

import logging
from collections.abc import Collection

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

# What a stranger can send that aiohttp cannot read.
_NO_HTTP = (HttpProcessingError, web.RequestPayloadError)


class LineFormatter(logging.Formatter):
    """Writes unprintable characters of a message as escapes; a stack trace keeps its lines.

    Args:
        layout: As for ``logging.Formatter``.
        secrets: Texts that are written as stars, wherever they stand; an empty one is none.
    """

    def __init__(self, layout: str, secrets: Collection[str] = ()) -> None:
        super().__init__(layout)
        self._secrets = [one for one in secrets if one]

    def format(self, record: logging.LogRecord) -> str:
        """The whole entry, a stack trace included."""
        text = super().format(record)
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """The message with its time and level, as one line."""
        record.message = "".join(
            one if one.isprintable() else one.encode("unicode_escape").decode()
            for one in record.message
        )
        return super().formatMessage(record)


def without_trace(record: logging.LogRecord) -> bool:
    """Say in words what libraries show a stack trace for that is the network, not a defect.

    Of discord.py all of it; of aiohttp what is no HTTP.
    """
    error = record.exc_info[1] if record.exc_info else None
    if error and (record.name.startswith("discord.") or isinstance(error, _NO_HTTP)):
        record.msg, record.args = "%s (%s)", (record.getMessage(), str(error) or repr(error))
        record.exc_info = None
    return True


def line_handler(secrets: Collection[str] = ()) -> logging.Handler:
    """A handler that writes such lines to standard error, and none of these secrets."""
    # Its own notes on every connection say nothing that the bot does not say itself.
    logging.getLogger("discord").setLevel(logging.WARNING)
    handler = logging.StreamHandler()
    handler.addFilter(without_trace)
    handler.setFormatter(LineFormatter("%(asctime)s %(levelname)s %(message)s", secrets))
    return handler
