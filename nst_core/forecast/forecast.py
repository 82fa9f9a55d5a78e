"""What a run will take on a machine, in seconds and bytes, and which way to compute it suits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from types import MappingProxyType
from typing import Any

from nst_core.config import Optimizer
from nst_core.errors import InputError
from nst_core.execution import SMALLEST, Execution
from nst_core.forecast.cost import peak_memory, seen_pixels, stage_seconds
from nst_core.forecast.machine import UNKNOWN, Machine, known
from nst_core.forecast.task import Task
from nst_core.forecast.units import in_bytes
from nst_core.optim.method import kind_of
from nst_core.scene.scales import Size

BLOCKS = (0, 2048, 1536, 1024, 768, 512, 384, 256, 192, SMALLEST)
LONG = 2  # times as many steps as the history a size needs, to be in want of one that is longer than usual
SPARE = 1.15  # times the forecast has to be there: it isn't exact


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
    def is_timed(self) -> bool:
        """Whether `seconds` are some: else it isn't known how fast the machine is, and they only compare."""
        return self.machine.pace is not UNKNOWN

    @property
    def fits(self) -> bool:
        """Whether there is as much memory, and some to spare."""
        return (self.memory - self.machine.used) * SPARE <= self.machine.free


def forecast(machine: Machine, task: Task, execution: Execution) -> Forecast:
    """What `task` takes when it is carried out by `execution`."""
    stages = tuple(
        Stage(size, steps, stage_seconds(machine.pace, task, execution, size, steps)) for size, steps in task.steps()
    )
    blocks = len(seen_pixels(task, task.plan[-1][0], execution))
    return Forecast(machine, task, execution, stages, blocks, machine.used + peak_memory(task, execution))


def suggest(
    machine: Machine,
    task: Task,
    chosen: Mapping[str, Any],
    wished: Mapping[str, Any] = MappingProxyType({}),
    smaller: str = "a smaller size",
) -> Forecast:
    """The fastest way that the memory allows.

    `chosen` are fields of `Execution` that are settled, `wished` those that had better be so if it is possible;
    `smaller` is what a person could choose instead of so many pixels. Raises `InputError` where nothing fits, but for a
    block that was chosen: whoever did so may know better.
    """
    for settled in ({**wished, **chosen}, chosen):
        ways = [forecast(machine, task, execution) for execution in _ways(machine, task, settled)]
        fitting = [way for way in ways if way.fits]
        if fitting:
            histories = kind_of(task.config.optimizer).histories
            return min(fitting, key=lambda way: way.seconds * histories.get(way.execution.history, 1.0))
    least = min(ways, key=lambda way: way.memory)
    if "block" in chosen:
        return least
    width, height = task.plan[-1][0]
    ways_out = smaller + _optimizer_that_takes_less(task.config.optimizer, least.execution.history)
    raise InputError(
        f"{width}x{height} pixels take about {in_bytes(least.memory)} of memory, even in the smallest blocks, and "
        f"{in_bytes(machine.there)} are there; choose {ways_out}",
        "no_memory",
    )


def within_memory(task: Task, usual: Execution) -> Execution:
    """`usual`, or where the machine has no memory for that, the fastest way that it has, in the same precision.

    Raises `InputError` as `suggest` does.
    """
    machine = known(task.network, task.config)
    if forecast(machine, task, usual).fits:
        return usual
    return suggest(machine, task, {"precision": usual.precision}).execution


def _optimizer_that_takes_less(optimizer: Optimizer, history: int) -> str:
    """Another way out for one whose run takes too much memory, if there is one."""
    vectors = {each: kind_of(each).vectors(history) for each in Optimizer}
    fewest = min(Optimizer, key=vectors.__getitem__)
    return f", or the optimizer {fewest}" if vectors[fewest] < vectors[optimizer] else ""


def _ways(machine: Machine, task: Task, chosen: Mapping[str, Any]) -> Iterator[Execution]:
    longest = max(task.plan[-1][0])
    options: dict[str, list[Any]] = {
        "block": [block for block in BLOCKS if block < longest],
        "precision": [machine.precision],
        "history": _histories(task),
    }
    options |= {name: [value] for name, value in chosen.items()}
    for values in product(*options.values()):
        yield Execution(**dict(zip(options, values, strict=True)))


def _histories(task: Task) -> list[int]:
    """How many steps the optimiser may remember; the usual number where it remembers none."""
    usual, most = Execution.history, max(steps for _, steps in task.plan)
    known = kind_of(task.config.optimizer).histories
    return [history for history in known if history <= usual or most >= LONG * history] or [usual]
