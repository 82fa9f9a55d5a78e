"""What a run will take on a machine, in seconds and bytes, and which way to compute it suits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from types import MappingProxyType
from typing import Any

from torch import nn

from nst_core.config import Optimizer, TransferConfig
from nst_core.errors import InputError
from nst_core.execution import SMALLEST, Execution
from nst_core.forecast.machine import Machine
from nst_core.forecast.units import in_bytes
from nst_core.loss.blocks import cover
from nst_core.network.vgg import VGG
from nst_core.scene.scales import Plan, Size, painting_size, step_cost

FLOAT = 4  # bytes
IMAGE = 3 * FLOAT  # bytes of a pixel

BLOCKS = (0, 2048, 1536, 1024, 768, 512, 384, 256, 192, SMALLEST)
# How many times as long steps take until the loss is as low as with a history of 20. One of 50 takes a tenth fewer
# steps, and weighing its pairs costs half of that; one of 100 gains nothing more.
HISTORIES = {50: 0.95, 20: 1.0, 10: 1.03, 5: 1.1, 3: 1.2}
LONG = 2  # times as many steps as the history a size needs, to be in want of one that is longer than usual
SPARE = 1.15  # times the forecast has to be there: it isn't exact
FORWARD = 0.5  # of an evaluation: as no weight is trained, the way back costs what the way there does
AGAIN = 1 + FORWARD  # evaluations: in blocks, forward is done twice

# Measured, see tests/benchmarks/forecasts.py.
WARM = 250_000_000  # bytes that the libraries take when they are first used
PREPARED = 1  # times the weights: what convolutions keep of them at most, for the way there and for that back
OTHER_IMAGES = 9  # that live at once beside the optimiser's vectors
GRAPH = 1.6  # times the features: there are gradients, too, and what a convolution takes meanwhile


@dataclass(frozen=True)
class Task:
    """What is to be computed."""

    network: VGG
    config: TransferConfig
    plan: Plan
    paintings: Sequence[Size]  # (width, height) of the files
    done: int = 0  # steps that an earlier run has done
    stop_after: int | None = None  # the last step, if that isn't the plan's

    def steps(self) -> Iterator[tuple[Size, int]]:
        """The sizes, and how many steps are still to be done at each; those that are over are left out."""
        first, last = self.done, self.stop_after
        for size, count in self.plan:
            begin, end = max(0, first), count if last is None else min(count, last)
            if end > begin:
                yield size, end - begin
            first, last = first - count, None if last is None else last - count


@dataclass(frozen=True)
class Stage:
    """The steps of one size."""

    size: Size
    steps: int
    seconds: float


@dataclass(frozen=True)
class Forecast:
    """What a task will take when it is carried out in a certain way."""

    machine: Machine
    task: Task
    execution: Execution
    stages: tuple[Stage, ...]
    blocks: int  # that the largest size is cut into
    memory: int  # bytes at most, with what the process had before

    @property
    def seconds(self) -> float:
        """From the first scale's beginning to the last step."""
        return sum(stage.seconds for stage in self.stages)

    @property
    def fits(self) -> bool:
        """Whether there is as much memory, and some to spare."""
        return (self.memory - self.machine.used) * SPARE <= self.machine.free


def forecast(machine: Machine, task: Task, execution: Execution) -> Forecast:
    """What `task` takes when it is carried out by `execution`."""
    stages = tuple(Stage(size, steps, _seconds(machine, task, execution, size, steps)) for size, steps in task.steps())
    blocks = len(_blocks(task, task.plan[-1][0], execution))
    return Forecast(machine, task, execution, stages, blocks, machine.used + _bytes(task, execution))


def suggest(
    machine: Machine, task: Task, chosen: Mapping[str, Any], wished: Mapping[str, Any] = MappingProxyType({})
) -> Forecast:
    """The fastest way that the memory allows.

    `chosen` are fields of `Execution` that are settled, `wished` those that had better be so if it is possible. Raises
    `ValueError` where nothing fits, but for a block that was chosen: whoever did so may know better.
    """
    for settled in ({**wished, **chosen}, chosen):
        ways = [forecast(machine, task, execution) for execution in _ways(machine, task, settled)]
        fitting = [way for way in ways if way.fits]
        if fitting:
            return min(fitting, key=lambda way: way.seconds * HISTORIES.get(way.execution.history, 1.0))
    least = min(ways, key=lambda way: way.memory)
    if "block" in chosen:
        return least
    width, height = task.plan[-1][0]
    raise InputError(
        f"{width}x{height} pixels take about {in_bytes(least.memory)} of memory, even in the smallest blocks, and "
        f"{in_bytes(machine.there)} are there; choose a smaller size"
        + ("" if task.config.optimizer is Optimizer.ADAM else ", or the optimizer adam"),
        "no_memory",
    )


