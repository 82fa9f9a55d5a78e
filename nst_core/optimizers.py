"""L-BFGS and Adam over the pixels of one image, one evaluation of the loss and its gradient a step."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor
from torch.optim import LBFGS, Adam

from nst_core.config import Optimizer, TransferConfig
from nst_core.objective import Losses, LossValues

# An image (1, 3, H, W) -> its losses and the gradient of their total.
Evaluate = Callable[[Tensor], tuple[Losses, Tensor]]

HISTORY = 20  # pairs that L-BFGS keeps, two images each; 100 would save at most 5 % of the evaluations
ADAM_STEP = 10 / 255  # what Adam moves a pixel by
FIRST_STEP = 0.01  # what L-BFGS moves the average pixel by before it has a curvature
CAUTION = 4.0  # what each restart divides the step length by
RUNAWAY = 10.0  # a pixel so far outside [0, 1] belongs to a step that overshot


class Descent:
    """Walks from an image down an objective; `pixels` is the image so far, not confined to [0, 1].

    After a loss that isn't finite, or a step that ran away, it goes on from the best image so far, with shorter steps.
    """

    def __init__(self, evaluate: Evaluate, start: Tensor, config: TransferConfig) -> None:
        """Begin at `start` (1, 3, H, W)."""
        self._evaluate, self._config = evaluate, config
        self._unit = ADAM_STEP if config.optimizer is Optimizer.ADAM else FIRST_STEP * start.numel()
        self._best, self._lowest = start, math.inf
        self._begin(start, caution=1.0)

    def _begin(self, start: Tensor, caution: float) -> None:
        """Forget what was learnt of the curvature; steps are divided by `caution`."""
        with torch.inference_mode(False):
            # L-BFGS flattens by `view`: no channels-last memory here.
            self._scaled = (start.detach() / self._unit).contiguous().requires_grad_()
        self.pixels = start
        self._caution = caution
        self._loss_scale: float | None = None
        self._optimizer = _optimizer(self._scaled, self._config, caution)

    def step(self) -> tuple[LossValues, str]:
        """Evaluate once and move once: the losses of the image before the move, and what a person should know of it."""
        losses = self._move()
        if losses.total < self._lowest:
            self._best, self._lowest = self.pixels, losses.total
        self.pixels = self._scaled.detach() * self._unit
        if math.isfinite(losses.total) and float(self.pixels.abs().max()) < RUNAWAY:  # NaN isn't less
            return losses, ""
        self._begin(self._best, self._caution * CAUTION)
        note = "a step went astray: back to the best picture so far, with steps {:g} times shorter"
        return losses, note.format(self._caution)

    def _move(self) -> LossValues:
        measured: list[Losses] = []

        def evaluate() -> Tensor:
            losses, gradient = self._evaluate(self._scaled.detach() * self._unit)
            measured.append(losses)
            scale = self._scale(losses.total)
            self._scaled.grad = gradient * (scale * self._unit)
            return losses.total * scale

        # The consumer's thread may be in inference mode; grad mode is switched on by torch's optimisers themselves.
        with torch.inference_mode(False):
            self._optimizer.step(evaluate)  # type: ignore[arg-type]
        return measured[0].values()

    def state(self) -> dict[str, Any]:
        """A copy of everything that the next steps depend on: numbers, tensors and containers of them."""
        return copy.deepcopy(
            {
                "method": str(self._config.optimizer),
                "scaled": self._scaled.detach(),
                "pixels": self.pixels,
                "optimizer": self._optimizer.state_dict(),
                "loss_scale": self._loss_scale,
                "caution": self._caution,
                "best": self._best,
                "lowest": self._lowest,
            }
        )

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state` returned, of a descent with the same objective, size and config."""
        device = self.pixels.device
        self._begin(state["pixels"].to(device), state["caution"])
        with torch.inference_mode(False), torch.no_grad():
            self._scaled.copy_(state["scaled"])  # not by way of the unit, which rounds
            self._optimizer.load_state_dict(copy.deepcopy(state["optimizer"]))
        self._loss_scale = state["loss_scale"]
        self._best, self._lowest = state["best"].to(device), state["lowest"]

    def _scale(self, total: Tensor) -> float:
        """Brings gradients to about 1 a pixel, whatever the weights, the normalisation and the size.

        Neither method depends on the unit of the loss but for its constants: Adam's epsilon, the curvature below which
        L-BFGS drops a pair, and float32, which the paper's normalisation overflows (10^12 in a loss, squared).
        """
        if self._loss_scale is None:
            self._loss_scale = self._scaled.numel() / (abs(float(total.detach())) or 1.0)
        return self._loss_scale


def _optimizer(pixels: Tensor, config: TransferConfig, caution: float) -> torch.optim.Optimizer:
    rate = config.learning_rate / caution
    if config.optimizer is Optimizer.ADAM:
        return Adam([pixels], lr=rate)
    # With its default tolerances L-BFGS stops by itself, and silently, when a loss is small.
    # Its first step has length 1 in the 1-norm, far too short to measure a curvature in float32 when the unit is the
    # pixel's: the second step then overshoots by orders of magnitude. Hence the unit of `Descent`.
    return LBFGS([pixels], lr=rate, max_iter=1, history_size=HISTORY, tolerance_grad=0, tolerance_change=0)
