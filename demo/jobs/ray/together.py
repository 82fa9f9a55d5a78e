"""Jobs that belong together, several at a time where there is room."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing

from demo.jobs.records import Job, Progress, Record

Run = Callable[[Job, Callable[[], bool]], Generator[Record, None, None]]  # a job, and whether nobody wants it any more
LOOK_EVERY = 0.2  # seconds until somebody who found no room looks again


class Together:
    """One job after the other in turn, and as many beside it as there is room for without a turn."""

    def __init__(self, jobs: Sequence[Job], in_turn: Run, beside: Run) -> None:
        """`in_turn` waits for its turn; `beside` yields nothing at all where there is no room just now."""
        self._jobs = list(enumerate(jobs))
        self._in_turn, self._beside = in_turn, beside
        self._box = queue.SimpleQueue[tuple[int, Record] | Exception | None]()
        self._taking = threading.Lock()
        self._is_left = threading.Event()

    def records(self) -> Generator[tuple[int, Record], None, None]:
        """What comes of each, with its place; raises what went wrong with any."""
        workers = [self._work_in_turn, *[self._work_beside] * (len(self._jobs) - 1)]
        for work in workers:
            threading.Thread(target=self._told, args=(work,), daemon=True).start()
        under_way = len(workers)
        try:
            while under_way:
                came = self._box.get()
                if came is None:
                    under_way -= 1
                elif isinstance(came, Exception):
                    raise came
                else:
                    yield came
        finally:
            self._is_left.set()

    def _told(self, work: Callable[[], None]) -> None:
        try:
            work()
            self._box.put(None)
        except Exception as error:  # whatever it is, who waits for the pictures is told
            self._box.put(error)

    def _work_in_turn(self) -> None:
        while (taken := self._take()) is not None:
            self._paint(self._in_turn, *taken)

    def _work_beside(self) -> None:
        while not self._is_left.is_set() and (taken := self._take()) is not None:
            if not self._paint(self._beside, *taken):
                self._put_back(taken)
                time.sleep(LOOK_EVERY)

    def _paint(self, run: Run, place: int, job: Job) -> bool:
        """Whether anything came."""
        has_come = False
        with closing(run(job, self._is_left.is_set)) as records:
            for record in records:
                has_come = True
                if run is self._in_turn or isinstance(record, Progress):
                    self._box.put((place, record))
        return has_come

    def _take(self) -> tuple[int, Job] | None:
        with self._taking:
            return self._jobs.pop(0) if self._jobs and not self._is_left.is_set() else None

    def _put_back(self, taken: tuple[int, Job]) -> None:
        with self._taking:
            self._jobs.insert(0, taken)
