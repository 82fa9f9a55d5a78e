"""A runner in front of another, which does all that it doesn't do otherwise."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing

from demo.jobs.records import Job, Record
from demo.jobs.runner import Runner
from nst_core.config import TransferConfig
from nst_core.scene.scales import Size


class WrappedRunner:
    """`runner`; one job is run as several are, so that `run_each` alone says what is otherwise."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    def run(self, job: Job) -> Generator[Record, None, None]:
        """See `Runner.run`."""
        with closing(self.run_each([job])) as records:
            for _, record in records:
                yield record

    def run_each(self, jobs: Sequence[Job]) -> Generator[tuple[int, Record], None, None]:
        """See `Runner.run_each`."""
        return self._runner.run_each(jobs)

    def steer(self, key: str, config: TransferConfig) -> bool:
        """See `Runner.steer`."""
        return self._runner.steer(key, config)

    def stop(self, key: str) -> None:
        """See `Runner.stop`."""
        self._runner.stop(key)

    def is_under_way(self, key: str) -> bool:
        """See `Runner.is_under_way`."""
        return self._runner.is_under_way(key)

    def estimate(self, content: Size, styles: Sequence[Size], config: TransferConfig) -> float | None:
        """See `Runner.estimate`."""
        return self._runner.estimate(content, styles, config)

    def is_measuring(self) -> bool:
        """See `Runner.is_measuring`."""
        return self._runner.is_measuring()

    def measure(self, config: TransferConfig) -> None:
        """See `Runner.measure`."""
        self._runner.measure(config)

    def end_jobs(self) -> None:
        """See `Runner.end_jobs`."""
        self._runner.end_jobs()

    def close(self) -> None:
        """See `Runner.close`."""
        self._runner.close()
