"""What each visitor gets of an hour, also where the count is kept elsewhere, and where that fails."""

from __future__ import annotations

import time
from typing import Any

import pytest
from limits.errors import StorageError
from limits.storage import MemoryStorage

from demo.browser.toasts import message_of
from demo.visitors.quotas import Quota, Quotas
from nst_core.errors import InputError


def test_without_bounds_nothing_is_counted() -> None:
    class Untouched(MemoryStorage):
        def incr(self, *_: Any, **__: Any) -> int:
            raise AssertionError

    quotas = Quotas(Quota(), Untouched())
    with quotas.place("a"), quotas.place("a"):
        quotas.check("a", 1e9)
        quotas.began("a")
        quotas.spent("a", 5)


def test_nobody_from_outside_has_a_bound() -> None:
    quotas = Quotas(Quota(at_once=1, jobs=1, seconds=1), MemoryStorage())
    with quotas.place(""), quotas.place(""):
        for _ in range(3):
            quotas.began("")
            quotas.spent("", 9)
            quotas.check("", 9.0)


def test_the_time_to_wait_is_that_until_the_hour_of_the_first_picture_is_over() -> None:
    quotas = Quotas(Quota(jobs=2), MemoryStorage())
    for _ in range(2):
        quotas.check("a", None)
        quotas.began("a")
    with pytest.raises(InputError, match="the next one in (59|60) min") as caught:
        quotas.check("a", None)
    assert "dentro de" in message_of("es", caught.value)
    quotas.check("b", None)


def test_after_it_all_is_there_again(monkeypatch: pytest.MonkeyPatch) -> None:
    storage = MemoryStorage()
    quotas = Quotas(Quota(jobs=1), storage)
    quotas.began("a")
    real = time.time
    monkeypatch.setattr("demo.visitors.quotas.time.time", lambda: real() + 3601)
    quotas.check("a", None)


def test_seconds_are_had_up_to_the_last() -> None:
    quotas = Quotas(Quota(seconds=60), MemoryStorage())
    quotas.spent("a", 50)
    quotas.check("a", 10.0)
    quotas.check("a", None)
    with pytest.raises(InputError) as caught:
        quotas.check("a", 11.0)
    assert caught.value.values["left"] == 10
    quotas.spent("a", 30)  # it took longer than was thought
    with pytest.raises(InputError):
        quotas.check("a", None)


def test_a_storage_that_fails_bounds_nobody_and_is_told(caplog: pytest.LogCaptureFixture) -> None:
    class Gone(MemoryStorage):
        def get(self, key: str) -> int:
            raise StorageError(ConnectionError("gone"))

        def incr(self, *_: Any, **__: Any) -> int:
            raise StorageError(ConnectionError("gone"))

    quotas = Quotas(Quota(jobs=1, seconds=1), Gone())
    for _ in range(3):
        quotas.check("a", 1.0)
        quotas.began("a")
        quotas.spent("a", 1)
    assert "can't be counted" in caplog.text
