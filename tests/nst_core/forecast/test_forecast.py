"""What is foretold of made-up machines, and how they would compute."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from nst_core.config import Border, Optimizer, Preset, TransferConfig
from nst_core.execution import SMALLEST, Execution, Precision
from nst_core.forecast.forecast import Forecast, forecast, suggest
from nst_core.forecast.machine import Machine, Pace
from nst_core.forecast.task import Task
from nst_core.forecast.units import counted, in_bytes, in_time
from nst_core.forecast.wording import overview, sentence, summary, table
from nst_core.optim.lbfgs import HISTORIES
from nst_core.scene.scales import scale_plan
from tests.support.terminal import hollow_network

GB = 10**9
ZERO = TransferConfig(size=512, scales=1, steps=10, border=Border.ZERO)
FAST = Machine(
    device="8 CPU cores", precision=Precision.FLOAT32, used=GB // 2, free=60 * GB, pace=Pace(start=0.0, pixel=1e-6)
)


def a_task(config: TransferConfig = ZERO, photo: tuple[int, int] = (4000, 3000), **options: Any) -> Task:
    paintings = options.pop("paintings", [(1000, 1000)])
    return Task(hollow_network(), config, scale_plan(photo, paintings, config), paintings, **options)


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


# In words


def predicted(config: TransferConfig = TransferConfig(), **execution: Any) -> Forecast:  # noqa: B008
    return forecast(FAST, a_task(config), Execution(**execution))


def test_a_sentence() -> None:
    found = replace(predicted(), memory=int(1.66 * GB))
    total = in_time(found.seconds)
    assert sentence(found) == f"512x384 in 4 scales, 250 steps on 8 CPU cores: about {total}, 1.7 GB"
    assert "scales" not in sentence(predicted(ZERO))
    assert ", in blocks of 256 pixels: " in sentence(predicted(block=256))
    assert "blocks" not in sentence(predicted(block=5000))
    assert "1 step on" in sentence(predicted(replace(ZERO, steps=1)))


def test_a_table() -> None:
    first, *lines = table(predicted(TransferConfig.preset(Preset.FAST), block=128)).splitlines()
    assert first.startswith("256x192 in 3 scales, 50 steps on 8 CPU cores")
    assert [line.split()[0] for line in lines] == [
        "64x48",
        "128x96",
        "256x192",
        "block",
        "precision",
        "history",
        "memory",
    ]
    assert lines[3].split() == ["block", "128", "pixels"]
    assert lines[5].split() == ["history", "20", "steps"]
    assert lines[6].endswith(" of 60.5 GB")
    assert len({line.index(line.split()[1]) for line in lines[:3]}) == 1  # a column


def test_many_pictures() -> None:
    found = [predicted(), None, predicted(ZERO)]
    total = in_time(sum(each.seconds for each in found if each))
    most = in_bytes(max(each.memory for each in found if each))
    assert summary(found) == f"2 pictures on 8 CPU cores: about {total}, up to {most}"
    assert summary([None]) == "nothing to paint"
    lines = overview([("a.png", found[0]), ("long name.png", None)]).splitlines()
    assert lines[1].startswith("  a.png          512x384")
    assert lines[2] == "  long name.png  can't be painted"
    assert overview([]) == "nothing to paint"


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.2, "1 s"), (59.4, "59 s"), (59.6, "1 min 0 s"), (91, "1 min 31 s"), (3599.7, "1 h 0 min"), (7500, "2 h 5 min")],
)
def test_time_in_words(value: float, text: str) -> None:
    assert in_time(value) == text


def test_bytes_and_counts_in_words() -> None:
    assert (in_bytes(1.66e9), in_bytes(4e7)) == ("1.7 GB", "0.0 GB")
    assert (counted(1, "step"), counted(2, "step"), counted(0, "step")) == ("1 step", "2 steps", "0 steps")
