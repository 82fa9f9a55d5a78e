"""What crosses between the page's process and a painter: plain records that either can unpickle."""

from __future__ import annotations

from dataclasses import dataclass, replace

from demo.jobs.failures import Failed
from demo.jobs.records import Job, Progress, QuickLook, Waiting
from nst_core.config import TransferConfig

Steered = tuple[tuple[int, TransferConfig], ...]  # the first step of each later config, and it


@dataclass(frozen=True, kw_only=True)
class Kept:
    """Where a run stands; the message after this one is the state itself, which the page's process doesn't open."""

    index: int  # the last step that is done
    config: TransferConfig  # that it went by
    begun: TransferConfig  # that the first step went by
    steered: Steered


@dataclass(frozen=True, kw_only=True, eq=False)
class Part:
    """A job, or what is left of it, for one painter."""

    token: str  # by which it is steered and stopped
    job: Job  # with the config to go by
    kept: Kept | None = None  # where to go on; None = it begins
    in_blocks: bool = False  # memory gave out elsewhere: compute in smaller blocks than fit by the forecast


Told = Waiting | QuickLook | Progress | Kept | Failed


class Joined:
    """The records of a job over all of its parts: step numbers go on, and none is shown twice."""

    def __init__(self) -> None:
        self.last: Progress | None = None
        self._kept: Kept | None = None  # that the part at hand went on from

    def goes_on(self, kept: Kept | None) -> None:
        """What comes next is of a part that goes on from there, or begins anew."""
        self._kept = kept

    def add(self, progress: Progress) -> Progress | None:
        """The record as of the whole job; None where its step was shown before."""
        shown = self.last.index if self.last else 0
        if progress.index <= shown:
            return None
        progress = replace(progress, trail=progress.trail[-(progress.index - shown) :])
        if self._kept is not None:
            computation = progress.computation and replace(progress.computation, config=self._kept.begun)
            steered = (*self._kept.steered, *progress.steered)
            progress = replace(progress, steered=steered, computation=computation)
        self.last = progress
        return progress

    @property
    def is_over(self) -> bool:
        """Whether the last step was shown."""
        return self.last is not None and self.last.index == self.last.total
