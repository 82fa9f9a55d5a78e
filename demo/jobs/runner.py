"""What the page asks of whatever runs jobs; each runner is a module of its own beside this one."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing
from typing import Protocol

from demo.jobs.records import Job, Record
from nst_core.config import TransferConfig
from nst_core.scene.scales import Size


class Runner(Protocol):
    """Runs jobs somewhere."""

    def run(self, job: Job) -> Generator[Record, None, None]:
        """The records of `job`, at least one a second while it waits; closing the generator gives the place up.

        Raises `ValueError`, a sentence for a person, for a job that can't be run, if possible before the first record.
        """
        ...

    def run_each(self, jobs: Sequence[Job]) -> Generator[tuple[int, Record], None, None]:
        """The records of jobs that belong together, each with its job's place, 0 ..

        One job after the other, or several at a time where there is room for them; what is lent for a time is lent once
        for all of them. As `run` apart from that.
        """
        ...

    def steer(self, key: str, config: TransferConfig) -> bool:
        """Let the job with that key go on with `config` from its next step; False if none is running or waiting.

        `nst_core.config.STEERABLE` may differ from what it has; `ValueError` for anything else.
        """
        ...

    def stop(self, key: str) -> None:
        """Let the job with that key end after the step at hand, without another record; nothing where there is none."""
        ...

    def is_under_way(self, key: str) -> bool:
        """Whether a job with that key waits or runs, and was not told to stop."""
        ...

    def estimate(self, content: Size, styles: Sequence[Size], config: TransferConfig) -> float | None:
        """The seconds that a job takes once it has begun, by the sizes (width, height) of its pictures.

        None while it isn't known yet how fast the machine is. Raises `ValueError` for a job that can't be run, and
        where it will never be known.
        """
        ...

    def is_measuring(self) -> bool:
        """Whether it is being found out how fast the machine is; that waits while somebody paints."""
        ...

    def measure(self, config: TransferConfig) -> None:
        """Begin to find out how long the steps of a config take, without waiting for it; nothing where that is known.

        For a runner that has just been made it is the time to do so: nobody is there yet.
        """
        ...

    def end_jobs(self) -> None:
        """Let no job begin any more, and all that wait or run end by an `InputError` within a second or so.

        It is about "stopping", or "stopping_before" where there is no picture yet. A job whose last step is done has
        ended well.
        """
        ...

    def close(self) -> None:
        """`end_jobs`, and wait for the steps at hand: afterwards the process can end."""
        ...


def one_by_one(runner: Runner, jobs: Sequence[Job]) -> Generator[tuple[int, Record], None, None]:
    """`Runner.run_each` of a runner for which each job waits for a turn of its own."""
    for place, job in enumerate(jobs):
        with closing(runner.run(job)) as records:
            for record in records:
                yield place, record