def _ways(machine: Machine, task: Task, chosen: Mapping[str, Any]) -> Iterator[Execution]:
    remembers = task.config.optimizer is Optimizer.LBFGS
    longest = max(task.plan[-1][0])
    options: dict[str, list[Any]] = {
        "block": [block for block in BLOCKS if block < longest],
        "precision": [machine.precision],
        "history": _histories(task) if remembers else [Execution.history],
    }
    options |= {name: [value] for name, value in chosen.items()}
    for values in product(*options.values()):
        yield Execution(**dict(zip(options, values, strict=True)))


def _histories(task: Task) -> list[int]:
    most = max(steps for _, steps in task.plan)
    return [history for history in HISTORIES if history <= Execution.history or most >= LONG * history]


def _seconds(machine: Machine, task: Task, execution: Execution, size: Size, steps: int) -> float:
    """Of all steps at `size`, and of measuring the photo and the paintings before them."""
    pace, config = machine.pace, task.config
    blocks = _blocks(task, size, execution)
    again = AGAIN if len(blocks) > 1 else 1.0
    step = sum(pace.start + pace.pixel * again * pixels for pixels in blocks)
    targets = [size, *_seen_paintings(task, size)]
    return steps * step + sum(FORWARD * pace.pixel * step_cost(target, config) for target in targets)


def _blocks(task: Task, size: Size, execution: Execution) -> list[int]:
    """How many pixels VGG-19 sees of each block of a picture of `size`."""
    config, layers = task.config, (*task.config.content_layers, *task.config.style_layers)
    blocks = cover(task.network, layers, config.border, (size[1], size[0]), execution.block)
    if len(blocks) == 1:
        return [step_cost(size, config)]
    return [(block.rows.last - block.rows.first) * (block.columns.last - block.columns.first) for block in blocks]


def _seen_paintings(task: Task, size: Size) -> list[Size]:
    scales = task.config.style_scales(len(task.paintings))
    return [painting_size(each, max(size), scale) for each, scale in zip(task.paintings, scales, strict=True)]


def _bytes(task: Task, execution: Execution) -> int:
    """What the last and largest scale takes beside what the process had."""
    size, _ = task.plan[-1]
    pixels, config, floats = size[0] * size[1], task.config, _floats(task.network)
    vectors = 2 * execution.history + 2 if config.optimizer is Optimizer.LBFGS else 2
    images = (vectors + OTHER_IMAGES) * pixels
    paintings = sum(width * height for width, height in _seen_paintings(task, size))
    stored = sum(floats[name] for name in config.content_layers) * pixels
    used = _used_layers(task)
    graph = GRAPH * sum(floats[name] for name in used if not name.startswith("conv"))
    seen = max(_blocks(task, size, execution))
    return int(_first_use(task.network, used) + IMAGE * (images + paintings) + FLOAT * (stored + graph * seen))


def _first_use(network: VGG, layers: Sequence[str]) -> int:
    """What stays from then on, if the network wasn't used before; else the process has most of it."""
    weights = sum(parameter.nbytes for name in layers for parameter in network.layers[name].parameters())
    return max(0, PREPARED * weights - network.prepared) + (0 if network.prepared else WARM)


def _used_layers(task: Task) -> list[str]:
    """Down to the deepest that the losses look at."""
    names, wanted = list(task.network.layers), (*task.config.content_layers, *task.config.style_layers)
    return names[: 1 + max((names.index(name) for name in wanted), default=-1)]


def _floats(network: VGG) -> dict[str, float]:
    """How many floats a pixel has in the features of each layer."""
    floats: dict[str, float] = {}
    channels = 3
    for name, layer in network.layers.items():
        if isinstance(layer, nn.Conv2d):
            channels = layer.out_channels
        floats[name] = channels / network.stride(name) ** 2
    return floats
