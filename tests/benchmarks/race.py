"""One contestant at work in a process of its own, timed there and judged here, while it waits."""

from __future__ import annotations

import math
import multiprocessing
import re
import resource
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice, pairwise
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nst_core.images import to_tensor
from tests.benchmarks.contestants import contestants
from tests.benchmarks.task import Task

PATIENCE = 3  # in evaluations, times the plain loop's: who hasn't reached its loss by then won't be waited for


class Point(NamedTuple):
    """Where a run stands: `loss` is the judge's, of the image after so many evaluations."""

    evaluations: int
    seconds: float  # since the first evaluation ended, without the judge's
    loss: float


@dataclass(frozen=True)
class Run:
    """What came of one contestant in one round."""

    seconds: float  # an evaluation at full size
    memory: float  # at the peak, in MB
    points: tuple[Point, ...]  # of the start and of each look; at a coarse scale the loss is infinite

    def seconds_to(self, loss: float) -> float:
        """Until its loss was as low, along straight lines of its logarithm; infinite if it never was."""
        for before, after in pairwise(self.points):
            if after.loss <= loss:
                drop = math.log(before.loss / after.loss)
                part = math.log(before.loss / loss) / drop if 0 < drop < math.inf else 1.0
                return before.seconds + part * (after.seconds - before.seconds)
        return math.inf


class Lap(NamedTuple):
    """A few evaluations, as the contestant's process tells of them."""

    evaluations: int
    seconds: float
    memory: float
    image: NDArray[np.float32]  # (1, 3, h, w)


def race(name: str, task: Task, every: int, judge: Callable[[Tensor], float], target: float | None) -> Run:
    """Run until the judge, who looks `every` so many steps, sees a loss of `target`; without one, `task.steps`.

    Raises `RuntimeError` with the reason when the contestant can't take part.
    """
    context = multiprocessing.get_context("spawn")
    wire, far_end = context.Pipe()
    process = context.Process(target=compete, args=(name, task, far_end), daemon=True)
    process.start()
    far_end.close()
    try:
        return _follow(wire, task, every, judge, target)
    except (EOFError, ConnectionError):
        raise RuntimeError("its process ended without a word; perhaps it was killed for its memory") from None
    finally:
        wire.close()
        process.join(timeout=5)
        process.terminate()
        process.join()


def _follow(wire: Connection, task: Task, every: int, judge: Callable[[Tensor], float], target: float | None) -> Run:
    """Lap by lap. The first is a single evaluation off the clock: whatever is done once only is done in it."""
    points = [Point(0, 0.0, judge(to_tensor(task.photo, task.photo.size)))]
    paces: list[float] = []  # seconds an evaluation
    limit = task.steps * (1 if target is None else PATIENCE)
    was_full = False
    while True:
        first = len(points) == 1
        lap = _ask(wire, 1 if first else every)
        full = tuple(lap.image.shape[-2:]) == task.photo.size[::-1]
        loss = judge(torch.from_numpy(lap.image)) if full else math.inf
        seconds = 0.0 if first else points[-1].seconds + lap.seconds
        points.append(Point(points[-1].evaluations + lap.evaluations, seconds, loss))
        if full and was_full:  # where the size changes, a lap belongs to neither
            paces.append(lap.seconds / lap.evaluations)
        was_full = full
        reached = target is not None and loss <= target
        if paces and (reached or points[-1].evaluations >= limit):
            return Run(median(paces), lap.memory, tuple(points))


def _ask(wire: Connection, evaluations: int) -> Lap:
    wire.send(evaluations)
    lap: Lap | str = wire.recv()
    if isinstance(lap, str):
        raise RuntimeError(lap)
    return lap


def compete(name: str, task: Task, wire: Connection) -> None:
    """What runs in the contestant's own process: a lap of as many evaluations as the other end asks for."""
    try:
        images = contestants(task.device)[name](task)
        while True:
            wire.send(_lap(images, task.device, wire.recv()))
    except EOFError:
        return  # the judge has seen enough
    except Exception as error:  # whatever stops a contestant is a line below the table
        wire.send(f"{type(error).__name__}: {error}".splitlines()[0])


def _lap(images: Iterator[Tensor], device: str, evaluations: int) -> Lap:
    _synchronise(device)
    began = time.perf_counter()
    *_, image = islice(images, evaluations)
    _synchronise(device)
    seconds = time.perf_counter() - began
    return Lap(evaluations, seconds, peak_memory(device), image.cpu().numpy())


def _synchronise(device: str) -> None:
    if device.startswith("cuda"):
        torch.cuda.synchronize(device)


def peak_memory(device: str) -> float:
    """The most that this process ever had, in MB: of the graphics card's memory if it uses one, otherwise RAM."""
    if device.startswith("cuda"):
        return torch.cuda.max_memory_allocated(device) / 1e6
    status = Path("/proc/self/status")
    if status.exists():  # Linux, where `getrusage` also tells of the process that started this one
        found = re.search(r"VmHWM:\s*(\d+) kB", status.read_text())
        return int(found[1]) * 1024 / 1e6 if found else math.nan
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6
