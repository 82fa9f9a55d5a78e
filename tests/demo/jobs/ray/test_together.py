"""Jobs that belong together, several at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator

import pytest

from demo.jobs.ray import together as module
from demo.jobs.ray.together import Together
from demo.jobs.records import Job, Record, Waiting
from tests.support.jobs import LIVENESS, a_job, progress


class Room:
    """So many at a time; each waits for the others that there is room for."""

    def __init__(self, places: int) -> None:
        self._places = threading.Semaphore(places)
        self._all = threading.Barrier(places)
        self.left = 0

    def in_turn(self, job: Job, is_left: Callable[[], bool]) -> Generator[Record, None, None]:
        yield Waiting(0)
        with self._places:
            yield from self._painted()

    def beside(self, job: Job, is_left: Callable[[], bool]) -> Generator[Record, None, None]:
        if self._places.acquire(blocking=False):
            try:
                yield from self._painted()
            finally:
                self._places.release()

    def _painted(self) -> Generator[Record, None, None]:
        try:
            self._all.wait(LIVENESS)
            yield progress(20)
        finally:
            self.left += 1


def test_as_many_at_a_time_as_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_EVERY", 0.01)
    room = Room(3)
    records = list(Together([a_job() for _ in range(6)], room.in_turn, room.beside).records())
    assert sorted(place for place, record in records if not isinstance(record, Waiting)) == list(range(6))
    assert room.left == 6


def test_one_that_fails_ends_all() -> None:
    def fail(job: Job, is_left: Callable[[], bool]) -> Generator[Record, None, None]:
        yield Waiting(0)
        raise RuntimeError("broken")

    def nothing(job: Job, is_left: Callable[[], bool]) -> Generator[Record, None, None]:
        yield from ()

    together = Together([a_job() for _ in range(3)], fail, nothing)
    with pytest.raises(RuntimeError, match="broken"):
        list(together.records())
    assert together._is_left.is_set()
