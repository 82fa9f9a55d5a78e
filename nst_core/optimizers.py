"""L-BFGS and Adam over the pixels of one image, one evaluation of the loss and its gradient a step."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.optim import LBFGS, Adam

from nst_core.config import Optimizer, TransferConfig
from nst_core.objective import Losses, LossValues

HISTORY = 20  # pairs that L-BFGS keeps, two images each; 100 would save at most 5 % of the evaluations
ADAM_STEP = 10 / 255  # what Adam moves a pixel by
FIRST_STEP = 0.01  # what L-BFGS moves the average pixel by before it has a curvature


class Descent:
    """Walks from an image down an objective; `pixels` is the image so far, not confined to [0, 1]."""

    def __init__(
        self, objective: Callable[[Tensor], Losses], start: Tensor, config: TransferConfig, caution: float = 1.0
    ) -> None:
        """Begin at `start` (1, 3, H, W), with steps divided by `caution`."""
        self._objective = objective
        self._unit = ADAM_STEP if config.optimizer is Optimizer.ADAM else FIRST_STEP * start.numel()
        with torch.inference_mode(False):
            # L-BFGS flattens by `view`: no channels-last memory here.
            self._scaled = (start.detach() / self._unit).contiguous().requires_grad_()
        self._optimizer = _optimizer(self._scaled, config, caution)
        self._loss_scale: float | None = None

    @property
    def pixels(self) -> Tensor:
        """The image now, a copy."""
        return self._scaled.detach() * self._unit

    def step(self) -> LossValues:
        """Evaluate once and move once; the losses are those of the image before the move."""
        measured: list[Losses] = []

        def evaluate() -> Tensor:
            self._scaled.grad = None
            losses = self._objective(self._scaled * self._unit)
            measured.append(losses)
            scaled = losses.total * self._scale(losses.total)
            scaled.backward()  # type: ignore[no-untyped-call]
            return scaled

        # The consumer's thread may be in inference mode; grad mode is switched on by torch's optimisers themselves.
        with torch.inference_mode(False):
            self._optimizer.step(evaluate)  # type: ignore[arg-type]
        return measured[0].values()

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
