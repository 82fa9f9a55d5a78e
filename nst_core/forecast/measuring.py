"""How fast a machine is: measured by steps of its own, or learned from those of a run."""

from __future__ import annotations

import math
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from PIL import Image

from nst_core.config import Initial, TransferConfig
from nst_core.device.memory import give_back_freed_memory
from nst_core.execution import Execution
from nst_core.forecast.machine import Machine, as_it_is, fastest_precision, learned, recalled
from nst_core.network.vgg import VGG
from nst_core.scene.scales import Size
from nst_core.transfer import Transfer

SIDES = {"cpu": (128, 384)}  # pixels, of the pictures that the pace is measured with, by the kind of device
LARGE_SIDES = (256, 1024)  # of the others: below, they don't get going
STEPS = 3  # measured at either, after one to warm up


def probe(network: VGG, config: TransferConfig) -> Machine:
    """What there is on the device of `network`; the first time for a config like this one it takes some seconds."""
    return next(machine for machine in probing(network, config) if machine is not None)


def probing(network: VGG, config: TransferConfig) -> Iterator[Machine | None]:
    """Measure the machine bit by bit: None after each measured step, so that one may give up; at last the machine."""
    pace = recalled(network, config)
    if pace is None:
        times: dict[Size, float] = {}
        for side in SIDES.get(network.device.type, LARGE_SIDES):
            times[side, side] = yield from _seconds(network, config, side)
        give_back_freed_memory()
        pace = learned(network, config, times)
    yield as_it_is(network, pace)


def learn(network: VGG, config: TransferConfig, times: Mapping[Size, Sequence[float]]) -> None:
    """Remember the pace of a run's own steps, by their seconds at each size; nothing where they are too few to tell."""
    told = {size: min(seconds[1:]) for size, seconds in times.items() if len(seconds) > STEPS}  # the first warms up
    if len(told) > 1:
        learned(network, config, {size: told[size] for size in (min(told, key=math.prod), max(told, key=math.prod))})


def _seconds(network: VGG, config: TransferConfig, side: int) -> Generator[None, None, float]:
    """The least that a step took, of a square picture; what else the machine does can only make it longer."""
    picture = Image.fromarray(np.random.default_rng(0).integers(0, 256, (side, side, 3), np.uint8))
    changes: dict[str, Any] = {"size": side, "steps": STEPS + 1, "scales": 1, "only_colours": False}
    alone = replace(config, **changes, initial=Initial.CONTENT, style_blend=(), style_scale=())
    execution = Execution(precision=fastest_precision(network.device))
    steps = iter(Transfer(picture, [picture], alone, extractor=network, execution=execution))
    times = []
    for _ in range(STEPS + 1):
        began = time.perf_counter()
        _ = next(steps).losses  # as numbers: an accelerator has to be done then
        times.append(time.perf_counter() - began)
        yield
    return min(times[1:])
