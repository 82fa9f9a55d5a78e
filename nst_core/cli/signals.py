"""How a person at the terminal ends a run: Ctrl-C, `kill`."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any, NoReturn

from nst_core.cli.console import line


class Stop:
    """Whether the run shall end after the step at hand."""

    requested = False


@contextmanager
def graceful() -> Iterator[Stop]:
    """The first Ctrl-C or `kill` asks to stop after the step at hand, the second raises `KeyboardInterrupt`."""
    stop = Stop()

    def interrupt(number: int, frame: FrameType | None) -> None:
        if stop.requested:
            raise KeyboardInterrupt
        stop.requested = True
        with suppress(OSError):  # not through sys.stderr: the signal may have come amidst one of its writes
            os.write(2, f"\n{line('stopping after this step; Ctrl-C again stops at once')}\n".encode())

    with _handling(signal.SIGINT, interrupt), _handling(signal.SIGTERM, interrupt):
        yield stop


@contextmanager
def terminated_like_interrupted() -> Iterator[None]:
    """A `kill` is then a Ctrl-C."""

    def interrupt(number: int, frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    with _handling(signal.SIGTERM, interrupt):
        yield


@contextmanager
def deaf_to_interrupts() -> Iterator[None]:
    """An impatient Ctrl-C must not lose the picture that an earlier one asked to keep."""
    with _handling(signal.SIGINT, signal.SIG_IGN), _handling(signal.SIGTERM, signal.SIG_IGN):
        yield


@contextmanager
def _handling(number: signal.Signals, handler: Any) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():  # only there may handlers be set
        yield
        return
    previous = signal.signal(number, handler)
    try:
        yield
    finally:
        signal.signal(number, previous)
