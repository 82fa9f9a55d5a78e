"""Who is there: the streams that pages and programs hold open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum, auto
from threading import Lock
from typing import TypeVar

from demo.visitors.identity import Visitor

K = TypeVar("K")


class Stream(Enum):
    """What one is open for."""

    PRESENCE = auto()  # a page's sign of life
    RECORDS = auto()  # what a run yields
    UPLOAD = auto()  # how far an upload is


class Listeners:
    """The open streams of all sessions."""

    def __init__(self) -> None:
        self._streams: Counter[tuple[Stream, str]] = Counter()
        self._networks: Counter[str] = Counter()
        self._lock = Lock()

    @contextmanager
    def open(self, visitor: Visitor, stream: Stream) -> Iterator[None]:
        """A stream, until the block ends."""
        self._count(visitor, stream, 1)
        try:
            yield
        finally:
            self._count(visitor, stream, -1)

    def is_there(self, session: str) -> bool:
        """Whether somebody has the page open, or listens."""
        with self._lock:
            return any((stream, session) in self._streams for stream in Stream)

    def hears(self, session: str) -> bool:
        """Whether somebody listens to what a run yields."""
        with self._lock:
            return (Stream.RECORDS, session) in self._streams

    def anybody_hears(self) -> bool:
        """Whether anybody listens to a run."""
        with self._lock:
            return any(stream is Stream.RECORDS for stream, _ in self._streams)

    def count(self) -> int:
        """How many are open."""
        with self._lock:
            return self._networks.total()

    def of(self, network: str) -> int:
        """How many streams a network has open."""
        with self._lock:
            return self._networks[network]

    def _count(self, visitor: Visitor, stream: Stream, by: int) -> None:
        with self._lock:
            _add(self._streams, (stream, visitor.session), by)
            _add(self._networks, visitor.network, by)


def _add(counter: Counter[K], key: K, by: int) -> None:
    """Count; what is 0 takes no room."""
    counter[key] += by
    if not counter[key]:
        del counter[key]
