"""The log holds lines that the server wrote, and nothing that passes for one."""

from __future__ import annotations

import io
import logging
import traceback

import pytest

from demo import logs
from demo.logs import BURST, MOST, Guarded, guarded


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


def test_a_flood_is_cut_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(logs.time, "monotonic", lambda: now)
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
