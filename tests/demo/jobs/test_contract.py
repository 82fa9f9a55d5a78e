"""What the page may expect of every runner there is, with the real network and few of its layers."""

from __future__ import annotations

import pickle
import threading
import time
from collections.abc import Generator, Iterator
from dataclasses import replace
from typing import get_args

import numpy as np
import pytest

from demo.jobs.queue import CALL_EVERY
from demo.jobs.records import Job, Progress, Record, Waiting
from demo.jobs.registry import RUNNERS, RunnerOptions, is_zero_gpu, make_runner
from demo.jobs.runner import Runner
from nst_core.config import TransferConfig
from nst_core.errors import InputError
from nst_core.execution import Execution
from tests.support.jobs import SIZE, TINY, a_job, pixels, progress_of

pytestmark = pytest.mark.weights

PATIENCE = 60.0  # seconds until what comes soon on an idle machine has come
LATE = 2.0  # seconds beyond which a call counts as missed
FOREVER = 20_000  # steps: more than a test waits for
SIZES = (400, 300), [(300, 300)]  # of a photo and a painting


# tests/demo/jobs/zero_gpu/test_worker.py runs this file where the other one works.
HERE = [name for name in RUNNERS if (name == "zero_gpu") == is_zero_gpu()]


@pytest.fixture(scope="module", params=HERE)
def runner(request: pytest.FixtureRequest) -> Iterator[Runner]:
    """One for all tests, each of which leaves it idle; after the last one it is closed amid a job."""
    if request.param == "ray":
        request.getfixturevalue("ray_here")
    runner = make_runner(request.param, RunnerOptions(defaults=TINY, max_waiting=2, painters=1))
    yield runner
    records = begun(runner, the_job(FOREVER))
    next(progress_of(records))
    waiting = runner.run(the_job())
    next(waiting)
    runner.end_jobs()
    for left, about in ((records, "stopping"), (waiting, "stopping_before")):
        with pytest.raises(InputError) as caught:
            list(left)
        assert caught.value.about == about
    runner.close()


def the_job(steps: int = 4, key: str = "", **config: float) -> Job:
    return replace(a_job(steps=steps, key=key, **config), content=pixels(1), styles=(pixels(2),))


def begun(runner: Runner, job: Job) -> Generator[Record, None, None]:
    """The records of a job after its first one, which says that it waits."""
    records = runner.run(job)
    assert isinstance(next(records), Waiting)
    return records


def test_records_come_in_order_and_tell_all(runner: Runner) -> None:
    records = list(runner.run(the_job(steps=40)))
    assert all(isinstance(record, get_args(Record)) for record in records)
    waiting = [place for place, record in enumerate(records) if isinstance(record, Waiting)]
    assert waiting == list(range(len(waiting)))
    assert records[len(waiting) - 1] == Waiting(0)
    shown = [record for record in records if isinstance(record, Progress)]
    indices = [record.index for record in shown]
    assert indices == sorted(set(indices))
    assert sum(len(record.trail) for record in shown) == 40
    last = shown[-1]
    assert (last.index, last.total, last.size, last.seconds_left) == (40, 40, SIZE, 0)
    assert (last.image.shape, last.image.dtype) == ((48, 64, 3), np.uint8)
    assert last.deep is not None
    assert (last.deep.shape, last.deep.dtype) == ((48, 64, 3), np.uint16)
    assert (set(last.content_layers), set(last.style_layers)) == ({"relu2_2"}, {"relu1_1", "relu2_1"})


def test_records_tell_what_a_recipe_needs(runner: Runner) -> None:
    job = the_job()
    *_, last = progress_of(runner.run(job))
    assert last.computation is not None
    assert last.computation.config == job.config
    assert isinstance(last.computation.execution, Execution)
    assert {"nst_core", "torch", "device"} <= set(last.computation.versions)
    assert (last.steered, last.notes) == ((), ())


def test_any_process_can_have_the_records(runner: Runner) -> None:
    for record in runner.run(the_job()):
        same = pickle.loads(pickle.dumps(record))
        assert type(same) is type(record)
        if isinstance(same, Progress) and isinstance(record, Progress):
            np.testing.assert_array_equal(same.image, record.image)
            assert (same.index, same.trail, same.computation) == (record.index, record.trail, record.computation)


