"""What crosses between the page and a runner: plain records that any process can unpickle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nst_core.config import TransferConfig

Pixels = NDArray[np.uint8]  # (H, W, 3), RGB


@dataclass(frozen=True, eq=False)
class Job:
    """What to paint: a photo, at least one painting, and how."""

    content: Pixels
    styles: tuple[Pixels, ...]
    config: TransferConfig


@dataclass(frozen=True)
class Losses:
    """The losses of one step: content and style without their weights, and the weighted total."""

    content: float
    style: float
    total: float


@dataclass(frozen=True)
class Waiting:
    """A place in the queue."""

    ahead: int  # jobs to be finished first; 0 = this one begins


@dataclass(frozen=True, eq=False)
class Progress:
    """How far a job is: `image` is after step `index`, at the size that is being worked at."""

    index: int  # 1 .. total
    total: int
    size: tuple[int, int]  # (width, height), grows during the run
    trail: tuple[Losses, ...]  # of every step since the record before this one; the last is of step `index`
    seconds_left: float | None  # None until enough steps were timed
    note: str  # "" or a sentence for the person
    image: Pixels

    @property
    def losses(self) -> Losses:
        """Those measured by step `index`, before it."""
        return self.trail[-1]


Record = Waiting | Progress
