"""By what jobs are steered and stopped while they wait or run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from demo.jobs.records import Job
from nst_core.config import TransferConfig, check_steering
from nst_core.errors import InputError


class Control:
    """What one job goes by: any thread may steer it, and the one that paints looks there before each step."""

    def __init__(self, job: Job) -> None:
        self._paintings, self._wanted = len(job.styles), job.config
        self._current: TransferConfig | None = None
        self.is_stopped = False  # nobody wants the rest of the job

    @property
    def is_steered(self) -> bool:
        """Whether `next_config` would now return another config than last time."""
        return self._wanted is not self._current

    def next_config(self) -> TransferConfig:
        """What to go by from now on."""
        self._current = wanted = self._wanted
        return wanted

    def steer(self, config: TransferConfig) -> None:
        """Go by `config`; raises `ValueError` where that can't be while a run is under way."""
        check_steering(self._wanted, config, self._paintings)
        self._wanted = config


class Controls:
    """The controls of all jobs that wait or run, by their keys."""

    def __init__(self) -> None:
        self._controls: dict[str, Control] = {}
        self._lock = Lock()

    @contextmanager
    def of(self, job: Job) -> Iterator[Control]:
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

    def steer(self, key: str, config: TransferConfig) -> bool:
        """Let the job with that key go on with `config`; False if there is none, `ValueError` where it can't."""
        control = self._find(key)
        if control is None or control.is_stopped:
            return False
        control.steer(config)
        return True

    def is_under_way(self, key: str) -> bool:
        """Whether a job with that key waits or runs, and hasn't been stopped."""
        control = self._find(key)
        return control is not None and not control.is_stopped

    def stop(self, key: str) -> None:
        """Say that nobody wants the rest of the job with that key, if there is one."""
        control = self._find(key)
        if control is not None:
            control.is_stopped = True

    def _find(self, key: str) -> Control | None:
        with self._lock:
            return self._controls.get(key)


def stopping(is_amid: bool) -> InputError:
    """What is said of a job that ends with its runner; `is_amid`: there is a picture already."""
    if is_amid:
        return InputError("the server is being stopped; the picture is kept as far as it got", "stopping")
    return InputError("the server is being stopped; nothing was begun", "stopping_before")
