"""Jobs on this machine, with a tiny network or a loop that costs nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
import torch

from demo.jobs import local as module
from demo.jobs.local import LocalRunner
from demo.jobs.progress import RemainingTime
from demo.jobs.records import Job, Progress, Record, Waiting
from demo.visitors.identity import Visitor
from nst_core.config import Pooling, TransferConfig
from nst_core.errors import InputError
from nst_core.execution import Execution
from nst_core.forecast.machine import Machine
from nst_core.network.vgg import VGG
from nst_core.reconstruct import content_config, style_config
from nst_core.transfer import Step
from tests.support.jobs import LIVENESS, SIZE, TINY, Painter, Run, a_job, last_of, pixels, progress_of, settled
from tests.support.networks import tiny_network


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
        (index, 4, SIZE) for index in (1, 2, 3, 4)
    ]
    last = records[-1]
    assert isinstance(last, Progress)
    assert last.image.dtype == np.uint8
    assert last.image.shape == (48, 64, 3)
    assert last.image.min() == 255
    assert (last.losses.content, last.losses.style, last.losses.total) == (0.4, 0.2, 0.8)
    assert last.seconds_left == 0
    assert (last.content_layers, last.style_layers) == ({"relu2_2": 0.4}, {"relu1_1": 0.2})


@pytest.mark.parametrize(("looks_ahead", "index"), [(False, 1), (True, 2)])
def test_an_accelerator_computes_the_next_step_while_one_is_shown(
    painter: Painter, looks_ahead: bool, index: int
) -> None:
    runner = LocalRunner("cpu")
    runner._looks_ahead = looks_ahead
    records = runner.run(a_job(steps=3, key="mine"))
    next(record for record in records if isinstance(record, Progress))
    runner._painter.submit(int).result()  # after all that was asked for
    assert painter.started[0].index == index
    assert runner.steer("mine", replace(TINY, steps=4, strength=90.0))
    assert [record.index for record in records if isinstance(record, Progress)] == [2, 3, 4]
    assert painter.started[0].steered[0][0] == index + 1  # within two steps


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
    assert next(progress_of(first)).index == 1
    assert [next(second), next(third)] == [Waiting(1), Waiting(2)]
    assert len(painter.started) == 1
    assert len(list(first)) == 3
    assert [next(second), next(third)] == [Waiting(0), Waiting(1)]
    assert isinstance(next(second), Progress)


def test_those_who_wait_hear_at_least_once_a_second(painter: Painter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert module.CALL_EVERY <= 1  # type: ignore[attr-defined] # the name that the runner looks it up by
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
    assert sum(isinstance(record, Progress) for record in runner.run(a_job(steps=4))) == 4


def test_weights_that_are_not_there_free_the_device(painter: Painter, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(weights: str, pooling: Pooling) -> None:
        raise ValueError("no such weights")

    runner = LocalRunner("cpu")
    with monkeypatch.context() as patch:
        patch.setattr(module, "load_vgg19", missing)
        with pytest.raises(ValueError, match="no such weights"):
            list(runner.run(a_job()))
    assert sum(isinstance(record, Progress) for record in runner.run(a_job(steps=4))) == 4


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


def test_a_page_that_nobody_waits_at_hands_freed_memory_back(painter: Painter, monkeypatch: pytest.MonkeyPatch) -> None:
    given_back: list[int] = []
    monkeypatch.setattr(module, "give_back_freed_memory", lambda: given_back.append(len(painter.started)))
    runner = LocalRunner()
    first, second = runner.run(a_job()), runner.run(a_job())
    next(first), next(second)
    list(first)
    list(second)
    runner.close()
    assert given_back == [2]


def test_networks_are_kept_by_weights_and_pooling(painter: Painter, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = []
    monkeypatch.setattr(module, "load_vgg19", lambda *key: loaded.append((key, tiny_network())) or loaded[-1][1])
    runner = LocalRunner("cpu")
    for pooling in ("max", "average", "max"):
        list(runner.run(a_job(pooling=pooling)))
    keys, networks = zip(*loaded, strict=True)
    assert keys == (("embedded", Pooling.MAX), ("embedded", Pooling.AVERAGE))
    assert [networks.index(run.network) for run in painter.started] == [0, 1, 0]
    assert all(run.options["device"] == torch.device("cpu") for run in painter.started)


def test_closing_the_runner_tells_everybody_that_nothing_was_finished(painter: Painter) -> None:
    runner = LocalRunner("cpu")
    running, waiting = runner.run(a_job(steps=9)), runner.run(a_job(steps=9))
    next(running), next(running), next(waiting)
    runner.close()
    for job, about in ((waiting, "stopping_before"), (running, "stopping"), (runner.run(a_job()), "stopping_before")):
        with pytest.raises(InputError, match="the server is being stopped") as caught:
            list(job)
        assert caught.value.about == about
    assert painter.stopped == 1


def test_a_job_whose_last_step_is_done_has_ended_well_whatever_comes(painter: Painter) -> None:
    runner = LocalRunner("cpu")
    job = runner.run(a_job(steps=2))
    next(job), next(job), next(job)
    runner.end_jobs()
    assert list(job) == []


def test_nobody_waits_for_a_long_step_once_the_runner_ends(painter: Painter, monkeypatch: pytest.MonkeyPatch) -> None:
    runner, at_work, go_on = LocalRunner("cpu"), threading.Event(), threading.Event()
    job = runner.run(a_job(steps=9))
    next(job), next(job)
    runner._painter.submit(lambda: (at_work.set(), go_on.wait(LIVENESS)))
    assert at_work.wait(LIVENESS)
    runner.end_jobs()
    with pytest.raises(InputError):  # while that goes on
        list(job)
    assert not go_on.is_set()
    go_on.set()


def test_a_running_job_goes_on_by_what_it_is_steered_to(painter: Painter) -> None:
    runner, job = LocalRunner("cpu"), a_job(steps=4, key="mine")
    records = progress_of(runner.run(job))
    assert next(records).steered == ()
    turned = replace(job.config, strength=90.0, steps=6)
    assert runner.steer("mine", turned)
    rest = list(records)
    assert [(record.index, record.total) for record in rest] == [(index, 6) for index in (2, 3, 4, 5, 6)]
    assert all(record.steered == ((2, turned),) for record in rest)
    assert rest[-1].seconds_left == 0


def test_a_waiting_job_begins_with_what_it_was_steered_to(painter: Painter) -> None:
    runner, job = LocalRunner("cpu"), a_job(key="second")
    first, second = runner.run(a_job(key="first")), runner.run(job)
    next(first), next(first), next(second)
    turned = replace(job.config, strength=90.0)
    assert runner.steer("second", turned)
    first.close()
    assert next(progress_of(second)).steered == ()
    assert [run.config for run in painter.started] == [job.config, turned]


def test_only_jobs_that_are_there_can_be_steered(painter: Painter) -> None:
    runner, job = LocalRunner("cpu"), a_job(key="mine")
    turned = replace(job.config, strength=90.0)
    assert not runner.steer("mine", turned)
    records = runner.run(job)
    next(records)
    assert not runner.steer("other", turned)
    assert runner.steer("mine", turned)
    records.close()
    assert not runner.steer("mine", turned)
    nameless = runner.run(a_job())
    next(nameless)
    assert not runner.steer("", turned)


def test_a_key_belongs_to_the_job_that_had_it_last(painter: Painter) -> None:
    """A run that was stopped may still be there when the same person begins the next one."""
    runner, job = LocalRunner("cpu"), a_job(key="mine")
    old, new = runner.run(job), runner.run(job)
    next(old), next(new)
    old.close()
    turned = replace(job.config, strength=90.0)
    assert runner.steer("mine", turned)
    next(progress_of(new))
    assert painter.started[0].config == turned


def test_a_job_that_is_told_to_stop_ends_with_the_step_at_hand(painter: Painter) -> None:
    runner = LocalRunner("cpu")
    records = runner.run(a_job(steps=9, key="mine"))
    assert not runner.is_under_way("mine")  # before its first record nobody knows of it
    next(records), next(records)
    assert runner.is_under_way("mine")
    assert not runner.is_under_way("other")
    runner.stop("mine")
    assert not runner.is_under_way("mine")
    assert not runner.steer("mine", replace(TINY, steps=9, strength=90.0))
    assert list(records) == []
    assert (painter.started[0].index, painter.stopped) == (1, 1)
    runner.stop("mine")  # which is over
    assert len(list(runner.run(a_job(steps=4, key="mine")))) == 5


def test_what_was_being_computed_when_a_job_was_stopped_is_not_shown(
    painter: Painter, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = LocalRunner("cpu")
    records = runner.run(a_job(steps=9, key="mine"))
    next(records)
    next_step = Run.__iter__

    def stopped_meanwhile(run: Run) -> Iterator[Step]:
        for step in next_step(run):
            runner.stop("mine")
            yield step

    monkeypatch.setattr(Run, "__iter__", stopped_meanwhile)
    assert list(records) == []


def test_a_job_that_is_stopped_while_it_waits_gives_its_place_up(painter: Painter) -> None:
    runner = LocalRunner("cpu")
    first, second, third = (runner.run(a_job(key=key)) for key in ("first", "second", "third"))
    next(first), next(second), next(third)
    runner.stop("second")
    assert list(second) == []
    assert next(third) == Waiting(1)


def test_what_cannot_be_steered_is_refused(painter: Painter) -> None:
    runner, job = LocalRunner("cpu"), a_job(key="mine")
    records = runner.run(job)
    next(records)
    for changes, message in (({"size": 128}, "^size is 64"), ({"style_blend": (1.0, 2.0)}, "paintings 1")):
        with pytest.raises(ValueError, match=message):
            runner.steer("mine", replace(job.config, **changes))
    assert [record.total for record in progress_of(records)] == [4] * 4
    assert painter.started[0].steered == []


def test_each_painting_in_its_region(tiny: LocalRunner) -> None:
    black, white = (np.full((48, 64, 3), level, np.uint8) for level in (20, 235))
    left = np.zeros((12, 16), np.uint8)
    left[:, :8] = 255
    config = replace(TINY, content_weight=0.0, style_layers=("relu1_1",), steps=30)
    image = last_of(tiny, Job(pixels(1), (black, white), config, masks=(left, None))).image
    assert image[:, :28].mean() < 110 < 160 < image[:, 36:].mean()


def test_how_much_painting_where(tiny: LocalRunner) -> None:
    photo, strengths = pixels(1), np.full((12, 16), 255, np.uint8)
    strengths[:, :8] = 0
    job = Job(photo, (pixels(2),), replace(TINY, strength=20, steps=20), strength_map=strengths)
    change = np.abs(last_of(tiny, job).image.astype(int) - photo)
    assert 3 * change[:, :20].mean() < change[:, 44:].mean()


def test_a_picture_to_go_on_from(tiny: LocalRunner) -> None:
    """At full size, whatever scales there would be; the first step moves it only a little."""
    begun = pixels(7, 128, 96)
    config = replace(TINY, size=128, scales=2)
    first, *_ = progress_of(tiny.run(Job(pixels(1), (pixels(2),), config, begin=begun)))
    assert (first.size, first.total) == ((128, 96), 4)
    assert np.abs(first.image.astype(int) - begun).mean() < 8


def test_what_is_transparent_comes_back_transparent(tiny: LocalRunner) -> None:
    opacity = np.linspace(0, 255, 48).astype(np.uint8)[:, None].repeat(64, 1)
    job = Job(np.dstack([pixels(1), opacity]), (pixels(2),), replace(TINY, keep_alpha=True))
    image = last_of(tiny, job).image
    assert image.shape == (48, 64, 4)
    assert np.array_equal(image[..., 3], opacity)
    assert last_of(tiny, replace(job, content=pixels(1))).image.shape == (48, 64, 3)


def test_reconstructions_are_jobs_too(tiny: LocalRunner) -> None:
    photo, noise = pixels(1), replace(TINY, initial="noise")
    content = last_of(tiny, Job(photo, (), content_config("relu2_1", noise)))
    texture = last_of(tiny, Job(photo, (photo,), style_config(["relu1_1", "relu2_1"], noise)))
    assert (set(content.content_layers), set(content.style_layers)) == ({"relu2_1"}, set())
    assert (set(texture.content_layers), set(texture.style_layers)) == (set(), {"relu1_1", "relu2_1"})


def test_steering_in_earnest(tiny: LocalRunner) -> None:
    job = Job(pixels(1), (pixels(2),), replace(TINY, strength=10.0, steps=20), key="mine")
    kept, turned = list(progress_of(tiny.run(job))), []
    for record in progress_of(tiny.run(job)):
        turned.append(record)
        if record.index == 10:
            tiny.steer("mine", replace(job.config, strength=90.0))
    assert np.array_equal(turned[9].image, kept[9].image)
    assert turned[11].losses.style < kept[11].losses.style
    assert turned[-1].losses.style < kept[-1].losses.style / 2


def test_an_estimate_is_there_once_the_machine_was_measured(painter: Painter, trials: list[TransferConfig]) -> None:
    runner = LocalRunner("cpu")
    ask: Callable[..., float | None] = lambda **changes: runner.estimate(  # noqa: E731
        (400, 300), [(300, 300)], replace(TINY, **changes)
    )
    assert ask() is None
    settled(runner)
    assert ask() == pytest.approx(4 * 0.5)
    assert ask(steps=40, strength=7.0) == pytest.approx(40 * 0.5)
    assert len(trials) == 1
    assert ask(optimizer="adam") is None
    settled(runner)
    assert ask(optimizer="adam") == pytest.approx(4 * 0.5)


def test_an_estimate_learns_from_the_last_run(
    painter: Painter, trials: list[TransferConfig], monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = LocalRunner("cpu")
    runner.measure(TINY)
    settled(runner)
    monkeypatch.setattr(RemainingTime, "add", lambda self, index, seconds: self._seconds_per_cost.append(1.5))
    records = runner.run(a_job(steps=4))
    next(progress_of(records))
    assert runner.estimate((400, 300), [(300, 300)], TINY) == pytest.approx(4 * 0.5)  # a step tells little
    list(records)
    assert runner.estimate((400, 300), [(300, 300)], TINY) == pytest.approx(1.5 * 4 * 0.5)


def test_weights_that_are_not_here_keep_nobody_from_an_estimate(
    painter: Painter, trials: list[TransferConfig], monkeypatch: pytest.MonkeyPatch
) -> None:
    """They take the same time as those that are; whoever chooses them must not spoil the others' estimates."""

    def load(weights: str, pooling: Pooling) -> VGG:
        assert weights == "embedded"
        return tiny_network(pooling)

    monkeypatch.setattr(module, "load_vgg19", load)
    runner = LocalRunner("cpu")
    for _ in range(2):
        asked = runner.estimate((400, 300), [(300, 300)], replace(TINY, weights="/nowhere/vgg19.pth"))
        settled(runner)
    assert asked == pytest.approx(4 * 0.5)


