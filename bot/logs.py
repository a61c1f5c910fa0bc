"""The log: one line for each event, whatever the names in it hold.

Why: names of files come from strangers. A line break in one could pass for an event of its own,
and an escape character could command the terminal that shows it.
"""

import logging


class LineFormatter(logging.Formatter):
    """Writes unprintable characters of a message as escapes; a stack trace keeps its lines."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """The message with its time and level, as one line."""
        record.message = "".join(
            one if one.isprintable() else one.encode("unicode_escape").decode()
            for one in record.message
        )
        return super().formatMessage(record)


def line_handler() -> logging.Handler:
    """A handler that writes such lines to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(LineFormatter("%(asctime)s %(levelname)s %(message)s"))
    return handler
