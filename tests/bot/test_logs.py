"""The log: one line for each event."""

import logging
import sys

import pytest
from aiohttp.http_exceptions import BadHttpMessage

from bot.logs import LineFormatter, without_trace


def written(message: str, **more: object) -> str:
    record = logging.LogRecord("bot", logging.INFO, __file__, 1, message, (), None)
    vars(record).update(more)
    return LineFormatter("%(levelname)s %(message)s").format(record)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("星空 1.png", "星空 1.png"),
        ("a\nERROR b.png", r"a\nERROR b.png"),
        ("a\r\x1b[2Jb.png", r"a\r\x1b[2Jb.png"),
        ("a\u2028\u202eb.png", r"a\u2028\u202eb.png"),
        ("a\udcffb.png", r"a\udcffb.png"),
    ],
)
def test_a_name_can_neither_begin_a_line_nor_command_the_terminal(name, shown):
    assert written(name) == f"INFO {shown}"


def test_a_stack_trace_keeps_its_lines():
    try:
        raise KeyError("x")
    except KeyError:
        lines = written("failed", exc_info=sys.exc_info()).splitlines()
    assert lines[0] == "INFO failed"
    assert lines[-1] == "KeyError: 'x'"


def test_no_secret_is_written_not_even_in_a_stack_trace():
    record = logging.LogRecord("bot", logging.ERROR, __file__, 1, "got %s", ("s3cret",), None)
    try:
        raise ValueError("Bearer s3cret")
    except ValueError:
        record.exc_info = sys.exc_info()
    text = LineFormatter("%(message)s", ("s3cret", "")).format(record)
    assert text.startswith("got ***\nTraceback")
    assert text.endswith("ValueError: Bearer ***")


def test_a_request_that_is_no_http_is_said_in_one_line():
    try:
        raise BadHttpMessage("a header without a name")
    except BadHttpMessage:
        record = logging.LogRecord(
            "aiohttp.server", logging.ERROR, __file__, 1, "Error", (), sys.exc_info()
        )
    assert without_trace(record)
    assert "\n" not in LineFormatter("%(message)s").format(record)


def test_what_discord_py_traces_is_said_in_one_line():
    try:
        raise ConnectionResetError("cut")
    except ConnectionResetError:
        record = logging.LogRecord(
            "discord.shard",
            logging.ERROR,
            __file__,
            1,
            "Reconnecting in %d s",
            (3,),
            sys.exc_info(),
        )
    assert without_trace(record)
    assert LineFormatter("%(message)s").format(record) == "Reconnecting in 3 s (cut)"
