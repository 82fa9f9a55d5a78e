"""A runner for a server that strangers reach: no job takes for ever, and none asks for more than it may."""

from __future__ import annotations

import math
import time
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from demo.jobs.records import Job, Progress, Record
from demo.jobs.runner import Runner
from demo.jobs.wrapping import WrappedRunner
from nst_core.config import TransferConfig
from nst_core.errors import InputError
from nst_core.scene.scales import Size

LENIENT = 2.0  # times the longest: what a run that has begun may take, beside a forecast that was wrong


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """What a job may ask for."""

    longest: float = math.inf  # seconds once it has begun
    size: float = math.inf  # pixels of the long side
    steps: float = math.inf

    def check(self, config: TransferConfig) -> None:
        """Raise `InputError` for a picture that is larger, or takes more steps, than it may."""
        for name in ("size", "steps"):
            most, wanted = getattr(self, name), getattr(config, name)
            if wanted > most:
                raise InputError(f"{name} may be {most:g} here at most, got {wanted}", f"most_{name}", most=most)

    def within(self, config: TransferConfig) -> TransferConfig:
        """A config that nobody has chosen, as it may be asked for."""
        return replace(config, size=int(min(config.size, self.size)), steps=int(min(config.steps, self.steps)))


class BoundedRunner(WrappedRunner):
    """`runner`, for jobs that ask for no more than they may."""

    def __init__(self, runner: Runner, bounds: Bounds) -> None:
        super().__init__(runner)
        self._bounds, self._longest = bounds, bounds.longest

    def run_each(self, jobs: Sequence[Job]) -> Generator[tuple[int, Record], None, None]:
        """See `Runner.run_each`."""
        for job in jobs:
            self._bounds.check(job.config)
            self._check_length(job)
        began: dict[int, float] = {}
        with closing(self._runner.run_each(jobs)) as records:
            for place, record in records:
                if isinstance(record, Progress):
                    now = time.monotonic()
                    self._check_pace(record, now - began.setdefault(place, now))
                yield place, record

    def estimate(self, content: Size, styles: Sequence[Size], config: TransferConfig) -> float | None:
        """See `Runner.estimate`."""
        self._bounds.check(config)
        return super().estimate(content, styles, config)

    def _check_length(self, job: Job) -> None:
        if math.isinf(self._longest):  # to ask would begin to measure the machine
            return
        try:
            seconds = self._runner.estimate(*job.sizes, job.config)
        except InputError:  # it can't be run: the runner says why
            return
        except ValueError:  # that will never be known: `_check_pace` looks at it
            return
        if seconds is not None and seconds > self._longest:
            raise too_long(seconds, self._longest)

    def _check_pace(self, record: Progress, elapsed: float) -> None:
        if record.seconds_left is None:
            return
        if record.index < record.total and elapsed + record.seconds_left > LENIENT * self._longest:
            raise too_long(elapsed + record.seconds_left, self._longest)


def too_long(seconds: float, longest: float) -> InputError:
    """What is said of a job that takes longer than it may."""
    minutes, most = round(seconds / 60), round(longest / 60)
    return InputError(
        f"this would take about {minutes} minutes, and a picture may take {most} here; "
        "choose fewer steps or a lower resolution",
        "takes_too_long",
        minutes=minutes,
        most=most,
    )
