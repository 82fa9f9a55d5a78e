"""What a run has to work with: device, memory, and how fast it is, measured once and remembered."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from PIL import Image

from nst_core.cache import recall, remember
from nst_core.config import Initial, TransferConfig
from nst_core.execution import Execution, Precision
from nst_core.memory import free_memory, own_memory
from nst_core.plan import step_cost
from nst_core.transfer import Transfer
from nst_core.vgg import VGG

SIDES = {"cpu": (128, 256)}  # pixels, of the pictures that the pace is measured with, by the kind of device
LARGE_SIDES = (256, 1024)  # of the others: below, they don't get going
STEPS = 3  # measured at either, after one to warm up

# What of a config a step's time depends on.
SPEED = (
    *("content_layers", "style_layers", "style_loss", "pooling", "border", "optimizer", "tv_norm"),
    *("normalization", "colours", "colour_method"),
)


@dataclass(frozen=True)
class Pace:
    """The seconds that a step takes."""

    start: float  # at any size
    pixel: float  # for each pixel that VGG-19 sees


@dataclass(frozen=True, kw_only=True)
class Machine:
    """Where a run is computed. Memory is the device's: RAM only if that is the CPU."""

    device: str  # what a person would call it
    precision: Precision  # the fastest that is good enough
    used: int  # bytes of memory that the process has already
    free: int  # bytes that it could still take
    pace: Pace

    @property
    def there(self) -> int:
        """Bytes of memory that the process can have in all."""
        return self.used + self.free


def probe(network: VGG, config: TransferConfig) -> Machine:
    """What there is on the device of `network`; the first time for a config like this one it takes some seconds."""
    device = network.device
    used, free = _memory(device)
    precision = _precision(device)
    return Machine(
        device=_name(device), precision=precision, used=used, free=free, pace=_pace(network, config, precision)
    )


def _memory(device: torch.device) -> tuple[int, int]:
    """Bytes used and free."""
    if device.type != "cuda":
        return own_memory(), free_memory()
    used = torch.cuda.memory_allocated(device)
    return used, torch.cuda.mem_get_info(device)[0] + torch.cuda.memory_reserved(device) - used


def _name(device: torch.device) -> str:
    if device.type == "cpu":
        threads = torch.get_num_threads()
        return "1 CPU core" if threads == 1 else f"{threads} CPU cores"
    return f"{device} ({torch.cuda.get_device_name(device)})" if device.type == "cuda" else str(device)


def _precision(device: torch.device) -> Precision:
    """TF32 where the cores for it are, from Ampere on; it rounds inputs to 10 bits and adds up in float32."""
    has_tf32 = device.type == "cuda" and torch.cuda.get_device_capability(device) >= (8, 0)
    return Precision.TF32 if has_tf32 else Precision.FLOAT32


def _pace(network: VGG, config: TransferConfig, precision: Precision) -> Pace:
    decisive = {name: getattr(config, name) for name in SPEED} | {"precision": precision, "on": _name(network.device)}
    name = "pace-" + hashlib.sha256(json.dumps(decisive).encode()).hexdigest()[:16]
    known = recall(name)
    try:
        return Pace(*map(float, known))  # type: ignore[arg-type]
    except (TypeError, ValueError):  # nothing is known, or nonsense
        pace = _measured(network, config, precision)
        remember(name, [pace.start, pace.pixel])
        return pace


def _measured(network: VGG, config: TransferConfig, precision: Precision) -> Pace:
    """A line through the times at two sizes; were the larger one the faster, all of it would be the start."""
    sides = SIDES.get(network.device.type, LARGE_SIDES)
    small, large = (_seconds(network, config, precision, side) for side in sides)
    fewer, more = (step_cost((side, side), config) for side in sides)
    pixel = max(0.0, (large - small) / (more - fewer))
    return Pace(start=max(0.0, small - pixel * fewer), pixel=pixel)


def _seconds(network: VGG, config: TransferConfig, precision: Precision, side: int) -> float:
    """The least that a step took, of a square picture; what else the machine does can only make it longer."""
    picture = Image.fromarray(np.random.default_rng(0).integers(0, 256, (side, side, 3), np.uint8))
    changes: dict[str, Any] = {"size": side, "steps": STEPS + 1, "scales": 1, "only_colours": False}
    alone = replace(config, **changes, initial=Initial.CONTENT, style_blend=(), style_scale=())
    steps = iter(Transfer(picture, [picture], alone, extractor=network, execution=Execution(precision=precision)))
    times = []
    for _ in range(STEPS + 1):
        began = time.perf_counter()
        _ = next(steps).losses  # as numbers: an accelerator has to be done then
        times.append(time.perf_counter() - began)
    return min(times[1:])
