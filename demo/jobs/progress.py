"""From an engine's steps to the records that are worth showing, each with the time that is left."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Generator, Iterator, Mapping, Sequence
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np

from demo.jobs.records import LossRecord, Progress
from nst_core.scene.scales import Plan, Size

if TYPE_CHECKING:
    from nst_core.transfer import Step

RECORD_EVERY = 0.5  # seconds; a step that takes longer makes a record of its own
ENOUGH = 3  # steps that were timed: they then tell more than a forecast


class RemainingTime:
    """Tells the seconds left of a run; `plan` may be replaced on the way by one with other numbers of steps."""

    def __init__(self, plan: Plan, costs: Mapping[Size, float], slowness: float | None = None) -> None:
        """`costs`: what a step takes at each size, in seconds with a `slowness` to multiply them by, or in any unit."""
        self.plan = plan
        self._costs, self._slowness = costs, slowness
        # Of the last steps: the median passes over a scale's first step, which also measures the targets.
        self._seconds_per_cost: deque[float] = deque(maxlen=7)

    def add(self, index: int, seconds: float) -> None:
        """Step `index` (1 ..) took so long."""
        self._seconds_per_cost.append(seconds / self._steps()[index - 1])

    def seconds_left(self, index: int) -> float | None:
        """After step `index`; None while fewer than three steps are known, more are to come and there's no forecast."""
        remaining = sum(self._steps()[index:])
        if remaining and len(self._seconds_per_cost) < ENOUGH:
            return None if self._slowness is None else self._slowness * remaining
        return remaining * median(self._seconds_per_cost)

    def share(self, index: int) -> float:
        """How much of the run's time is over after step `index`, 0 .. 1: each step counts as what it takes."""
        costs = self._steps()
        return sum(costs[:index]) / sum(costs)

    @property
    def pace(self) -> float | None:
        """How slow the steps have turned out, beside a forecast in seconds; None where that can't be told (yet)."""
        if self._slowness is None or len(self._seconds_per_cost) < ENOUGH:
            return None
        return median(self._seconds_per_cost)

    def _steps(self) -> list[float]:
        return [self._costs[size] for size, steps in self.plan for _ in range(steps)]


def paced(steps: Iterator[Step], remaining: RemainingTime) -> Generator[Progress, None, None]:
    """A record at most every `RECORD_EVERY` seconds, but always of a size's first step, of a note, of the last.

    Steps may end before their total: of the last that came there is a record, too.
    """
    trail: list[LossRecord] = []
    size = step = None
    shown = began = time.monotonic()
    for step in steps:
        now = time.monotonic()
        remaining.add(step.index, now - began)
        began = now
        trail.append(LossRecord(step.losses.content, step.losses.style, step.losses.total))
        if step.size != size or step.index == step.total or step.notes or now - shown >= RECORD_EVERY:
            size = step.size
            yield _record(step, trail, remaining)
            trail.clear()
            shown = time.monotonic()
    if step is not None and trail:
        yield _record(step, trail, remaining)


def _record(step: Step, trail: Sequence[LossRecord], remaining: RemainingTime) -> Progress:
    return Progress(
        index=step.index,
        total=step.total,
        size=step.size,
        trail=tuple(trail),
        seconds_left=remaining.seconds_left(step.index),
        share=remaining.share(step.index),
        notes=step.notes,
        image=pixels(step, 8),
        content_layers=step.losses.content_layers,
        style_layers=step.losses.style_layers,
        deep=pixels(step, 16),
    )


def pixels(step: Step, depth: int) -> Any:
    """The picture after a step, (H, W, 3), or (H, W, 4) with an opacity, of 8 or 16 bits a channel."""
    from nst_core.images.tensors import to_array  # here: only who has steps has torch

    image = to_array(step.image, depth)
    if step.alpha is None:
        return image
    opacity = to_array(step.alpha.expand_as(step.image), depth)
    return np.dstack([image, opacity[..., :1]])