def test_an_estimate_of_what_cannot_be_run_says_why(painter: Painter, trials: list[TransferConfig]) -> None:
    runner = LocalRunner("cpu")
    with pytest.raises(ValueError, match="each side needs"):
        runner.estimate((2000, 40), [(300, 300)], TINY)
    assert not trials


def test_nothing_is_measured_while_somebody_paints(painter: Painter, trials: list[TransferConfig]) -> None:
    runner = LocalRunner("cpu")
    job = runner.run(a_job())
    next(job)
    assert runner.estimate((400, 300), [(300, 300)], TINY) is None
    assert not runner.is_measuring()
    settled(runner)
    assert not trials
    job.close()
    runner.measure(TINY)
    settled(runner)
    assert len(trials) == 1


def test_who_comes_to_paint_does_not_wait_until_all_is_measured(
    painter: Painter, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured, go_on = [], threading.Event()

    def probing(network: VGG, config: TransferConfig) -> Generator[Machine | None]:
        for step in range(100):
            measured.append(step)
            go_on.wait(LIVENESS)
            yield None

    monkeypatch.setattr(module, "probing", probing)
    runner = LocalRunner("cpu")
    runner.measure(TINY)
    assert runner.is_measuring()
    job = runner.run(a_job())
    next(job)
    assert not runner.is_measuring()  # it is about to be given up
    go_on.set()
    assert len(list(progress_of(job))) == 4
    assert measured == [0]
    runner.measure(TINY)  # and it is tried again
    settled(runner)
    assert len(measured) == 1 + 100
    assert not runner.is_measuring()


def test_a_machine_that_cannot_be_measured_paints_all_the_same(
    painter: Painter, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tried = []

    def probing(network: VGG, config: TransferConfig) -> Iterator[Machine | None]:
        tried.append(config)
        yield None
        raise RuntimeError("no clock")

    monkeypatch.setattr(module, "probing", probing)
    runner = LocalRunner("cpu")
    assert runner.estimate((400, 300), [(300, 300)], TINY) is None
    settled(runner)
    for _ in range(2):
        with pytest.raises(ValueError, match="can't be measured here"):  # nobody has to ask again
            runner.estimate((400, 300), [(300, 300)], TINY)
        settled(runner)
    assert len(tried) == 1
    assert "can't be measured" in caplog.text
    assert len(list(progress_of(runner.run(a_job())))) == 4


def test_the_first_step_tells_what_the_machine_lets_expect(painter: Painter, trials: list[TransferConfig]) -> None:
    runner = LocalRunner("cpu")
    assert [record.seconds_left for record in progress_of(runner.run(a_job(steps=2)))] == [None, 0]
    runner.measure(TINY)
    settled(runner)
    first, *_ = progress_of(runner.run(a_job(steps=4)))
    assert first.seconds_left == pytest.approx(3 * 0.5)


def test_a_job_is_computed_as_the_memory_allows(painter: Painter, monkeypatch: pytest.MonkeyPatch) -> None:
    runner = LocalRunner("cpu")
    list(runner.run(a_job()))
    assert painter.started[-1].execution == Execution()
    monkeypatch.setattr("nst_core.forecast.machine._memory", lambda device: (0, 1_000_000))
    with pytest.raises(InputError, match="choose a smaller size") as caught:
        list(runner.run(a_job()))
    assert caught.value.about == "no_memory"


@pytest.mark.parametrize("coming", [True, False])
def test_nobody_waits_until_the_loops_are_compiled(
    coming: bool, painter: Painter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("demo.jobs.local.loops_are_coming", lambda: coming)
    list(LocalRunner("cpu").run(a_job()))
    assert painter.started[-1].changes_over is coming


def test_what_nobody_asked_for_ends_where_others_paint(painter: Painter) -> None:
    runner, mine, other = LocalRunner("cpu"), Visitor("a", "mine"), Visitor("b", "other")
    live = replace(a_job(), gives_way=True, visitor=mine)
    assert last_of(runner, live).index == 4  # alone
    painting = runner.run(replace(a_job(), visitor=other))
    next(painting)
    assert list(runner.run(live)) == []
    painting.close()
    assert last_of(runner, live).index == 4
    own = runner.run(replace(a_job(), visitor=mine))
    next(own)
    behind = runner.run(live)
    assert next(behind) == Waiting(1, own=1)
    next(painting := runner.run(replace(a_job(), visitor=other)))
    own.close()
    assert list(behind) == []  # whoever asked comes first
    painting.close()


def test_who_waits_is_told_how_long_the_steps_take_that_are_left(
    painter: Painter, trials: list[TransferConfig]
) -> None:
    runner = LocalRunner("cpu")
    runner.measure(a_job().config)
    settled(runner)
    first, second = runner.run(a_job(steps=9)), runner.run(a_job())
    next(first)
    told = next(second)
    assert isinstance(told, Waiting)
    assert told.seconds is not None
    assert 3 < told.seconds <= 9 * 0.5  # of half a second each
    first.close()
    second.close()
