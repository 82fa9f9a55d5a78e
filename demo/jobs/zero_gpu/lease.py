"""Some jobs on lent cards, piece after piece, on a thread of their own."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, closing
from contextvars import copy_context
from dataclasses import replace
from pathlib import Path

import gradio as gr

from demo.jobs.failures import Failed
from demo.jobs.queue import CALL_EVERY
from demo.jobs.records import Job
from demo.jobs.zero_gpu.asking import Asking
from demo.jobs.zero_gpu.orders import Orders
from demo.jobs.zero_gpu.pieces import Begun, Finished, Parked, Piece, Shown, Told
from demo.jobs.zero_gpu.refusals import fewer_seconds, refusal

Paint = Callable[[Piece], Generator[Told, None, None]]


class Lease:
    """What comes back lies in a box until it is taken.

    The generator of `spaces` is iterated here alone: one that is closed waits for the worker's step at hand, and in a
    visitor's own handler that held everybody on the page (3.6 s of a large picture, measured).
    """

    def __init__(
        self,
        paint: Paint,
        jobs: Sequence[Job],
        estimates: Sequence[float],
        asking: Asking,
        orders: Orders,
        folders: tuple[Path, ...],
        held: ExitStack,
    ) -> None:
        """`estimates`: the seconds of each job; `held`: what is given back at the end, in whatever way it comes."""
        self._paint, self._asking, self._orders, self._held = paint, asking, orders, held
        self._estimates = list(estimates)
        self._piece = Piece(
            jobs=tuple(jobs),
            seconds=asking.seconds(sum(estimates)),
            orders=orders.path,
            folders=folders,
            slowness=asking.slowness,
        )
        self._box = queue.SimpleQueue[Shown | Exception | None]()
        self._last: Shown | None = None
        self.is_waiting = True  # for a card
        # The visitor's token, by which the host knows whose seconds these are, is in the context.
        self._thread = threading.Thread(target=copy_context().run, args=(self._work,), daemon=True)

    def start(self) -> None:
        """Ask for the first card."""
        self._thread.start()

    def shown(self) -> Iterator[Shown | None]:
        """What comes, until the end; None for each second in which nothing does. Raises what went wrong."""
        while True:
            try:
                came = self._box.get(timeout=CALL_EVERY)
            except queue.Empty:
                yield None
                continue
            if came is None:
                return
            if isinstance(came, Exception):
                raise came
            yield came

    @property
    def is_under_way(self) -> bool:
        """Whether a card is asked for or used."""
        return self._thread.is_alive()

    def join(self, seconds: float) -> None:
        """Wait for its end, so long at most."""
        self._thread.join(seconds)

    def _work(self) -> None:
        try:
            while self._piece_is_followed():
                self.is_waiting = True
            self._box.put(None)
        except Exception as error:  # whatever it is, the one who waits for the picture is told
            self._box.put(None if self._orders.is_left else error)
        finally:
            self._held.close()
            if self._piece.parked is not None:
                self._piece.parked.state.unlink(missing_ok=True)
            self._piece = replace(self._piece, jobs=())  # megabytes

    def _piece_is_followed(self) -> bool:
        """Paint a piece; whether another one comes after it, which is then `self._piece`."""
        if self._orders.is_left:  # a card that nobody wants would cost the visitor seconds
            return False
        try:
            parked = self._painted()
        except gr.Error as error:  # the host's own
            fewer = fewer_seconds(error, self._piece.seconds) if self.is_waiting else None
            if fewer is None:
                raise refusal(error, is_amid=self._last is not None) from error
            self._piece = replace(self._piece, seconds=fewer)
            return True
        if parked is None:
            return False
        seconds = self._asking.seconds(self._seconds_left(parked))
        self._piece = replace(self._piece, seconds=seconds, slowness=self._asking.slowness, parked=parked)
        return True

    def _painted(self) -> Parked | None:
        """Where the piece stopped, if it isn't done."""
        parked = None
        with closing(self._paint(self._piece)) as told:
            for each in told:
                match each:
                    case Begun():
                        self._asking.begun(each.seconds)
                        self.is_waiting = False
                    case Shown():
                        self._last = each
                        self._box.put(each)
                    case Parked():
                        parked = each
                    case Failed():
                        raise each.error()
                if isinstance(each, Parked | Finished):
                    self._asking.ended(each.slowness)
        return parked

    def _seconds_left(self, parked: Parked) -> float | None:
        """Of all jobs, as far as that is known."""
        left = self._last.progress.seconds_left if self._last else None
        return None if left is None else left + sum(self._estimates[parked.place + 1 :])
