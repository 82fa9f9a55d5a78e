"""Lines that nobody can see don't end a program: its standard streams lose them instead."""

from __future__ import annotations

import errno
import io
import os
import sys

TYPE_CHECKING = False  # as in nst_core/process.py
if TYPE_CHECKING:
    from typing import TextIO

GONE = (errno.EPIPE, errno.EBADF)  # whoever read has had enough, or never wanted to


class LenientFile(io.FileIO):
    """A file that takes all that is written to it, and loses what can't be; `failure` is the first reason."""

    failure: OSError | None = None

    def write(self, data: object) -> int:
        """The number of bytes: as if they had arrived."""
        size = memoryview(data).nbytes  # type: ignore[arg-type] # io's own type of buffers isn't at run time
        try:
            written = super().write(data)  # type: ignore[arg-type]
        except OSError as error:
            self.failure = self.failure or error
            return size
        return size if written is None else written  # None: a pipe that doesn't wait is full


def open_missing() -> None:
    """Give a process that was started without one of the streams 0, 1 and 2 the null device in its place.

    Otherwise the next file that it opens gets the number, and a message amid its bytes.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free


def make_lenient() -> LenientFile | None:
    """Let stdout and stderr lose what can't be shown, and escape what their encoding lacks; returns stdout's file."""
    if os.name == "nt":  # its console isn't written to as a file
        return None
    output = LenientFile(1, "wb", closefd=False)
    sys.stdout = _text(output, sys.stdout)
    sys.stderr = _text(LenientFile(2, "wb", closefd=False), sys.stderr)
    return output


def _text(file: LenientFile, before: TextIO | None) -> TextIO:
    """The stream that takes the place of `before`, which is None where it was closed."""
    errors = getattr(before, "errors", None)
    return io.TextIOWrapper(
        io.BufferedWriter(file),
        encoding=getattr(before, "encoding", "utf-8"),
        errors="backslashreplace" if errors in (None, "strict") else errors,
        line_buffering=True,
    )


def lost_output(output: LenientFile | None) -> OSError | None:
    """Why what was asked for on stdout isn't there; None where it is, or where nobody waits for it."""
    if output is None:
        return None
    sys.stdout.flush()
    return None if output.failure is None or output.failure.errno in GONE else output.failure
