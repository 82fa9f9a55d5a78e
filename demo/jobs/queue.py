"""The line of those who wait for one place."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition

from nst_core.errors import InputError

MAX_WAITING = 20  # by default
CALL_EVERY = 1.0  # seconds between two records to someone who waits


class Queue:
    """First come, first served. Gradio's own counts a cancelled job as gone while its last step still runs."""

    def __init__(self, max_waiting: int) -> None:
        self._max_waiting = max_waiting
        self._tickets: deque[object] = deque()
        self._moved = Condition()

    @contextmanager
    def join(self) -> Iterator[object]:
        """A ticket at the end of the queue, handed back after the block; `ValueError` when the queue is full."""
        ticket = object()
        with self._moved:
            if len(self._tickets) > self._max_waiting:
                raise InputError(
                    f"{self._max_waiting} people are waiting already; please try again in a few minutes",
                    "queue_full",
                    waiting=self._max_waiting,
                )
            self._tickets.append(ticket)
        try:
            yield ticket
        finally:
            with self._moved:
                self._tickets.remove(ticket)
                self._moved.notify_all()

    @property
    def is_empty(self) -> bool:
        """Whether nobody is being served or waits."""
        with self._moved:
            return not self._tickets

    def wait(self, ticket: object, seconds: float) -> int:
        """How many are ahead of `ticket`, as soon as it is nobody, else after `seconds`."""
        with self._moved:
            self._moved.wait_for(lambda: self._tickets[0] is ticket, seconds)
            return self._tickets.index(ticket)
