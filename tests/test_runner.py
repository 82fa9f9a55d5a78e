"""The queue, the pace and the forecast of the local runner, with a network and a loop that cost nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from demo import runner as module
from demo.events import Job, Progress, Record, Waiting
from demo.runner import Forecast, LocalRunner, Queue, paced
from nst_core.config import Pooling, TransferConfig
from nst_core.objective import Losses
from nst_core.transfer import Step

LIVENESS = 5.0  # seconds after which a thread that should have gone on counts as stuck


def a_job(size: int = 64, steps: int = 4, shape: tuple[int, int] = (48, 64), **config: Any) -> Job:
    picture = np.zeros((*shape, 3), np.uint8)
    return Job(picture, (picture,), TransferConfig(size=size, steps=steps, scales=1, **config))


def a_step(index: int, total: int, note: str = "") -> Step:
    losses = Losses(*torch.tensor([index / 10, index / 20, 0.0, index / 5], dtype=torch.float64), {}, {})
    return Step(index, total, (4, 3), losses, torch.full((1, 3, 3, 4), index / total), note)


class Painter:
    """Stands in for `stylize`: steps on command, and tells whether it is at work."""

    def __init__(self) -> None:
        self.started: list[Any] = []
        self.threads: set[int] = set()
        self.stopped = 0
        self.fail_at = 0

    def __call__(
        self, content: Any, styles: Any, config: TransferConfig, *, extractor: Any, device: Any
    ) -> Iterator[Step]:
        self.started.append((config, extractor, device))
        try:
            for index in range(1, config.steps + 1):
                if index == self.fail_at:
                    raise RuntimeError("no memory left")
                self.threads.add(threading.get_ident())
                yield a_step(index, config.steps)
        finally:
            self.stopped += 1


@pytest.fixture
def painter(monkeypatch: pytest.MonkeyPatch) -> Painter:
    painter = Painter()
    monkeypatch.setattr(module, "stylize", painter)
    monkeypatch.setattr(module, "load_vgg19", lambda weights, pooling: (weights, pooling))
    monkeypatch.setattr(module, "RECORD_EVERY", 0.0)
    monkeypatch.setattr(module, "CALL_EVERY", 0.01)
    return painter


def test_all_steps_of_all_jobs_run_on_one_thread(painter: Painter) -> None:
    """However many of the server's threads ask for them: each that computes would keep buffers of its own."""
    runner = LocalRunner("cpu")
    with ThreadPoolExecutor(4) as pool:
        together = threading.Barrier(4)

        def consume() -> int:
            together.wait()
            return len(list(runner.run(a_job(steps=3))))

        jobs = [pool.submit(consume) for _ in range(4)]
        assert all(job.result() > 3 for job in jobs)
    assert len(painter.threads) == 1


def test_a_job_runs_from_its_turn_to_its_last_step(painter: Painter) -> None:
    first, *records = LocalRunner("cpu").run(a_job(steps=4))
    assert first == Waiting(0)
    assert [(record.index, record.total, record.size) for record in records if isinstance(record, Progress)] == [
        (index, 4, (4, 3)) for index in (1, 2, 3, 4)
    ]
    last = records[-1]
    assert isinstance(last, Progress)
    assert last.image.dtype == np.uint8
    assert last.image.shape == (3, 4, 3)
    assert last.image.min() == 255
    assert (last.losses.content, last.losses.style, last.losses.total) == (0.4, 0.2, 0.8)
    assert last.seconds_left == 0


def test_a_job_that_cannot_be_run_is_refused_before_it_queues(painter: Painter) -> None:
    runner = LocalRunner("cpu")
    with pytest.raises(ValueError, match="each side needs"):
        next(runner.run(a_job(size=64, shape=(10, 400))))
    assert isinstance(next(runner.run(a_job())), Waiting)
    assert not painter.started


def test_one_at_a_time_and_first_come_first_served(painter: Painter) -> None:
    runner = LocalRunner("cpu")
    first, second, third = (runner.run(a_job()) for _ in range(3))
    assert [next(first), next(second), next(third)] == [Waiting(0), Waiting(1), Waiting(2)]
    assert isinstance(next(first), Progress)
    assert [next(second), next(third)] == [Waiting(1), Waiting(2)]
    assert len(painter.started) == 1
    assert len(list(first)) == 3
    assert [next(second), next(third)] == [Waiting(0), Waiting(1)]
    assert isinstance(next(second), Progress)


