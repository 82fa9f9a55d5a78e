"""What every optimiser has in common, and where the engine learns all that it needs to know of one.

Each stands in a module of its own in this folder, called as `Optimizer` calls it, with an `OptimizerKind` named `KIND`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Protocol

from torch import Tensor

from nst_core.config import Optimizer


class Method(Protocol):
    """Where to go next, by the gradients so far. All of it stays on the device."""

    def learn(self, gradient: Tensor) -> None:
        """Take in the gradient at the point."""

    def step(self, rate: Tensor) -> Tensor:
        """The step from there, `rate` times as long as the method's own: a new image (1, 3, H, W)."""

    def forget(self, astray: Tensor) -> None:
        """Where `astray` (a scalar) is true, the last step wasn't taken and all that was learnt no longer counts."""

    def redirect(self) -> None:
        """The objective is another one from now on: what was learnt counts as far as it holds for both."""

    def kept(self) -> dict[str, Tensor]:
        """Everything that the next steps depend on, by the name it is saved under.

        These are the tensors themselves: `learn`, `step` and `forget` change them where they lie.
        """


@dataclass(frozen=True, kw_only=True)
class OptimizerKind:
    """What there is to know of an optimiser before it begins."""

    # The point that it begins at (1, 3, H, W), how many steps it shall remember, and how far the average pixel moves
    # at first, where no curvature is known yet. Some need only the point.
    begin: Callable[[Tensor, int, float], Method]
    vectors: Callable[[int], int]  # steps that it remembers -> tensors as large as the image that it keeps
    # Numbers of steps that it can remember -> how many times as long it takes until the loss is as low as with the
    # usual number, each step included. Empty for one that remembers none.
    histories: Mapping[int, float] = field(default_factory=dict)

    # How many steps a saved one remembers, by what it kept: 0 for one that remembers none.
    remembered: Callable[[Mapping[str, Tensor]], int] = lambda kept: 0

    @property
    def remembers(self) -> bool:
        """Whether it matters how many steps it may remember."""
        return bool(self.histories)


def kind_of(optimizer: Optimizer) -> OptimizerKind:
    """All about an optimiser, from its module."""
    kind: OptimizerKind = import_module(f"nst_core.optim.{optimizer}").KIND
    return kind
