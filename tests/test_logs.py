"""Logs are one JSON object per line, and keep quiet about people."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from sayso import logs


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Everything logged during the test; the logging of the test run is put back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.configure("INFO", stream)
    yield stream
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def parsed(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_tells_what_where_and_how_bad(lines: io.StringIO) -> None:
    structlog.get_logger("sayso.worker").warning("delivery failed", delivery=7)
    (line,) = parsed(lines)
    assert line["event"] == "delivery failed"
    assert line["delivery"] == 7
    assert line["level"] == "warning"
    assert line["logger"] == "sayso.worker"
    assert line["at"].endswith("Z")


def test_the_libraries_log_the_same_way(lines: io.StringIO) -> None:
    logging.getLogger("gunicorn.error").error("worker %s died", 3)
    (line,) = parsed(lines)
    assert (line["event"], line["logger"]) == ("worker 3 died", "gunicorn.error")


def test_what_is_below_the_level_is_left_out(lines: io.StringIO) -> None:
    structlog.get_logger("sayso").debug("detail")
    assert lines.getvalue() == ""


@pytest.mark.parametrize(
    ("level", "heard"),
    [("DEBUG", ["ran", "late"]), ("INFO", ["late"]), ("WARNING", ["late"]), ("ERROR", [])],
)
def test_the_scheduler_is_heard_when_something_is_wrong(level: str, heard: list[str]) -> None:
    root, chatty = logging.getLogger(), logging.getLogger("apscheduler")
    before = root.handlers[:], root.level, chatty.level
    stream = io.StringIO()
    try:
        logs.configure(level, stream)
        logging.getLogger("apscheduler.executors.default").info("ran")
        logging.getLogger("apscheduler.scheduler").warning("late")
    finally:
        root.handlers[:], root.level = before[0], before[1]
        chatty.setLevel(before[2])
        structlog.reset_defaults()
    assert [line["event"] for line in parsed(stream)] == heard


def test_what_a_request_binds_is_on_each_of_its_lines(lines: io.StringIO) -> None:
    structlog.contextvars.bind_contextvars(request="r-1")
    structlog.get_logger("sayso").info("one")
    logging.getLogger("library").info("two")
    assert [line["request"] for line in parsed(lines)] == ["r-1", "r-1"]


@pytest.mark.parametrize(
    "key", ["answers", "email", "endpoint", "name", "password", "phone", "pin", "token"]
)
def test_a_value_that_identifies_or_opens_a_door_is_hidden(lines: io.StringIO, key: str) -> None:
    structlog.get_logger("sayso").info("said too much", **{key: "canary-4711"})
    assert "canary-4711" not in lines.getvalue()
    assert parsed(lines)[0][key] == "[hidden]"


def test_a_trace_stays_on_its_line(lines: io.StringIO) -> None:
    try:
        raise ValueError("two\nlines")
    except ValueError:
        structlog.get_logger("sayso").exception("failed")
    (line,) = parsed(lines)
    assert "ValueError: two" in line["exception"]
