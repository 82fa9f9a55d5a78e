"""A server that ends waits for those who hear of it, and for nobody else."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from demo.visitors import farewell
from demo.visitors.farewell import LONGEST, QUIET, bid_farewell
from demo.visitors.listeners import Listeners
from tests.support.visits import Guest, Visited


class Clock:
    """Time that passes while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def spent(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], float]:
    """The seconds that a farewell takes where somebody listens for so long."""
    clock = Clock()
    monkeypatch.setattr(farewell, "time", SimpleNamespace(monotonic=lambda: clock.now, sleep=clock.sleep))

    def take(seconds: float) -> float:
        listeners = Listeners()
        monkeypatch.setattr(listeners, "anybody_hears", lambda: clock.now < seconds)
        bid_farewell(listeners)
        return clock.now

    return take


@pytest.mark.parametrize(
    ("listening", "seconds"),
    [(0, 0), (0.5, 0.5 + QUIET), (LONGEST - 0.5, LONGEST), (1000, LONGEST)],
)
def test_a_farewell_lasts_as_long_as_somebody_listens_but_not_for_ever(
    spent: Callable[[float], float], listening: float, seconds: float
) -> None:
    assert spent(listening) == pytest.approx(seconds, abs=2 * farewell.LOOK_EVERY)


def test_a_container_s_ten_seconds_are_enough() -> None:
    assert LONGEST + farewell.CLOSING < farewell.MOST < 8


def test_a_step_of_minutes_holds_up_no_end() -> None:
    program = "import time; from demo.visitors.farewell import end_within; end_within(0.1); time.sleep(1000)"
    assert subprocess.run([sys.executable, "-c", program], timeout=100).returncode == 0


def test_who_ends_earlier_waits_for_nothing() -> None:
    program = "from demo.visitors.farewell import end_within; end_within(1000)"
    assert subprocess.run([sys.executable, "-c", program], timeout=100).returncode == 0


def test_pages_that_are_open_hold_nothing_up(guest: Callable[..., Guest], server: Visited) -> None:
    visitor = guest("203.0.113.70")
    with visitor.client.stream("GET", "/gradio_api/heartbeat/staying") as answer:
        lines = answer.iter_lines()
        assert next(lines) == "data: ALIVE"
        server.visitors.hang_up()
        try:
            assert not any(lines)  # not even one more sign of life, which comes each 15 seconds
        finally:
            server.ui.app.stop_event.clear()
