"""What is written for whoever runs the server: bounded, and nobody's text looks like a line of its own in it."""

from __future__ import annotations

import re
import time
from typing import Any, TextIO

MOST = 4_000  # characters of what is written at once: a record, or an entry of a traceback
BURST = 2_000_000  # characters that may come in a rush: whoever is refused makes a line, as often as they like
PACE = 3_000  # characters a second in the long run: a quarter of a gigabyte a day
CONTINUED = "\n    | "  # no record begins so
# What a terminal obeys, and what turns the order of letters round
_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def guarded(text: str) -> str:
    """A text as it may be written: cut, its control characters escaped, and each line but the first marked as such.

    What is cut is the middle: a traceback says what happened at its end.
    """
    if len(text) > MOST:
        text = f"{text[: MOST // 2]}... ({len(text)} characters) ...{text[-MOST // 2 :]}"
    body = text.removesuffix("\n")
    escaped = _OBEYED.sub(lambda found: found.group().encode("unicode_escape").decode(), body)
    return escaped.replace("\n", CONTINUED) + text[len(body) :]


class Guarded:
    """A stream that writes everything `guarded`, for Gradio's own tracebacks, too, and only so much of it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._room, self._left_out, self._counted = float(BURST), 0, time.monotonic()
        self._is_amid = False  # a line

    def write(self, text: str) -> int:
        """Write a text, and say how long it was; where too much came before, its length is told later on."""
        written = guarded(text)
        now = time.monotonic()
        self._room = min(float(BURST), self._room + PACE * (now - self._counted))
        self._counted = now
        if len(written) > self._room or (self._left_out and self._room < MOST):
            self._left_out += len(written)
            return len(text)
        if self._left_out:
            told = f"{self._left_out} characters of the log are left out: too many came at once\n"
            written = ("\n" if self._is_amid else "") + told + written
            self._left_out = 0
        self._room -= len(written)
        self._is_amid = not written.endswith("\n")
        self._stream.write(written)
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
