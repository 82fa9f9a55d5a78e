"""How fast a machine is: how often that is measured, by what, and what a run tells of it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from nst_core.config import Border, Initial, Optimizer, TransferConfig
from nst_core.device import cache
from nst_core.execution import Execution, Precision
from nst_core.forecast import machine, measuring
from nst_core.forecast.machine import Pace, as_it_is, recalled
from nst_core.forecast.measuring import STEPS, probe, probing
from nst_core.network.vgg import VGG
from nst_core.scene.scales import step_cost
from nst_core.transfer import Transfer

SIDES = measuring.SIDES["cpu"]
TINY = TransferConfig(content_layers=("relu2_2",), style_layers=("relu1_1", "relu3_1"))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NST_CACHE", str(tmp_path))
    return tmp_path


@pytest.fixture
def trials(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sides that were measured, with made-up times: 0.1 s, and a microsecond a pixel."""
    sides: list[int] = []

    def seconds(network: VGG, config: TransferConfig, side: int) -> Generator[None, None, float]:
        sides.append(side)
        yield
        return 0.1 + 1e-6 * step_cost((side, side), config)

    monkeypatch.setattr(measuring, "_seconds", seconds)
    return sides


def test_the_pace_is_a_line_through_two_sizes(network: VGG, trials: list[int]) -> None:
    for border in (Border.ZERO, Border.MIRROR):
        pace = probe(network, replace(TINY, border=border)).pace
        assert (pace.start, pace.pixel) == (pytest.approx(0.1), pytest.approx(1e-6))
    assert trials == [*SIDES] * 2


@pytest.mark.parametrize(
    ("small", "large", "pixel"),
    [(0.2, 0.2, 0.0), (0.3, 0.2, 0.0), (0.01, 10.0, 9.99 / (SIDES[1] ** 2 - SIDES[0] ** 2))],
)
def test_times_that_no_machine_would_have_give_no_negative_ones(
    network: VGG, monkeypatch: pytest.MonkeyPatch, small: float, large: float, pixel: float
) -> None:
    def seconds(network: VGG, config: TransferConfig, side: int) -> Generator[None, None, float]:
        yield
        return small if side == SIDES[0] else large

    monkeypatch.setattr(measuring, "_seconds", seconds)
    pace = probe(network, replace(TINY, border=Border.ZERO)).pace
    assert pace.pixel == pytest.approx(pixel)
    assert pace.start == pytest.approx(max(0.0, small - SIDES[0] ** 2 * pixel))


