"""A piece asks for as few seconds as it needs, and no more than anybody may have."""

from __future__ import annotations

from demo.jobs.zero_gpu.asking import MOST, USEFUL, Asking


def test_it_asks_for_half_as_much_again_and_for_the_start() -> None:
    assert [Asking().seconds(estimate) for estimate in (0.8, 4.0, 10.5)] == [USEFUL, 12, 22]


def test_what_nobody_knows_or_is_long_is_the_most_that_one_may_ask_for() -> None:
    assert [Asking().seconds(estimate) for estimate in (None, 500.0)] == [MOST, MOST]


def test_it_learns_how_long_a_start_takes_and_how_slow_steps_are() -> None:
    asking = Asking()
    asking.begun(9.2)
    assert asking.seconds(4.0) == 18
    for _ in range(8):
        asking.begun(0.5)
    assert asking.seconds(6.0) == 12
    asking.ended(2.5)
    asking.ended(None)
    assert asking.slowness == 2.5
