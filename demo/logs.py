"""What is written for whoever runs the server: bounded, and nobody's text looks like a line of its own in it."""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TextIO

MOST = 4_000  # characters of what is written at once: a record, or an entry of a traceback
BURST = 2_000_000  # characters that may come in a rush: whoever is refused makes a line, as often as they like
PACE = 3_000  # characters a second in the long run: a quarter of a gigabyte a day
CONTINUED = "\n    | "  # no record begins so
# What a terminal obeys, and what turns the order of letters round
_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class Level(StrEnum):
    """From what weight on something is written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"

    @property
    def number(self) -> int:
        """As `logging` has it."""
        return logging.getLevelNamesMapping()[self.value.upper()]


class Format(StrEnum):
    """What a line looks like."""

    PLAIN = "plain"
    JSON = "json"


def set_up(level: Level, kind: Format) -> None:
    """From now on the log, and whatever else is written to stdout and stderr, is bounded; before anything is logged."""
    raw = sys.stderr
    sys.stdout, sys.stderr = Guarded(sys.stdout), Guarded(sys.stderr)
    handler = logging.StreamHandler(Bounded(raw, as_record) if kind is Format.JSON else sys.stderr)
    plain = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    handler.setFormatter(JsonFormatter() if kind is Format.JSON else plain)
    handler.setLevel(level.number)
    # What is counted of jobs is told as information, however little of it is to be read.
    logging.getLogger().setLevel(min(level.number, logging.INFO))
    logging.getLogger().addHandler(handler)
    logging.getLogger("httpx").setLevel(logging.WARNING)


class JsonFormatter(logging.Formatter):
    """An object a line; a record's `extra={"fields": ...}` become its own."""

    def format(self, record: logging.LogRecord) -> str:
        """See `logging.Formatter`."""
        told: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": cut(record.getMessage()),
        }
        if record.exc_info:
            told["exception"] = cut(self.formatException(record.exc_info))
        fields: Mapping[str, Any] = getattr(record, "fields", {})
        return json.dumps(told | dict(fields))


def cut(text: str) -> str:
    """A text that isn't too long: what is left out is the middle, as a traceback says what happened at its end."""
    if len(text) <= MOST:
        return text
    return f"{text[: MOST // 2]}... ({len(text)} characters) ...{text[-MOST // 2 :]}"


def guarded(text: str) -> str:
    """A text as it may be written: cut, its control characters escaped, and each line but the first marked as such."""
    text = cut(text)
    body = text.removesuffix("\n")
    escaped = _OBEYED.sub(lambda found: found.group().encode("unicode_escape").decode(), body)
    return escaped.replace("\n", CONTINUED) + text[len(body) :]


def as_line(left_out: int) -> str:
    """What is told of so many characters."""
    return f"{left_out} characters of the log are left out: too many came at once\n"


def as_record(left_out: int) -> str:
    """The same where each line is an object."""
    return json.dumps({"level": "warning", "logger": __name__, "message": as_line(left_out).rstrip()}) + "\n"


class Bounded:
    """A stream that passes on only so much, and says how much it left out."""

    def __init__(self, stream: TextIO, notice: Callable[[int], str] = as_line) -> None:
        self._stream, self._notice = stream, notice
        self._room, self._left_out, self._counted = float(BURST), 0, time.monotonic()
        self._is_amid = False  # a line

    def write(self, text: str) -> int:
        """Write a text, and say how long it was; where too much came before, its length is told later on."""
        now = time.monotonic()
        self._room = min(float(BURST), self._room + PACE * (now - self._counted))
        self._counted = now
        if len(text) > self._room or (self._left_out and self._room < MOST):
            self._left_out += len(text)
            return len(text)
        if self._left_out:
            self._stream.write(("\n" if self._is_amid else "") + self._notice(self._left_out))
            self._left_out = 0
        self._room -= len(text)
        self._is_amid = not text.endswith("\n")
        self._stream.write(text)
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class Guarded(Bounded):
    """A stream that writes everything `guarded`, for Gradio's own tracebacks, too, and only so much of it."""

    def write(self, text: str) -> int:
        """Write a text, and say how long it was."""
        super().write(guarded(text))
        return len(text)
