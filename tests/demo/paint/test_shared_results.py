"""Results that links open with."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from demo.paint import shared_results
from demo.paint.shared_results import find, keep, name_of

NAME = name_of("secret")
GREY = np.full((20, 30, 3), 90, np.uint8)


def test_what_is_kept_is_found_and_replaced(cache: Path) -> None:
    keep(NAME, GREY, (60, 40))
    found = find(NAME)
    assert found is not None
    assert found.shape == (40, 60, 3)
    assert abs(int(found.mean()) - 90) < 3
    keep(NAME, GREY + 100, (60, 40))
    again = find(NAME)
    assert again is not None
    assert int(again.mean()) > 180
    assert len(list((cache / "shared").iterdir())) == 1


@pytest.mark.parametrize("name", ["0" * 16, "", "../made", NAME[:-1], f"{NAME}/../{NAME}"])
def test_nothing_else_is_found(cache: Path, name: str) -> None:
    keep(NAME, GREY, (30, 20))
    assert find(name) is None


def test_a_name_doesn_t_tell_the_key_that_steers() -> None:
    assert name_of("another") != NAME
    assert "secret" not in NAME


def test_what_was_looked_at_longest_ago_goes(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [name_of(str(number)) for number in range(3)]
    for place, name in enumerate(names):
        keep(name, GREY, (30, 20))
        os.utime(cache / "shared" / f"{name}.jpg", (place, place))
    assert find(names[0]) is not None  # which counts as used
    size = sum(path.stat().st_size for path in (cache / "shared").iterdir())
    monkeypatch.setattr(shared_results, "MOST_BYTES", size)
    keep(name_of("more"), GREY, (30, 20))
    assert [find(name) is not None for name in names] == [True, False, True]


def test_a_full_disk_keeps_nothing_and_says_nothing(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shared_results, "check_room", refuse)
    keep(NAME, GREY, (30, 20))
    assert find(NAME) is None
