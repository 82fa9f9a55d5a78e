"""Adam (Kingma and Ba, 2015), all of it on the device."""

from __future__ import annotations

import torch
from torch import Tensor

from nst_core.optim.method import OptimizerKind

ADAM_STEP = 10 / 255  # what it moves a pixel by


class Adam:
    """Kingma and Ba (2015), algorithm 1, with the constants they suggest but for the length of a step."""

    MEMORY, SQUARES, EPSILON = 0.9, 0.999, 1e-8

    def __init__(self, like: Tensor) -> None:
        """`like` is a point, of any shape."""
        self._mean, self._square, self._count = torch.zeros_like(like), torch.zeros_like(like), like.new_zeros(())

    def learn(self, gradient: Tensor) -> None:
        """Take in the gradient at the point."""
        self._count += 1
        self._mean.lerp_(gradient, 1 - self.MEMORY)
        self._square.mul_(self.SQUARES).addcmul_(gradient, gradient, value=1 - self.SQUARES)

    def step(self, rate: Tensor) -> Tensor:
        """The step from there, `rate` times as long as usual: a new tensor of the point's shape."""
        mean = self._mean / (1 - self.MEMORY**self._count)
        spread = (self._square / (1 - self.SQUARES**self._count)).sqrt_().add_(self.EPSILON)
        return mean.div_(spread).mul_(-ADAM_STEP * rate)

    def forget(self, astray: Tensor) -> None:
        """All that was learnt no longer counts where `astray` (a scalar) is true."""
        for learnt in self.kept().values():
            learnt.masked_fill_(astray, 0)

    def redirect(self) -> None:
        """Begin anew: the old gradients say neither where to go nor how steep it is."""
        self.forget(self._count.new_ones((), dtype=torch.bool))

    def kept(self) -> dict[str, Tensor]:
        """Everything that the next steps depend on, by the name it is saved under; see `Method`."""
        return {"mean": self._mean, "square": self._square, "count": self._count}


KIND = OptimizerKind(begin=lambda point, history, first: Adam(point), vectors=lambda history: 2)
