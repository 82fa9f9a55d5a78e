"""Descents down objectives that need no network."""

from __future__ import annotations

import torch
from torch import Tensor

from nst_core.loss.objective import Losses
from nst_core.notes import Note
from nst_core.optim.cuda_graphs import Evaluate
from nst_core.optim.descent import Descent

TARGET = torch.linspace(0, 1, 3 * 6 * 8).view(1, 3, 6, 8)


def losses_of(total: Tensor) -> Losses:
    """Of an objective that knows nothing but its total."""
    return Losses(total, total, total, total, {}, {})


def descend(descent: Descent, evaluate: Evaluate) -> tuple[Losses, Note | None]:
    """One evaluation and one move: the losses of the image before the move, and what was remarked about it."""
    with torch.inference_mode(False), torch.no_grad():
        losses, gradient = evaluate(descent.pixels)
    return losses, descent.move(losses.total, gradient)


class Bowl:
    """A quadratic with a condition of 100 around `TARGET`, in any unit, that counts its evaluations."""

    def __init__(self, unit: float = 1.0) -> None:
        self.unit = unit
        self.evaluations = 0

    def __call__(self, image: Tensor) -> tuple[Losses, Tensor]:
        self.evaluations += 1
        stiffness = torch.linspace(1, 100, image.numel()).view_as(image)
        total = self.unit * (stiffness * (image - TARGET).square()).sum()
        return losses_of(total), 2 * self.unit * stiffness * (image - TARGET)


def start() -> Tensor:
    """A point that the bottom of a `Bowl` is up to half a unit away from, in every direction."""
    return torch.full_like(TARGET, 0.5)
