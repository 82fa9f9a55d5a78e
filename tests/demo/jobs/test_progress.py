"""What is shown of a run's steps, and how the seconds left are told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from demo.jobs.progress import RemainingTime, paced
from demo.jobs.records import Progress
from nst_core.notes import Note
from nst_core.transfer import Step
from tests.support.jobs import LARGE, SIZE, a_step


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds on the runner's clock, in a list of one."""
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    return now


def timed(clock: list[float], total: int, seconds: float, notes: dict[int, Note] | None = None) -> Iterator[Step]:
    for index in range(1, total + 1):
        clock[0] += seconds
        yield a_step(index, total, *(note for step, note in (notes or {}).items() if step == index))


def records(clock: list[float], total: int, seconds: float, notes: dict[int, Note] | None = None) -> list[Progress]:
    return list(paced(timed(clock, total, seconds, notes), RemainingTime([(SIZE, total)], {SIZE: 12})))


def test_a_new_size_is_shown_at_once() -> None:
    """The plot marks where a size began, and the page says it."""
    small, large = (a_step(index, 4) for index in (1, 3))
    steps = [small, replace(small, index=2), replace(large, size=LARGE), replace(large, index=4, size=LARGE)]
    shown = list(paced(iter(steps), RemainingTime([(SIZE, 4)], {SIZE: 12})))
    assert [record.index for record in shown] == [1, 3, 4]


def test_fast_steps_are_thinned_by_time_and_no_loss_is_left_out(clock: list[float]) -> None:
    shown = records(clock, total=100, seconds=1 / 16)
    assert [record.index for record in shown] == [1, *range(9, 100, 8), 100]
    trail = [losses.content for record in shown for losses in record.trail]
    assert trail == [index / 10 for index in range(1, 101)]


def test_of_steps_that_end_early_the_last_is_shown(clock: list[float]) -> None:
    steps = list(timed(clock, 20, seconds=0.001))[:7]
    shown = list(paced(iter(steps), RemainingTime([(SIZE, 20)], {SIZE: 12})))
    assert [(record.index, len(record.trail)) for record in shown] == [(1, 1), (7, 6)]


def test_every_slow_step_is_shown(clock: list[float]) -> None:
    assert [record.index for record in records(clock, total=5, seconds=3)] == [1, 2, 3, 4, 5]


def test_a_step_with_a_note_is_shown(clock: list[float]) -> None:
    shown = records(clock, total=20, seconds=0.001, notes={7: Note("restarted")})
    assert [(record.index, record.notes) for record in shown] == [(1, ()), (7, (Note("restarted"),)), (20, ())]


def test_the_forecast_knows_that_finer_scales_cost_more(clock: list[float]) -> None:
    forecast = RemainingTime([(SIZE, 4), (LARGE, 3)], {SIZE: 100, LARGE: 400})
    assert forecast.seconds_left(0) is None
    for index in (1, 2, 3, 4):
        forecast.add(index, 1.0)
    assert forecast.seconds_left(4) == pytest.approx(3 * 4 * 1.0)
    forecast.add(5, 4.0)
    assert forecast.seconds_left(5) == pytest.approx(2 * 4.0)


def test_one_slow_step_does_not_upset_the_forecast(clock: list[float]) -> None:
    forecast = RemainingTime([(SIZE, 10)], {SIZE: 100})
    for index, seconds in enumerate((30.0, 1.0, 1.0, 1.0), 1):
        forecast.add(index, seconds)
    assert forecast.seconds_left(4) == pytest.approx(6.0)


def test_the_forecast_ends_at_nothing_even_for_a_single_step(clock: list[float]) -> None:
    forecast = RemainingTime([(SIZE, 1)], {SIZE: 100})
    forecast.add(1, 2.0)
    assert forecast.seconds_left(1) == 0


def test_a_forecast_of_seconds_counts_until_steps_were_timed(clock: list[float]) -> None:
    forecast = RemainingTime([(SIZE, 4), (LARGE, 3)], {SIZE: 1.0, LARGE: 4.0}, slowness=1.0)
    forecast.add(1, 2.0)
    assert forecast.seconds_left(1) == pytest.approx(3 + 12)
    forecast.add(2, 2.0)
    forecast.add(3, 2.0)
    assert forecast.seconds_left(3) == pytest.approx(2 * (1 + 12))


def test_a_forecast_of_seconds_learns_from_the_run_before(clock: list[float]) -> None:
    slow, unknown = RemainingTime([(SIZE, 4)], {SIZE: 2.0}, slowness=3.0), RemainingTime([(SIZE, 4)], {SIZE: 2.0})
    assert (slow.seconds_left(1), slow.pace) == (pytest.approx(3 * 3 * 2.0), None)
    for forecast in (slow, unknown):
        for index in (1, 2, 3):
            forecast.add(index, 5.0)
    assert (slow.pace, unknown.pace) == (pytest.approx(2.5), None)


def test_the_forecast_follows_the_plan(clock: list[float]) -> None:
    forecast = RemainingTime([(SIZE, 4)], {SIZE: 1.0}, slowness=1.0)
    for index in (1, 2, 3):
        forecast.add(index, 1.0)
    forecast.plan = [(SIZE, 9)]
    assert forecast.seconds_left(3) == pytest.approx(6)
    forecast.add(7, 1.0)
    assert forecast.seconds_left(7) == pytest.approx(2)


def test_the_share_of_a_run_goes_by_its_time_not_by_its_steps(clock: list[float]) -> None:
    forecast = RemainingTime([(SIZE, 4), (LARGE, 3)], {SIZE: 1.0, LARGE: 4.0})
    assert [forecast.share(index) for index in (0, 4, 5, 7)] == pytest.approx([0, 4 / 16, 8 / 16, 1])
    assert [record.share for record in records(clock, total=4, seconds=3)] == pytest.approx([1 / 4, 2 / 4, 3 / 4, 1])
