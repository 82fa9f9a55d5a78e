"""How a person at the terminal ends a run: Ctrl-C, `kill`, or by closing it."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from types import FrameType
from typing import Any

from nst_core.cli.console import line
from nst_core.process import ending_signals

URGENT = (signal.SIGINT, signal.SIGTERM)  # twice means at once; a terminal that is closed tells some programs twice


@dataclass
class Stop:
    """Whether the run shall end after the step at hand."""

    requested: bool = False


@contextmanager
def interruptible() -> Iterator[Stop]:
    """Before the first step, whatever asks to end raises `KeyboardInterrupt`.

    It also says so in `Stop`: amid an import, the exception may come out as another one, or not at all.
    """
    stop = Stop()

    def interrupt(number: int, frame: FrameType | None) -> None:
        stop.requested = True
        raise KeyboardInterrupt

    with _handling(interrupt):
        yield stop


@contextmanager
def graceful(earlier: Stop) -> Iterator[Stop]:
    """What asks to end is heard after the step at hand; a second Ctrl-C or `kill` raises `KeyboardInterrupt`.

    A request that came `earlier` and raised nothing is taken over.
    """
    stop, earlier.requested = Stop(earlier.requested), False
    urgent = 0

    def interrupt(number: int, frame: FrameType | None) -> None:
        nonlocal urgent
        urgent += number in URGENT
        if urgent > 1:
            raise KeyboardInterrupt
        if not stop.requested:
            with suppress(OSError):  # not through sys.stderr: the signal may have come amidst one of its writes
                os.write(2, f"\n{line('stopping after this step; Ctrl-C again stops at once')}\n".encode())
        stop.requested = True

    with _handling(interrupt):
        yield stop


@contextmanager
def deaf() -> Iterator[None]:
    """An impatient Ctrl-C must not lose the picture that an earlier one asked to keep."""
    with _handling(signal.SIG_IGN):
        yield


@contextmanager
def _handling(handler: Any) -> Iterator[None]:
    """All that asks to end goes to `handler`, until the block ends."""
    with ExitStack() as stack:
        if threading.current_thread() is threading.main_thread():  # only there may handlers be set
            for number in ending_signals():
                stack.callback(signal.signal, number, signal.signal(number, handler))
        yield