def test_the_job_is_what_is_painted(runner: Runner) -> None:
    kept, *others = (
        list(progress_of(runner.run(job)))[-1].image.astype(int)
        for job in (the_job(strength=0.0), the_job(strength=99.0), replace(the_job(), styles=(pixels(3),)))
    )
    assert np.abs(kept - pixels(1)).mean() < 2
    assert all(np.abs(other - kept).mean() > 2 for other in others)


def test_closing_gives_the_place_up(runner: Runner) -> None:
    first = begun(runner, the_job(FOREVER, key="first"))
    next(progress_of(first))
    first.close()
    assert not runner.is_under_way("first")
    assert list(progress_of(runner.run(the_job())))[-1].index == 4


def test_whoever_waits_is_called_every_second_and_served_when_it_is_their_turn(runner: Runner) -> None:
    """Of a runner that does several at once nobody waits; both get their picture."""
    first = begun(runner, the_job(FOREVER, key="first"))
    next(progress_of(first))
    second, gaps, heard = runner.run(the_job()), list[float](), list[Record]()
    last = time.monotonic()
    for record in second:
        now = time.monotonic()
        gaps, last = [*gaps, now - last], now
        heard.append(record)
        if len(heard) == 2:
            runner.stop("first")
            threading.Thread(target=lambda: list(first), daemon=True).start()  # the page goes on asking until its end
    assert isinstance(heard[0], Waiting)
    assert max(gaps) < CALL_EVERY + LATE
    ahead = [record.ahead for record in heard if isinstance(record, Waiting)]
    assert ahead == sorted(ahead, reverse=True)
    assert isinstance(heard[-1], Progress)
    assert heard[-1].index == heard[-1].total


def test_a_job_is_known_by_its_key_while_it_lasts(runner: Runner) -> None:
    assert not runner.is_under_way("mine")
    records = begun(runner, the_job(FOREVER, key="mine"))
    assert runner.is_under_way("mine")
    assert not runner.is_under_way("other")
    next(progress_of(records))
    runner.stop("other")  # nothing
    assert runner.is_under_way("mine")
    runner.stop("mine")
    assert not runner.is_under_way("mine")
    assert list(records) == []
    runner.stop("mine")  # which is over


def test_a_run_goes_on_by_what_it_is_steered_to(runner: Runner) -> None:
    job = the_job(FOREVER, key="mine")
    wanted = replace(job.config, strength=90.0)
    assert not runner.steer("mine", wanted)
    records = progress_of(runner.run(job))
    begun_at = next(records).index
    assert not runner.steer("other", wanted)
    assert runner.steer("mine", wanted)
    turned = next(record for record in records if record.steered)
    ((first, config),) = turned.steered
    assert begun_at < first <= turned.index
    assert config == wanted
    assert turned.computation is not None
    assert turned.computation.config == job.config
    runner.stop("mine")
    assert not runner.steer("mine", job.config)


def test_what_cannot_be_steered_is_refused(runner: Runner) -> None:
    job = the_job(FOREVER, key="mine")
    records = begun(runner, job)
    with pytest.raises(ValueError, match="^size is 64"):
        runner.steer("mine", replace(job.config, size=128))
    assert runner.is_under_way("mine")
    records.close()


def test_what_cannot_be_run_is_refused_before_the_first_record(runner: Runner) -> None:
    narrow = np.zeros((10, 400, 3), np.uint8)
    with pytest.raises(InputError) as caught:
        next(runner.run(replace(the_job(key="mine"), content=narrow)))
    assert caught.value.about == "too_narrow"
    assert not runner.is_under_way("mine")
    assert list(progress_of(runner.run(the_job())))[-1].index == 4


def test_an_estimate_is_seconds_or_not_known_yet_or_a_refusal(runner: Runner) -> None:
    runner.measure(TINY)
    assert isinstance(runner.is_measuring(), bool)
    deadline = time.monotonic() + PATIENCE
    while (seconds := _estimate(runner, TINY)) is None and time.monotonic() < deadline:
        time.sleep(0.1)
    assert seconds is not None
    assert seconds > 0
    assert not runner.is_measuring()
    with pytest.raises(InputError, match="each side needs"):
        runner.estimate((2000, 40), [(300, 300)], TINY)


def _estimate(runner: Runner, config: TransferConfig) -> float | None:
    return runner.estimate(*SIZES, config)