def test_it_is_measured_once(network: VGG, trials: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    first = probe(network, TINY)
    again = probe(
        network, replace(TINY, size=4000, steps=1, strength=5.0, seed=9, tv_weight=0.5, initial=Initial.NOISE)
    )
    assert again.pace == first.pace
    assert len(trials) == 2
    monkeypatch.setattr(torch, "get_num_threads", lambda: 77)
    assert probe(network, TINY).device == "77 CPU cores"
    assert len(trials) == 4


@pytest.mark.parametrize(
    "change",
    [
        {"optimizer": Optimizer.ADAM},
        {"border": Border.CIRCULAR},
        {"style_layers": ("relu1_1",)},
        {"content_layers": ()},
        {"style_loss": "wasserstein"},
    ],
)
def test_what_a_step_takes_longer_with_is_measured_by_itself(
    network: VGG, trials: list[int], change: dict[str, Any]
) -> None:
    probe(network, TINY)
    probe(network, replace(TINY, **change))
    assert len(trials) == 4


@pytest.mark.parametrize("method", ["luminance", "linear", "histogram"])
def test_colours_take_no_time_of_a_step(network: VGG, trials: list[int], method: str) -> None:
    for colours in (0.0, 40.0, 100.0):
        probe(network, replace(TINY, colours=colours, colour_method=method))
    assert len(trials) == 2


def test_measuring_can_be_given_up_after_each_step(network: VGG, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "SIDES", {"cpu": (32, 64)})
    assert next(probing(network, TINY)) is None
    assert recalled(network, TINY) is None
    *steps, found = probing(network, TINY)
    assert steps == [None] * 2 * (STEPS + 1)
    assert found is not None
    assert recalled(network, TINY) == found.pace
    (again,) = probing(network, TINY)
    assert again is not None
    assert again.pace == found.pace
    assert as_it_is(network, found.pace).pace == found.pace


@pytest.mark.parametrize(
    "nonsense",
    [
        *("fast", None, [1], [1, 2, 3], ["a", "b"], {}, 7),
        *([math.nan, 1.0], [1.0, math.inf], [-1.0, 1.0], [1.0, -1e-9], [10**400, 1], [1e300, 1e300]),
    ],
    ids=str,
)
def test_nonsense_that_was_remembered_is_measured_again(network: VGG, trials: list[int], nonsense: object) -> None:
    pace = probe(network, TINY).pace
    cache.remember(machine._fact(network, TINY), nonsense)
    assert recalled(network, TINY) is None
    assert probe(network, TINY).pace == pace
    assert len(trials) == 4


def test_the_least_time_of_some_steps_counts(network: VGG, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a clock that tells 7 s for the first step, which measures the targets too, and 3, 1 and 2 s for the others."""
    ticks = itertools.chain([0, 7, 7, 10, 10, 11, 11, 13], [0, 7, 7, 10, 10, 11, 11, 13])
    monkeypatch.setattr("time.perf_counter", lambda: next(ticks))
    monkeypatch.setattr(measuring, "SIDES", {"cpu": (32, 64)})
    assert probe(network, TINY).pace == Pace(start=1.0, pixel=0.0)


def test_steps_are_those_of_the_config_and_nothing_else_of_it(network: VGG, monkeypatch: pytest.MonkeyPatch) -> None:
    received: list[tuple[TransferConfig, Execution]] = []

    def transfer(content: Any, styles: Any, config: TransferConfig, *, execution: Execution, **options: Any) -> Any:
        received.append((config, execution))
        return Transfer(content, styles, config, execution=execution, **options)

    monkeypatch.setattr(measuring, "Transfer", transfer)
    monkeypatch.setattr(measuring, "SIDES", {"cpu": (32, 64)})
    asked = replace(TINY, optimizer=Optimizer.ADAM, style_blend=(1.0, 2.0), style_scale=(0.5, 1.0), only_colours=True)
    probe(network, replace(asked, size=4000, steps=900, scales=4, initial=Initial.STYLE))
    assert [(config.size, config.steps, config.scales) for config, _ in received] == [(32, 4, 1), (64, 4, 1)]
    assert {config.optimizer for config, _ in received} == {Optimizer.ADAM}
    assert {execution.precision for _, execution in received} == {Precision.FLOAT32}


def test_what_measuring_took_is_given_back_before_memory_is_looked_at(
    network: VGG, trials: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    monkeypatch.setattr(measuring, "give_back_freed_memory", lambda: calls.append("given back"))
    monkeypatch.setattr(machine, "own_memory", lambda: calls.append("looked at") or 1)
    probe(network, TINY)
    assert (calls, len(trials)) == (["given back", "looked at"], 2)


def test_a_run_tells_the_pace(network: VGG, trials: list[int]) -> None:
    """By its smallest size and its largest, each with as many steps as would be measured there."""
    assert machine.known(network, TINY).pace is machine.UNKNOWN
    times = {size: [9.0, *[0.1 + 1e-6 * step_cost(size, TINY)] * STEPS] for size in ((64, 48), (128, 96), (256, 192))}
    times |= {(128, 96): [9.0] * 9, (32, 24): [0.0, 0.0], (512, 384): [7.0]}
    measuring.learn(network, TINY, {(128, 96): times[128, 96]})
    assert machine.known(network, TINY).pace is machine.UNKNOWN
    measuring.learn(network, TINY, times)
    pace = machine.known(network, TINY).pace
    assert (pace.start, pace.pixel) == (pytest.approx(0.1), pytest.approx(1e-6))
    assert probe(network, TINY).pace == pace
    assert not trials
