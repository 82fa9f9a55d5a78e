"""Whether a job is taken at all: the server is open, isn't about to end, and its visitor has something left."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from threading import Condition, Event

from demo.jobs.control import stopping
from demo.jobs.records import Job, Progress, Record
from demo.jobs.runner import Runner
from demo.jobs.wrapping import WrappedRunner
from demo.visitors.quotas import Quotas
from demo.visitors.switches import Switches


class AdmittingRunner(WrappedRunner):
    """`runner`, for jobs that are taken: jobs of one call, such as six sketches, count as one."""

    def __init__(
        self, runner: Runner, quotas: Quotas, switches: Switches, ending: Event, name_of: Callable[[str], str]
    ) -> None:
        """`ending`: set once no more are taken; `name_of`: what a network is called."""
        super().__init__(runner)
        self._quotas, self._switches, self._ending, self._name_of = quotas, switches, ending, name_of
        self._under_way, self._changed = 0, Condition()

    @property
    def under_way(self) -> int:
        """How many calls are painted or wait."""
        return self._under_way

    def run_each(self, jobs: Sequence[Job]) -> Generator[tuple[int, Record], None, None]:
        """See `Runner.run_each`."""
        visitor = jobs[0].visitor
        name = self._name_of(visitor.network)
        named = [replace(job, visitor=replace(job.visitor, name=name)) for job in jobs]
        with self._counted(), self._quotas.place(name):
            self._switches.check_open()
            self._quotas.check(name, self._seconds(jobs))
            with closing(self._runner.run_each(named)) as records:
                yield from self._metered(name, records, is_asked_for=not all(job.gives_way for job in jobs))

    def wait_until_idle(self, seconds: float) -> None:
        """Returns once nothing is painted or waits, or so many seconds later."""
        with self._changed:
            self._changed.wait_for(lambda: not self._under_way, seconds)

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self._changed:
            if self._ending.is_set():
                raise stopping(is_amid=False)
            self._under_way += 1
        try:
            yield
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify_all()

    def _metered(
        self, name: str, records: Generator[tuple[int, Record], None, None], *, is_asked_for: bool
    ) -> Generator[tuple[int, Record], None, None]:
        """The records, while what they took is counted: whole seconds from the first picture on, and jobs."""
        began: float | None = None
        counted, is_taken = 0, not is_asked_for
        try:
            for place, record in records:
                if not is_taken:
                    self._quotas.began(name)
                    is_taken = True
                if isinstance(record, Progress):
                    began = began or time.monotonic()
                    counted = self._count(name, began, counted)
                yield place, record
        finally:
            if began is not None:
                self._count(name, began, counted)

    def _count(self, name: str, began: float, counted: int) -> int:
        """Count the seconds since `began` beyond those that are `counted`; returns how many are, then."""
        passed = round(time.monotonic() - began)
        self._quotas.spent(name, passed - counted)
        return passed

    def _seconds(self, jobs: Sequence[Job]) -> float | None:
        """About how long jobs take together; None where that isn't known, or needn't be."""
        if not self._quotas.quota.seconds:  # to ask would begin to measure the machine
            return None
        try:
            seconds = [self._runner.estimate(*job.sizes, job.config) for job in jobs]
        except ValueError:  # the runner says why, or it will never be known
            return None
        known = [each for each in seconds if each is not None]
        return sum(known) if len(known) == len(jobs) else None
