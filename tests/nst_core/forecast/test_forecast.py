"""What is foretold of made-up machines, and how they would compute."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from nst_core.config import Optimizer, TransferConfig
from nst_core.execution import SMALLEST, Execution, Precision
from nst_core.forecast.forecast import forecast, suggest
from nst_core.forecast.wording import sentence
from nst_core.optim.lbfgs import HISTORIES
from tests.support.forecasts import FAST, GB, ZERO, a_task


def test_each_scale_has_its_stage() -> None:
    plan = a_task(TransferConfig(size=256, steps=10)).plan
    found = forecast(FAST, a_task(TransferConfig(size=256, steps=10)), Execution())
    assert [(stage.size, stage.steps) for stage in found.stages] == plan
    assert found.seconds == pytest.approx(sum(stage.seconds for stage in found.stages))
    assert found.stages[0].seconds < found.stages[1].seconds < found.stages[2].seconds


# Which way


def way(free: float, config: TransferConfig = ZERO, **chosen: Any) -> Execution:
    return suggest(replace(FAST, free=int(free * GB)), a_task(config), chosen).execution


LARGE = replace(ZERO, size=4096)


def test_with_enough_memory_all_goes_at_once() -> None:
    assert way(60) == Execution()
    assert way(200, LARGE) == Execution()


def test_the_less_memory_the_smaller_the_block_and_the_history() -> None:
    ways = [way(free, LARGE) for free in (200, 36, 20, 10, 6)]
    assert ways[0].block == 0
    sizes = [each.block or 10_000 for each in ways]
    assert sizes == sorted(sizes, reverse=True)
    assert ways[1].block == 0
    assert ways[1].history < 20  # fewer pairs cost less time than blocks do
    assert 0 < ways[-1].block < 1024
    assert ways[-1].history == 3


@pytest.mark.parametrize("free", [1, 2, 4, 8, 16, 32])
@pytest.mark.parametrize("size", [512, 1024, 2048, 4096])
def test_what_is_suggested_fits_with_some_to_spare(free: int, size: int) -> None:
    machine = replace(FAST, free=free * GB)
    try:
        found = suggest(machine, a_task(replace(ZERO, size=size)), {})
    except ValueError as error:
        assert size > 1024 or free < 2
        assert f"{machine.there / GB:.1f} GB are there" in str(error)  # noqa: PT017
    else:
        assert 1.1 * (found.memory - machine.used) < machine.free


def test_among_what_fits_the_fastest_is_taken() -> None:
    machine, task = replace(FAST, free=6 * GB), a_task(LARGE)
    best = suggest(machine, task, {})
    for block in (0, 1024, 512, 256, 128):
        for history, steps in HISTORIES.items():
            other = forecast(machine, task, Execution(block=block, history=history))
            if other.fits:
                assert best.seconds * HISTORIES[best.execution.history] <= other.seconds * steps


@pytest.mark.parametrize(("steps", "history"), [(99, 20), (100, 50)])
def test_a_long_run_remembers_more_where_there_is_room(steps: int, history: int) -> None:
    config = replace(ZERO, size=512, scales=1, steps=steps)
    assert way(60, config) == Execution(history=history)
    usual = forecast(FAST, a_task(config), Execution())
    assert way(1.2 * (usual.memory - FAST.used) / GB, config) == Execution()
    assert way(60, replace(config, optimizer=Optimizer.ADAM)) == Execution()


def test_what_was_chosen_stays() -> None:
    assert way(60, history=7) == Execution(history=7)
    assert way(60, block=256) == Execution(block=256)
    assert way(6, LARGE, history=3).history == 3
    assert way(60, precision="bfloat16").precision is Precision.BFLOAT16


def test_a_block_that_was_chosen_is_not_refused() -> None:
    found = suggest(replace(FAST, free=GB), a_task(LARGE), {"block": 2048})
    assert found.execution == Execution(block=2048, history=3)
    assert not found.fits
    assert "it may fail" in sentence(found)


def test_what_is_wished_gives_way_to_memory_and_to_what_was_chosen() -> None:
    wished = {"block": 1024, "history": 10, "precision": "float32"}
    assert suggest(FAST, a_task(LARGE), {}, wished).execution == Execution(block=1024, history=10)
    assert suggest(FAST, a_task(LARGE), {"history": 5}, wished).execution == Execution(block=1024, history=5)
    assert suggest(replace(FAST, free=6 * GB), a_task(LARGE), {}, wished).execution.block < 1024


def test_the_machines_precision_is_taken() -> None:
    machine = replace(FAST, precision=Precision.TF32)
    assert suggest(machine, a_task(), {}).execution.precision is Precision.TF32


def test_too_little_memory_is_refused_in_one_sentence() -> None:
    with pytest.raises(ValueError, match=r"^4096x3072 .*smallest blocks.* 1\.5 GB are there.*adam$"):
        way(1, LARGE)
    with pytest.raises(ValueError, match="a smaller size$"):
        way(1, replace(LARGE, optimizer=Optimizer.ADAM))


def test_a_small_picture_is_not_cut_smaller_than_makes_sense() -> None:
    with pytest.raises(ValueError, match="smallest blocks"):
        way(0.1, replace(ZERO, size=SMALLEST))
