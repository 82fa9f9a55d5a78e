"""By what jobs are steered while they wait or run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from demo.jobs.records import Job
from nst_core.config import TransferConfig, check_steering


class Control:
    """What one job goes by: any thread may turn it, and the one that paints takes it from there."""

    def __init__(self, job: Job) -> None:
        self._paintings, self._wanted = len(job.styles), job.config
        self._taken: TransferConfig | None = None
        self.is_left = False  # nobody wants the rest of the job

    @property
    def was_turned(self) -> bool:
        """Whether `take` would now return another config than last time."""
        return self._wanted is not self._taken

    def take(self) -> TransferConfig:
        """What to go by from now on."""
        self._taken = wanted = self._wanted
        return wanted

    def turn(self, config: TransferConfig) -> None:
        """Go by `config`; raises `ValueError` where that can't be while a run is under way."""
        check_steering(self._wanted, config, self._paintings)
        self._wanted = config


class Controls:
    """Those of all jobs that wait or run, by their keys."""

    def __init__(self) -> None:
        self._controls: dict[str, Control] = {}
        self._lock = Lock()

    @contextmanager
    def at(self, job: Job) -> Iterator[Control]:
        """The control of `job`, found by its key until the block ends or a later job has that key."""
        control = Control(job)
        with self._lock:
            if job.key:
                self._controls[job.key] = control
        try:
            yield control
        finally:
            with self._lock:
                if self._controls.get(job.key) is control:
                    del self._controls[job.key]

    def turn(self, key: str, config: TransferConfig) -> bool:
        """Let the job with that key go on otherwise; False if there is none."""
        control = self._find(key)
        if control is None or control.is_left:
            return False
        control.turn(config)
        return True

    def is_manned(self, key: str) -> bool:
        """Whether a job with that key waits or runs, and hasn't been left."""
        control = self._find(key)
        return control is not None and not control.is_left

    def leave(self, key: str) -> None:
        """Say that nobody wants the rest of the job with that key, if there is one."""
        control = self._find(key)
        if control is not None:
            control.is_left = True

    def _find(self, key: str) -> Control | None:
        with self._lock:
            return self._controls.get(key)
