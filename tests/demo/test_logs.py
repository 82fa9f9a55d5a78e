"""The log holds lines that the server wrote, and nothing that passes for one."""

from __future__ import annotations

import io
import json
import logging
import time
import traceback
from collections.abc import Callable, Iterator

import pytest

from demo import logs
from demo.logs import BURST, MOST, Format, Guarded, Level, guarded, set_up


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("as it is: ü, 漢\n", "as it is: ü, 漢\n"),
        ("a\n2026-11-27 INFO: user admin logged in\n", "a\n    | 2026-11-27 INFO: user admin logged in\n"),
        ("\x1b[31mred\x1b[0m\r\n", "\\x1b[31mred\\x1b[0m\\r\n"),
        ("\u202egnp.exe\u2028next", "\\u202egnp.exe\\u2028next"),
        ("", ""),
    ],
)
def test_nobodys_text_is_a_line_of_its_own(text: str, written: str) -> None:
    assert guarded(text) == written


def test_what_is_long_is_cut_in_the_middle() -> None:
    text = guarded("where\n" + "x" * 60_000_000 + "\nwhat happened\n")
    assert len(text) < MOST + 100
    assert text.startswith("where\n")
    assert "... (60000021 characters) ..." in text
    assert text.endswith("what happened\n")


def test_records_and_tracebacks_are_guarded() -> None:
    stream = io.StringIO()
    guard = Guarded(stream)
    logger = logging.Logger("test")
    logger.addHandler(logging.StreamHandler(guard))
    logger.info("refused: %s", "a\nINFO forged")
    try:
        raise ValueError("b\nINFO forged")
    except ValueError:
        traceback.print_exc(file=guard)
    guard.flush()
    assert not [line for line in stream.getvalue().splitlines() if line.startswith("INFO")]
    assert stream.getvalue().count("    | INFO forged\n") == 2


@pytest.fixture
def written(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], str]]:
    """Tells what was written to stderr; afterwards the log is as it was."""
    loggers = logging.getLogger(), logging.getLogger("httpx")
    before = [(logger.level, list(logger.handlers)) for logger in loggers]
    yield lambda: capsys.readouterr().err
    for logger, (level, handlers) in zip(loggers, before, strict=True):
        logger.setLevel(level)
        logger.handlers = handlers


def test_by_json_each_record_is_an_object_of_its_own(written: Callable[[], str]) -> None:
    set_up(Level.INFO, Format.JSON)
    logger = logging.getLogger("here")
    logger.debug("nothing")
    logger.info("%s", "a\n" + "x" * 2 * MOST, extra={"fields": {"steps": 3}})
    try:
        raise ZeroDivisionError
    except ZeroDivisionError:
        logger.exception("failed")
    long, failed = map(json.loads, written().splitlines())
    assert (long["level"], long["logger"], long["steps"]) == ("info", "here", 3)
    assert long["message"].startswith("a\nx")
    assert len(long["message"]) < MOST + 100
    assert "ZeroDivisionError" in failed["exception"]


def test_little_is_written_and_all_is_told(written: Callable[[], str]) -> None:
    told: list[str] = []
    set_up(Level.WARNING, Format.PLAIN)
    counting = logging.Handler()
    counting.emit = lambda record: told.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger().addHandler(counting)  # which the fixture removes
    logging.getLogger("here").info("a job")
    logging.getLogger("here").warning("two\nlines")
    assert told == ["a job", "two\nlines"]
    assert written().endswith("WARNING here: two\n    | lines\n")


def test_a_flood_is_cut_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    stream = io.StringIO()
    guard = Guarded(stream)
    line = "refused: " + "x" * 3000 + "\n"
    for _ in range(10 * BURST // len(line)):
        guard.write(line)
    assert len(stream.getvalue()) <= BURST
    now += 3600.0
    guard.write("the next one\n")
    *_, told, last = stream.getvalue().splitlines()
    assert told.endswith(" characters of the log are left out: too many came at once")
    assert last == "the next one"


def test_a_flood_is_told_as_a_record_where_each_line_is_one(
    written: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "BURST", 2 * MOST)
    set_up(Level.INFO, Format.JSON)
    for _ in range(10):
        logging.getLogger("here").info("x" * MOST)
    now = time.monotonic() + 3600.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    logging.getLogger("here").info("the next one")
    *_, told, last = map(json.loads, written().splitlines())
    assert told["message"].endswith("characters of the log are left out: too many came at once")
    assert last["message"] == "the next one"
