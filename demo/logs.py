"""What is written for whoever runs the server: bounded, and nobody's text looks like a line of its own in it."""

from __future__ import annotations

import re
from typing import Any, TextIO

MOST = 4_000  # characters of what is written at once: a record, or an entry of a traceback
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
    """A stream that writes everything `guarded`, for Gradio's own tracebacks, too."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write a text, and say how long it was."""
        self._stream.write(guarded(text))
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