def test_those_who_wait_hear_at_least_once_a_second(painter: Painter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert module.CALL_EVERY <= 1
    runner = LocalRunner("cpu")
    running, waiting = runner.run(a_job()), runner.run(a_job())
    next(running)
    began = time.monotonic()
    assert next(waiting) == Waiting(1)
    assert time.monotonic() - began < LIVENESS


def test_closing_a_running_job_stops_it_and_lets_the_next_one_in(painter: Painter) -> None:
    runner = LocalRunner("cpu")
    first, second = runner.run(a_job()), runner.run(a_job())
    next(first), next(first), next(second)
    first.close()
    assert painter.stopped == 1
    assert next(second) == Waiting(0)


def test_closing_a_waiting_job_gives_its_place_up(painter: Painter) -> None:
    runner = LocalRunner("cpu")
    first, second, third = (runner.run(a_job()) for _ in range(3))
    next(first), next(second), next(third)
    second.close()
    assert next(third) == Waiting(1)


def test_an_error_frees_the_device(painter: Painter) -> None:
    painter.fail_at = 2
    runner = LocalRunner("cpu")
    with pytest.raises(RuntimeError, match="no memory"):
        list(runner.run(a_job()))
    painter.fail_at = 0
    assert len(list(runner.run(a_job(steps=4)))) == 5


def test_weights_that_are_not_there_free_the_device(painter: Painter, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(weights: str, pooling: Pooling) -> None:
        raise ValueError("no such weights")

    runner = LocalRunner("cpu")
    with monkeypatch.context() as patch:
        patch.setattr(module, "load_vgg19", missing)
        with pytest.raises(ValueError, match="no such weights"):
            list(runner.run(a_job()))
    assert len(list(runner.run(a_job(steps=4)))) == 5


def test_the_next_one_is_woken_at_once(painter: Painter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CALL_EVERY", 10 * LIVENESS)
    runner = LocalRunner("cpu")
    first, second, heard = runner.run(a_job()), runner.run(a_job()), list[Record]()
    next(first)
    listener = threading.Thread(target=lambda: heard.append(next(second)), daemon=True)
    listener.start()
    time.sleep(0.2)  # so that it waits already
    first.close()
    listener.join(LIVENESS)
    assert heard == [Waiting(0)]


def test_a_full_queue_says_so(painter: Painter) -> None:
    runner = LocalRunner("cpu", max_waiting=1)
    first, second = runner.run(a_job()), runner.run(a_job())
    next(first), next(second)
    with pytest.raises(ValueError, match="try again in a few minutes"):
        next(runner.run(a_job()))
    second.close()
    assert next(runner.run(a_job())) == Waiting(1)


def test_networks_are_kept_by_weights_and_pooling(painter: Painter, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = []
    monkeypatch.setattr(module, "load_vgg19", lambda *key: loaded.append(key) or key)
    runner = LocalRunner("cpu")
    for pooling in ("max", "average", "max"):
        list(runner.run(a_job(pooling=pooling)))
    assert loaded == [("embedded", Pooling.MAX), ("embedded", Pooling.AVERAGE)]
    assert [extractor for _, extractor, _ in painter.started] == [loaded[0], loaded[1], loaded[0]]
    assert all(device == torch.device("cpu") for *_, device in painter.started)


def test_closing_the_runner_ends_its_jobs_at_the_next_step(painter: Painter) -> None:
    runner = LocalRunner("cpu")
    job = runner.run(a_job(steps=9))
    next(job), next(job)
    runner.close()
    assert list(job) == []
    assert painter.stopped == 1


def test_the_queue_forgets_nobody_when_a_block_fails() -> None:
    queue = Queue(1)
    with pytest.raises(KeyError), queue.join():
        raise KeyError
    with queue.join() as ticket:
        assert queue.wait(ticket, 0) == 0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds on the runner's clock, in a list of one."""
    now = [0.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    return now


def timed(clock: list[float], total: int, seconds: float, notes: dict[int, str] | None = None) -> Iterator[Step]:
    for index in range(1, total + 1):
        clock[0] += seconds
        yield a_step(index, total, (notes or {}).get(index, ""))


def records(clock: list[float], total: int, seconds: float, notes: dict[int, str] | None = None) -> list[Progress]:
    return list(paced(timed(clock, total, seconds, notes), Forecast([(12, total)])))


def test_a_new_size_is_shown_at_once() -> None:
    """The plot marks where a size began, and the page says it."""
    small, large = (a_step(index, 4) for index in (1, 3))
    steps = [small, replace(small, index=2), replace(large, size=(8, 6)), replace(large, index=4, size=(8, 6))]
    shown = list(paced(iter(steps), Forecast([(12, 4)])))
    assert [record.index for record in shown] == [1, 3, 4]


def test_fast_steps_are_thinned_by_time_and_no_loss_is_left_out(clock: list[float]) -> None:
    shown = records(clock, total=100, seconds=1 / 16)
    assert [record.index for record in shown] == [1, *range(9, 100, 8), 100]
    trail = [losses.content for record in shown for losses in record.trail]
    assert trail == [index / 10 for index in range(1, 101)]


def test_every_slow_step_is_shown(clock: list[float]) -> None:
    assert [record.index for record in records(clock, total=5, seconds=3)] == [1, 2, 3, 4, 5]


def test_a_step_with_a_note_is_shown(clock: list[float]) -> None:
    shown = records(clock, total=20, seconds=0.001, notes={7: "restarted"})
    assert [(record.index, record.note) for record in shown] == [(1, ""), (7, "restarted"), (20, "")]


def test_the_forecast_knows_that_finer_scales_cost_more(clock: list[float]) -> None:
    forecast = Forecast([(100, 4), (400, 3)])
    assert forecast.seconds_left(0) is None
    for index in (1, 2, 3, 4):
        forecast.add(index, 1.0)
    assert forecast.seconds_left(4) == pytest.approx(3 * 4 * 1.0)
    forecast.add(5, 4.0)
    assert forecast.seconds_left(5) == pytest.approx(2 * 4.0)


def test_one_slow_step_does_not_upset_the_forecast(clock: list[float]) -> None:
    forecast = Forecast([(100, 10)])
    for index, seconds in enumerate((30.0, 1.0, 1.0, 1.0), 1):
        forecast.add(index, seconds)
    assert forecast.seconds_left(4) == pytest.approx(6.0)


def test_the_forecast_ends_at_nothing_even_for_a_single_step(clock: list[float]) -> None:
    forecast = Forecast([(100, 1)])
    forecast.add(1, 2.0)
    assert forecast.seconds_left(1) == 0
