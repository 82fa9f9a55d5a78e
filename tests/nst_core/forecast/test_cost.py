"""What a run costs, by a made-up pace."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch

from nst_core.config import Border, Optimizer, TransferConfig
from nst_core.execution import Execution
from nst_core.forecast.cost import WARM
from nst_core.forecast.forecast import forecast
from nst_core.forecast.machine import Pace
from nst_core.forecast.task import Task
from nst_core.scene.scales import scale_plan
from tests.support.forecasts import FAST, GB, ZERO, a_task
from tests.support.networks import tiny_network


def seconds(config: TransferConfig = ZERO, pace: Pace = FAST.pace, **options: Any) -> float:
    execution = Execution(**options.pop("execution", {}))
    return forecast(replace(FAST, pace=pace), a_task(config, **options), execution).seconds


# Seconds


def test_a_step_takes_its_start_and_its_pixels() -> None:
    assert seconds(pace=Pace(start=0.25, pixel=0)) == pytest.approx(10 * 0.25)
    targets = 0.5 * (512 * 384 + 512 * 512)  # forward only
    assert seconds(pace=Pace(start=0, pixel=1e-6)) == pytest.approx(1e-6 * (10 * 512 * 384 + targets))


def test_the_mirrored_margin_is_seen_too() -> None:
    targets = 0.5 * (544 * 416 + 544 * 544)
    mirrored = replace(ZERO, border=Border.MIRROR)
    assert seconds(mirrored) == pytest.approx(1e-6 * (10 * 544 * 416 + targets))


def test_more_paintings_are_more_to_measure_and_no_more_a_step() -> None:
    many = seconds(paintings=[(1000, 1000)] * 3) - seconds()
    assert many == pytest.approx(1e-6 * 0.5 * 2 * 512 * 512)
    larger = seconds(replace(ZERO, style_scale=(2.0,))) - seconds()
    assert larger == pytest.approx(1e-6 * 0.5 * 3 * 512 * 512)


def test_blocks_are_seen_twice_and_with_their_margins() -> None:
    whole = seconds()
    assert 1.5 < seconds(execution={"block": 256}) / whole < 4
    assert seconds(execution={"block": 128}) > seconds(execution={"block": 256})
    assert seconds(execution={"block": 512}) == seconds(execution={"block": 4000}) == whole


# Memory


def gigabytes(config: TransferConfig = ZERO, **options: Any) -> float:
    execution = Execution(**options.pop("execution", {}))
    return forecast(FAST, a_task(config, **options), execution).memory / GB


def test_memory_is_that_of_the_largest_scale() -> None:
    one = gigabytes(replace(ZERO, size=1024))
    assert gigabytes(replace(ZERO, size=1024, scales=3)) == one
    assert gigabytes(replace(ZERO, size=2048)) > 2.5 * one


def test_each_pair_of_the_history_takes_two_images() -> None:
    more = gigabytes(execution={"history": 13}) - gigabytes(execution={"history": 3})
    assert more * GB == pytest.approx(20 * 512 * 384 * 12)
    adam = replace(ZERO, optimizer=Optimizer.ADAM)
    assert gigabytes(adam, execution={"history": 13}) == gigabytes(adam, execution={"history": 3})
    assert gigabytes(adam) < gigabytes(execution={"history": 3})


def test_with_a_block_only_images_grow() -> None:
    """4096x3072 in 6 GB, which is what blocks are for."""
    assert gigabytes(replace(ZERO, size=4096), execution={"block": 512, "history": 3}) < 6
    growth = gigabytes(replace(ZERO, size=4096), execution={"block": 512}) - gigabytes(
        replace(ZERO, size=2048), execution={"block": 512}
    )
    assert growth < 0.4 * (gigabytes(replace(ZERO, size=4096)) - gigabytes(replace(ZERO, size=2048)))


def test_shallow_layers_take_less() -> None:
    shallow = replace(ZERO, content_layers=("relu2_1",), style_layers=("relu1_1",))
    assert gigabytes(shallow) < 0.9 * gigabytes()


def test_what_the_process_has_already_is_not_counted_twice() -> None:
    config, network = TransferConfig(size=64, content_layers=("relu2_2",), style_layers=("relu1_1",)), tiny_network()
    network.to(memory_format=torch.channels_last)
    task = Task(network, config, scale_plan((64, 64), [(64, 64)], config), [(64, 64)])
    before = forecast(FAST, task, Execution()).memory
    network(torch.zeros(1, 3, 64, 64, requires_grad=True), ["relu2_2"])["relu2_2"].sum().backward()
    assert network.prepared > 0
    assert before - forecast(FAST, task, Execution()).memory == network.prepared + WARM
