"""What a forecast is made for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nst_core.config import TransferConfig
from nst_core.network.vgg import VGG
from nst_core.scene.scales import Plan, Size


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
