"""What a run has to work with: device, memory, and how fast it is, as that was once measured and is remembered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import torch

from nst_core.config import TransferConfig
from nst_core.device.cache import recall, remember
from nst_core.device.memory import free_memory, own_memory
from nst_core.execution import Precision
from nst_core.network.vgg import VGG
from nst_core.scene.scales import Size, step_cost

ENGINE = 4  # one more whenever steps got faster: what was measured before no longer counts
# On cards from Ampere on, which have the cores for it. BFLOAT16 is faster by a third or more; it may stand here once
# `python -m tests.cuda --only precision` finds it near enough, and nobody can tell its pictures (`--pictures`).
FASTEST = Precision.TF32
LONGEST = 3600.0  # seconds of a step that may have been measured; what is more, or not a number, is nonsense

# What of a config a step's time depends on. Colours are finished for whoever looks at a step, and take none of it.
SPEED = tuple(each.name for each in fields(TransferConfig) if each.metadata["sets_pace"])


@dataclass(frozen=True)
class Pace:
    """The seconds that a step takes."""

    start: float  # at any size
    pixel: float  # for each pixel that VGG-19 sees


UNKNOWN = Pace(start=0, pixel=1)  # no more than what takes longer than what


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


def known(network: VGG, config: TransferConfig) -> Machine:
    """What `measuring.probe` tells, but for the pace if that would have to be measured: it is `UNKNOWN` then."""
    return as_it_is(network, recalled(network, config) or UNKNOWN)


def learned(network: VGG, config: TransferConfig, times: Mapping[Size, float]) -> Pace:
    """The pace by a step's seconds at two sizes, which is remembered."""
    pace = _pace(times, config)
    remember(_fact(network, config), [pace.start, pace.pixel])
    return pace


def as_it_is(network: VGG, pace: Pace) -> Machine:
    """What there is on the device of `network` at this moment, for one who knows its pace."""
    used, free = _memory(network.device)
    return Machine(
        device=_name(network.device), precision=fastest_precision(network.device), used=used, free=free, pace=pace
    )


def recalled(network: VGG, config: TransferConfig) -> Pace | None:
    """The pace that was once measured on the device of `network` for a config like this one."""
    known = recall(_fact(network, config))
    try:
        pace = Pace(*map(float, known))  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):  # nothing is known, or nonsense
        return None
    return pace if all(0 <= seconds <= LONGEST for seconds in (pace.start, pace.pixel)) else None


def speed(config: TransferConfig) -> dict[str, Any]:
    """What of a config a step's time depends on, in terms of JSON."""
    return {name: getattr(config, name) for name in SPEED}


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


def fastest_precision(device: torch.device) -> Precision:
    """The fastest that is good enough; all of them add up in float32."""
    has_the_cores = device.type == "cuda" and torch.cuda.get_device_capability(device) >= (8, 0)
    return FASTEST if has_the_cores else Precision.FLOAT32


def _fact(network: VGG, config: TransferConfig) -> str:
    """The name that a pace is remembered by."""
    decisive = speed(config) | {"precision": fastest_precision(network.device), "on": _name(network.device)}
    return f"pace-{ENGINE}-" + hashlib.sha256(json.dumps(decisive).encode()).hexdigest()[:16]


def _pace(times: Mapping[Size, float], config: TransferConfig) -> Pace:
    """A line through a step's seconds at two sizes; were the larger one the faster, all of it would be the start."""
    (fewer, small), (more, large) = sorted((step_cost(size, config), seconds) for size, seconds in times.items())
    pixel = max(0.0, (large - small) / (more - fewer))
    return Pace(start=max(0.0, small - pixel * fewer), pixel=pixel)
