"""What a painter computes, in this process and with a network that costs little."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from demo.jobs import local as module
from demo.jobs import progress
from demo.jobs.ray.messages import Joined, Kept, Part
from demo.jobs.ray.painting import PaintingRunner
from demo.jobs.records import Job, Progress
from nst_core.checkpoint import Checkpoint
from tests.support.jobs import TINY, pixels
from tests.support.networks import tiny_network

JOB = Job(pixels(1), (pixels(2),), replace(TINY, steps=12))


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch) -> Iterator[PaintingRunner]:
    """One that keeps where it stands as often as it can."""
    monkeypatch.setenv("NST_CACHE", "")
    monkeypatch.setattr(module, "load_vgg19", lambda weights, pooling: tiny_network(pooling))
    monkeypatch.setattr(progress, "RECORD_EVERY", 0.0)
    monkeypatch.setattr("demo.jobs.ray.painting.RARELY", 0)
    runner = PaintingRunner("cpu", keep_every=0.0)
    yield runner
    runner.close()


def kept_of(told: list[Any]) -> list[tuple[Kept, Checkpoint]]:
    return [(kept, told[place + 1]) for place, kept in enumerate(told) if isinstance(kept, Kept)]


def test_a_state_comes_after_the_record_of_its_step_and_leads_to_the_same_picture(runner: PaintingRunner) -> None:
    told: list[Any] = list(runner.painted(Part(token="a", job=JOB), None))
    states = kept_of(told)
    assert len(states) > 2
    for kept, _ in states:
        before = told[: told.index(kept)]
        assert max(each.index for each in before if isinstance(each, Progress)) >= kept.index
    kept, state = states[1]
    rest = list(runner.painted(Part(token="b", job=JOB, kept=kept), state))
    shown = [each for each in rest if isinstance(each, Progress)]
    assert [each.index for each in shown] == list(range(kept.index + 1, 13))
    np.testing.assert_array_equal(shown[-1].image, told[-1].image)


def test_what_was_steered_stays_so(runner: PaintingRunner) -> None:
    turned = replace(JOB.config, strength=90.0)
    told: list[Any] = []
    for each in runner.painted(Part(token="a", job=JOB), None):
        told.append(each)
        if isinstance(each, Progress) and each.index == 3:
            runner.steer("a", turned)
    kept, state = next((kept, state) for kept, state in kept_of(told) if kept.index > 5)
    assert (kept.begun, kept.config) == (JOB.config, turned)
    joined = Joined()
    joined.goes_on(kept)
    rest = runner.painted(Part(token="b", job=replace(JOB, config=turned), kept=kept), state)
    *_, last = (joined.add(each) for each in rest if isinstance(each, Progress))
    assert last is not None
    assert last.steered == kept.steered == told[-1].steered
    np.testing.assert_array_equal(last.image, told[-1].image)


def test_who_was_steered_meanwhile_goes_on_by_that(runner: PaintingRunner) -> None:
    kept, state = kept_of(list(runner.painted(Part(token="a", job=JOB), None)))[1]
    turned = replace(JOB.config, strength=90.0)
    rest = runner.painted(Part(token="b", job=replace(JOB, config=turned), kept=kept), state)
    first = next(each for each in rest if isinstance(each, Progress))
    assert first.steered == ((kept.index + 1, turned),)


def test_in_smaller_blocks_than_would_fit(runner: PaintingRunner) -> None:
    job = Job(pixels(1, 192, 144), (pixels(2),), replace(TINY, size=192, steps=2))
    blocks = []
    for in_blocks in (False, True):
        told = runner.painted(Part(token="a", job=job, in_blocks=in_blocks), None)
        *_, last = (each for each in told if isinstance(each, Progress))
        assert last.computation is not None
        blocks.append(last.computation.execution.block)
    assert blocks == [0, 128]
