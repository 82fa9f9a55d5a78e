"""L-BFGS and Adam over the pixels of one image, one move for each loss and gradient that are measured there."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import torch
from torch import Tensor

from nst_core.config import Optimizer, TransferConfig
from nst_core.device.host_copy import send
from nst_core.execution import Execution, Precision
from nst_core.network.precision import tensor_cores
from nst_core.notes import Note
from nst_core.optim.dct import Spectrum
from nst_core.optim.lbfgs import LBFGS

# Do some work with the given tensors, which changes others where they are: (work, given, changed).
Do = Callable[[Callable[..., None], Sequence[Tensor], Sequence[Tensor]], None]

ADAM_STEP = 10 / 255  # what Adam moves a pixel by
# What L-BFGS moves the average pixel by before it has a curvature. A step that is far shorter, as the usual length of 1
# in the 1-norm, measures none in float32: the second step then overshoots by orders of magnitude.
FIRST_STEP = 0.01
# The same where a painted picture goes on: near the bottom, the usual length leads far away (192 px, a loss of 0.659
# after 60 steps: the second step finds 1.79 then, and 0.657 like this).
GENTLE_STEP = 0.0003
CAUTION = 4.0  # what each restart divides the step length by
RUNAWAY = 10.0  # a pixel so far outside [0, 1] belongs to a step that overshot
LOOK_EVERY = 3  # steps: what an accelerator was asked is read when it is asked again, and nobody has waited


def at_once(work: Callable[..., None], given: Sequence[Tensor], changed: Sequence[Tensor]) -> None:
    """`Do` nothing but that."""
    work(*given)


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
        """Everything that the next steps depend on, by name: `learn`, `step` and `forget` change it where it is."""

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on from a copy of what `kept` returned."""


