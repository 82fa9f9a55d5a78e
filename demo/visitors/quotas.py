"""How much of a server one visitor may have: so many pictures at once, so many and so many seconds an hour."""

from __future__ import annotations

import logging
import math
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

from limits import RateLimitItemPerHour
from limits.errors import StorageError
from limits.strategies import FixedWindowRateLimiter

from demo.visitors.storage import Storage
from nst_core.errors import InputError

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Quota:
    """What each visitor gets; 0 = without a bound."""

    at_once: int = 0  # jobs that are painted or wait
    jobs: int = 0  # an hour
    seconds: int = 0  # of painting, an hour


class Quotas:
    """What visitors have had, by their names. An hour begins with the first picture, so all know when it ends."""

    def __init__(self, quota: Quota, storage: Storage) -> None:
        """`storage`: where the hours are counted; how many are painted at once is this process's own business."""
        self.quota = quota
        self._limiter = FixedWindowRateLimiter(storage)
        self._jobs, self._seconds = (
            RateLimitItemPerHour(amount, namespace=f"nst-{kind}") if amount else None
            for kind, amount in (("jobs", quota.jobs), ("seconds", quota.seconds))
        )
        self._under_way: Counter[str] = Counter()
        self._lock = Lock()

    @contextmanager
    def place(self, name: str) -> Iterator[None]:
        """A job of this visitor is painted or waits until the block ends; `InputError` for one too many."""
        with self._lock:
            if name and 0 < self.quota.at_once <= self._under_way[name]:
                raise InputError(
                    f"{self.quota.at_once} pictures of yours are painted or waiting already; wait for one of them",
                    "your_jobs",
                    most=self.quota.at_once,
                )
            self._under_way[name] += 1
        try:
            yield
        finally:
            with self._lock:
                self._under_way[name] -= 1
                self._under_way += Counter()  # without those who have none

    def check(self, name: str, seconds: float | None) -> None:
        """Raise `InputError` where a job of about so many seconds is more than what is left of a visitor's hour.

        None: nobody knows how long it takes, and any time that is left is enough.
        """
        if name:
            with _lenient():
                self._check_jobs(name)
                self._check_seconds(name, seconds)

    def began(self, name: str) -> None:
        """A job has been taken."""
        if name and self._jobs is not None:
            with _lenient():
                self._limiter.hit(self._jobs, name)

    def spent(self, name: str, seconds: int) -> None:
        """So many seconds more were painted."""
        if name and self._seconds is not None and seconds:
            with _lenient():
                self._limiter.hit(self._seconds, name, cost=seconds)

    def _check_jobs(self, name: str) -> None:
        if self._jobs is None:
            return
        left = self._limiter.get_window_stats(self._jobs, name)
        if left.remaining < 1:
            minutes = _minutes(left.reset_time)
            raise InputError(
                f"{self.quota.jobs} pictures an hour are what each visitor gets; the next one in {minutes} min",
                "jobs_an_hour",
                most=self.quota.jobs,
                minutes=minutes,
            )

    def _check_seconds(self, name: str, seconds: float | None) -> None:
        if self._seconds is None:
            return
        wanted, most = math.ceil(seconds or 1), self.quota.seconds
        if wanted > most:
            raise InputError(
                f"this would take about {wanted} s, and {most} s an hour are what a visitor gets; choose fewer steps",
                "more_than_an_hour",
                seconds=wanted,
                most=most,
            )
        left = self._limiter.get_window_stats(self._seconds, name)
        if left.remaining < wanted:
            minutes = _minutes(left.reset_time)
            raise InputError(
                f"of your {most} s an hour {left.remaining} are left; try again in {minutes} min, or take fewer steps",
                "seconds_an_hour",
                most=most,
                left=left.remaining,
                minutes=minutes,
            )


@contextmanager
def _lenient() -> Iterator[None]:
    """A storage that fails bounds nobody: better too much for a while than nothing for anybody."""
    try:
        yield
    except StorageError:
        logger.exception("what visitors have had can't be counted")


def _minutes(until: float) -> int:
    """From now, at least one."""
    return max(1, math.ceil((until - time.time()) / 60))
