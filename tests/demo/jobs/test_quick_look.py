"""A quick look comes before a run that is slow to show anything, and takes little of its time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from demo.jobs import local as module
from demo.jobs.local import LocalRunner
from demo.jobs.quick_look import MOST, SIDE, SMALL, STEPS, quick_look
from demo.jobs.records import Job, Pixels, Progress, QuickLook
from nst_core.config import Initial, TransferConfig
from nst_core.forecast.forecast import Forecast, suggest
from nst_core.forecast.machine import Machine, Pace, as_it_is
from nst_core.forecast.task import Task
from nst_core.scene.scales import scale_plan
from tests.support.jobs import TINY
from tests.support.networks import tiny_network

NETWORK = tiny_network()
SLOW = Pace(start=0.05, pixel=1e-5)
PICTURE = np.zeros((200, 300, 3), np.uint8)
LONG = TransferConfig(content_layers=TINY.content_layers, style_layers=TINY.style_layers)


def a_job(config: TransferConfig = LONG, picture: Pixels = PICTURE, **others: Any) -> Job:
    return replace(Job(picture, (picture,), config, wants_quick_look=True), **others)


def machine() -> Machine:
    return as_it_is(NETWORK, SLOW)


def forecast_of(job: Job, config: TransferConfig | None = None) -> Forecast:
    config = config or job.config
    return suggest(machine(), Task(NETWORK, config, scale_plan(*job.sizes, config), job.sizes[1]), {})


def test_it_is_a_small_run_of_the_same_kind_and_takes_little_of_its_time() -> None:
    job = a_job(replace(LONG, strength=80.0, seed=7))
    run = forecast_of(job)
    look = quick_look(job, run, 1.0)
    assert look is not None
    assert (look.size, look.steps, look.strength, look.seed) == (SIDE, STEPS, 80, 7)
    assert forecast_of(job, look).seconds <= MOST * run.seconds


def test_a_shorter_run_gets_a_shorter_one_or_none() -> None:
    steps = [quick_look(job, forecast_of(job), None) for job in map(a_job, (replace(LONG, steps=s) for s in (90, 20)))]
    assert steps[0] is not None
    assert steps[0].steps < STEPS
    assert steps[1] is None


@pytest.mark.parametrize(
    ("job", "slowness"),
    [
        (a_job(wants_quick_look=False), 1.0),
        (a_job(begin=PICTURE), 1.0),
        (a_job(replace(LONG, size=SMALL - 1, steps=1000)), 1.0),
        (a_job(replace(LONG, initial=Initial.NOISE)), 1.0),
        (a_job(replace(LONG, scales=1)), 1.0),  # its first picture is large
        (a_job(), 0.01),  # a graphics card is as far at once
        (a_job(picture=np.zeros((60, 300, 3), np.uint8)), 1.0),  # too narrow to be seen so small
    ],
)
def test_nothing_comes_first_where_it_is_not_worth_its_time(job: Job, slowness: float) -> None:
    assert quick_look(job, forecast_of(job), slowness) is None


@pytest.fixture
def nothing_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """How fast the machine is isn't known from other tests: on a fast one nothing would come first."""
    monkeypatch.setenv("NST_CACHE", str(tmp_path))


@pytest.mark.usefixtures("nothing_measured")
def test_a_runner_shows_it_before_the_first_step(tiny: LocalRunner) -> None:
    records = tiny.run(a_job(replace(LONG, size=320, steps=250), key="mine"))
    look = next(record for record in records if isinstance(record, QuickLook))
    assert max(look.image.shape) == SIDE
    first = next(record for record in records if isinstance(record, Progress))
    assert first.index == 1
    assert look.shows_more_than(first)
    records.close()


@pytest.mark.usefixtures("nothing_measured")
def test_who_steers_meanwhile_sees_the_run_at_once(tiny: LocalRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RECORD_EVERY", 0.0)
    records = tiny.run(a_job(replace(LONG, size=320, steps=250), key="mine"))
    look = next(record for record in records if isinstance(record, QuickLook))
    assert tiny.steer("mine", replace(LONG, size=320, steps=250, strength=90.0))
    first = next(records)
    assert isinstance(first, Progress)  # none of the quick look's other steps
    assert not look.shows_more_than(first)
    records.close()