class Descent:
    """Walks from an image down an objective, of which it is told the loss and the gradient at `pixels`.

    `pixels` is the image so far, not confined to [0, 1] and overwritten by the next move. After a loss that isn't
    finite, or a move that ran away, it goes on from the best image so far, with shorter steps.
    """

    def __init__(
        self,
        start: Tensor,
        config: TransferConfig,
        history: int = Execution.history,
        first: float = FIRST_STEP,
        do: Do = at_once,
    ) -> None:
        """Begin at `start` (1, 3, H, W). `history` is how many pairs L-BFGS keeps, `first` how far it goes at first.

        Moves are done by `do`, for which another may be put between them.
        """
        self._config, self.do = config, do
        with torch.inference_mode(False), torch.no_grad():
            self.pixels = start.clone(memory_format=torch.contiguous_format)
            self._method = _method(self.pixels, config.optimizer, history, first)
            self._best, self._lowest = self.pixels.clone(), start.new_full((), math.inf)
            self._caution = start.new_ones(())
            self._loss_scale = start.new_zeros(())  # 0 until a loss is known
        self._told, self._steps = 1.0, 0
        self._is_late = start.device.type != "cpu"  # in telling what went wrong: it isn't waited for
        self._asked = send(self._caution)  # if it is late: how things stood when it was last looked at

    def move(self, total: Tensor, gradient: Tensor) -> Note | None:
        """Make one move by the loss (a scalar) and its gradient (1, 3, H, W) at `pixels`, which it overwrites.

        Returns what a person should know of it: "astray", and how many "times" shorter steps are from then on. On an
        accelerator a person may get to know it up to twice `LOOK_EVERY` moves later.
        """
        # The consumer's thread may be in inference mode, and what is made there can't be changed outside; nor may the
        # gradient be made there. Another run of this process may be amidst an evaluation in TF32.
        with torch.inference_mode(False), torch.no_grad(), tensor_cores(Precision.FLOAT32):
            self.do(self._advance, (total, gradient), self._changed())
        self._steps += 1
        return self._remark()

    def redirect(self) -> None:
        """The objective is another one from the next step on: the image stays, what was found out about the old one
        doesn't."""
        with torch.inference_mode(False), torch.no_grad():
            self._best.copy_(self.pixels)
            self._lowest.fill_(math.inf)
            self._loss_scale.zero_()
            self._method.redirect()

    def _changed(self) -> list[Tensor]:
        """What a move changes, the pixels first."""
        return [self.pixels, self._best, self._lowest, self._caution, self._loss_scale, *self._method.kept().values()]

    def _advance(self, total: Tensor, gradient: Tensor) -> None:
        self._remember(total)
        self._method.learn(gradient.mul_(self._loss_scale))
        self._step(total)

    def _remember(self, total: Tensor) -> None:
        """The best image so far, and the unit of the loss.

        The unit brings gradients to about 1 a pixel, whatever the weights, the normalisation and the size. Neither
        method depends on it but for Adam's epsilon and float32, which the squares of the paper's gradients overflow.
        """
        better = total < self._lowest
        torch.where(better, self.pixels, self._best, out=self._best)
        torch.where(better, total, self._lowest, out=self._lowest)
        size = total.abs()
        scale = self.pixels.numel() / torch.where(size > 0, size, torch.ones_like(size))
        torch.where(self._loss_scale > 0, self._loss_scale, scale, out=self._loss_scale)

    def _step(self, total: Tensor) -> None:
        self.pixels += self._method.step(self._config.learning_rate / self._caution)
        low, high = self.pixels.aminmax()
        within = (low > -RUNAWAY) & (high < RUNAWAY)  # NaN isn't
        astray = ~(total.isfinite() & within)
        torch.where(astray, self._best, self.pixels, out=self.pixels)
        self._method.forget(astray)
        torch.where(astray, self._caution * CAUTION, self._caution, out=self._caution)
        self._loss_scale.masked_fill_(astray, 0)

    def _remark(self) -> Note | None:
        if not self._is_late:
            caution = self._caution.item()
        elif self._steps % LOOK_EVERY:
            return None
        else:
            caution, self._asked = self._asked(), send(self._caution)
        if caution == self._told:
            return None
        self._told = caution
        return Note("astray", {"times": caution})

    def state(self) -> dict[str, Any]:
        """A copy of everything that the next steps depend on: numbers, tensors and containers of them."""
        return {
            "method": str(self._config.optimizer),
            "learnt": copy.deepcopy(self._method.kept()),
            **copy.deepcopy({name: getattr(self, attribute) for name, attribute in KEPT.items()}),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state` returned, of a descent with the same objective, size and config.

        Only before the first step: moves that were recorded would go on changing the memory from before.
        """
        device = self.pixels.device
        with torch.inference_mode(False), torch.no_grad():
            self._method.restore(state["learnt"])
            for name, attribute in KEPT.items():
                value = state[name]
                setattr(self, attribute, value.to(device, copy=True) if isinstance(value, Tensor) else value)
        self._asked = send(self._caution)


# What of a descent is saved, and the attributes that hold it.
KEPT = {
    "pixels": "pixels",
    "best": "_best",
    "lowest": "_lowest",
    "caution": "_caution",
    "loss_scale": "_loss_scale",
    "told": "_told",
    "steps": "_steps",
}


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
        for learnt in (self._mean, self._square, self._count):
            learnt.masked_fill_(astray, 0)

    def redirect(self) -> None:
        """Begin anew: the old gradients say neither where to go nor how steep it is."""
        self.forget(self._count.new_ones((), dtype=torch.bool))

    def kept(self) -> dict[str, Tensor]:
        """Everything that the next steps depend on, by name: `learn`, `step` and `forget` change it where it is."""
        return {"mean": self._mean, "square": self._square, "count": self._count}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on from a copy of what `kept` returned."""
        device = self._mean.device
        self._mean, self._square, self._count = (
            state[name].to(device, copy=True) for name in ("mean", "square", "count")
        )


def _method(like: Tensor, optimizer: Optimizer, history: int, first: float) -> Method:
    return Adam(like) if optimizer is Optimizer.ADAM else LBFGS(Spectrum(like), like, history, first)
