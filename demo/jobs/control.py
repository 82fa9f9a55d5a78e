"""By what jobs are steered while they wait or run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from demo.jobs.records import Job
from nst_core.config import TransferConfig, check_steering


class Helm:
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


class Helms:
    """Those of all jobs that wait or run, by their keys."""

    def __init__(self) -> None:
        self._helms: dict[str, Helm] = {}
        self._lock = Lock()

    @contextmanager
    def at(self, job: Job) -> Iterator[Helm]:
        """The helm of `job`, which others find by the job's key until the block ends, or a later job has that key."""
        helm = Helm(job)
        with self._lock:
            if job.key:
                self._helms[job.key] = helm
        try:
            yield helm
        finally:
            with self._lock:
                if self._helms.get(job.key) is helm:
                    del self._helms[job.key]

    def turn(self, key: str, config: TransferConfig) -> bool:
        """Turn the helm with that key; False if there is none."""
        helm = self._find(key)
        if helm is None or helm.is_left:
            return False
        helm.turn(config)
        return True

    def is_manned(self, key: str) -> bool:
        """Whether a job with that key waits or runs, and hasn't been left."""
        helm = self._find(key)
        return helm is not None and not helm.is_left

    def leave(self, key: str) -> None:
        """Say that nobody wants the rest of the job with that key, if there is one."""
        helm = self._find(key)
        if helm is not None:
            helm.is_left = True

    def _find(self, key: str) -> Helm | None:
        with self._lock:
            return self._helms.get(key)
