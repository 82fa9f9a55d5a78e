"""An optimiser over the pixels of one image: one move for each loss and gradient that are measured there."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from nst_core.config import TransferConfig
from nst_core.device.host_copy import send
from nst_core.errors import InputError
from nst_core.execution import Execution, Precision
from nst_core.network.precision import tensor_cores
from nst_core.notes import Note
from nst_core.optim.kept import copied, put_back
from nst_core.optim.method import kind_of

# Do some work with the given tensors, which changes others where they are: (work, given, changed).
RunMove = Callable[[Callable[..., None], Sequence[Tensor], Sequence[Tensor]], None]

# What L-BFGS moves the average pixel by before it has a curvature. A step that is far shorter, as the usual length of 1
# in the 1-norm, measures none in float32: the second step then overshoots by orders of magnitude.
FIRST_STEP = 0.01
# The same where a painted picture goes on: near the bottom, the usual length leads far away (192 px, a loss of 0.659
# after 60 steps: the second step finds 1.79 then, and 0.657 like this).
GENTLE_STEP = 0.0003
CAUTION = 4.0  # what each restart divides the step length by
SHORTEST = CAUTION**12  # divided by that, a step changes no pixel in float32
TRIES = 3  # losses that aren't finite before there is any that is: of the same pixels it won't be another time either
RUNAWAY = 10.0  # a pixel so far outside [0, 1] belongs to a step that overshot
LOOK_EVERY = 3  # steps: what an accelerator was asked is read when it is asked again, and nobody has waited


def run_directly(work: Callable[..., None], given: Sequence[Tensor], changed: Sequence[Tensor]) -> None:
    """`RunMove`: do the work, each kernel started by itself."""
    work(*given)


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
        do: RunMove = run_directly,
    ) -> None:
        """Begin at `start` (1, 3, H, W).

        An optimiser that remembers steps keeps `history` of them; one that needs a curvature moves the average pixel by
        `first` before it has one. Moves are done by `do`.
        """
        self._config, self._do = config, do
        with torch.inference_mode(False), torch.no_grad():
            self.pixels = start.clone(memory_format=torch.contiguous_format)
            self._method = kind_of(config.optimizer).begin(self.pixels, history, first)
            self._best, self._lowest = self.pixels.clone(), start.new_full((), math.inf)
            self._caution = start.new_ones(())
            self._loss_scale = start.new_zeros(())  # 0 until a loss is known
        self._told, self._steps = 1.0, 0
        self._is_late = start.device.type != "cpu"  # in telling what went wrong: it isn't waited for
        self._asked = send(self._caution)  # if it is late: how things stood when it was last looked at

    def move(self, total: Tensor, gradient: Tensor) -> Note | None:
        """Make one move by the loss (a scalar) and its gradient (1, 3, H, W) at `pixels`, which it overwrites.

        Returns what a person should know of it: "astray", and how many "times" shorter steps are from then on. Raises
        `InputError` where no loss was finite, or no step is short enough: then nothing would change any more. On an
        accelerator a person may get to know either up to twice `LOOK_EVERY` moves later.
        """
        # The consumer's thread may be in inference mode, and what is made there can't be changed outside; nor may the
        # gradient be made there. Another run of this process may be amidst an evaluation in TF32.
        with torch.inference_mode(False), torch.no_grad(), tensor_cores(Precision.FLOAT32):
            changed = *self._kept().values(), *self._method.kept().values()
            self._do(self._advance, (total, gradient), changed)
        self._steps += 1
        return self._remark()

    def redirect(self) -> None:
        """The objective is another one from the next move on.

        The image stays; what was found out about the old objective doesn't, but for what the method keeps of it.
        """
        with torch.inference_mode(False), torch.no_grad():
            self._best.copy_(self.pixels)
            self._lowest.fill_(math.inf)
            self._loss_scale.zero_()
            self._method.redirect()

    def _kept(self) -> dict[str, Tensor]:
        """What the next moves depend on beside what the method learnt, by the name it is saved under; pixels first."""
        return {
            "pixels": self.pixels,
            "best": self._best,
            "lowest": self._lowest,
            "caution": self._caution,
            "loss_scale": self._loss_scale,
        }

    def _advance(self, total: Tensor, gradient: Tensor) -> None:
        self._remember(total)
        self._method.learn(gradient.mul_(self._loss_scale))
        self._step(total)

    def _remember(self, total: Tensor) -> None:
        """The best image so far, and the unit of the loss.

        The unit brings gradients to about 1 a pixel, whatever the weights, the normalisation and the size. No
        method depends on it but for epsilons and float32, which the squares of the paper's gradients overflow.
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
        self._check_finite(caution)
        return Note("astray", {"times": caution})

    def _check_finite(self, caution: float) -> None:
        """Raise `InputError` where nothing will change any more; asked after a step astray, for which one may wait."""
        has_none = caution >= CAUTION**TRIES and math.isinf(self._lowest)
        if has_none or caution > SHORTEST:
            raise InputError(
                "the losses, or their gradient, are no finite numbers; weigh them less, or take other weights",
                "not_finite",
            )

    def state(self) -> dict[str, Any]:
        """A copy of everything that the next moves depend on: numbers, tensors and containers of them."""
        return {
            "method": str(self._config.optimizer),
            "learnt": copied(self._method.kept()),
            **copied(self._kept()),
            "told": self._told,
            "steps": self._steps,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state` returned, of a descent with the same objective, size and config.

        Its number of remembered steps then counts; if that is another, no move may have been recorded yet.
        """
        with torch.inference_mode(False), torch.no_grad():
            put_back(state["learnt"], self._method.kept())
            put_back(state, self._kept())
        self._told, self._steps = state["told"], state["steps"]
        self._asked = send(self._caution)
