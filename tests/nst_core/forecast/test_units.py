"""Numbers as a person says them."""

from __future__ import annotations

import pytest

from nst_core.forecast.units import counted, in_bytes, in_time


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.2, "1 s"), (59.4, "59 s"), (59.6, "1 min 0 s"), (91, "1 min 31 s"), (3599.7, "1 h 0 min"), (7500, "2 h 5 min")],
)
def test_time_in_words(value: float, text: str) -> None:
    assert in_time(value) == text


def test_bytes_and_counts_in_words() -> None:
    assert (in_bytes(1.66e9), in_bytes(4e7)) == ("1.7 GB", "0.0 GB")
    assert (counted(1, "step"), counted(2, "step"), counted(0, "step")) == ("1 step", "2 steps", "0 steps")
