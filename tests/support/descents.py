"""Descents down objectives that need no network."""

from __future__ import annotations

import torch
from torch import Tensor

from nst_core.loss.objective import Losses
from nst_core.notes import Note
from nst_core.optim.cuda_graphs import Evaluate
from nst_core.optim.descent import Descent


def losses_of(total: Tensor) -> Losses:
    """Of an objective that knows nothing but its total."""
    return Losses(total, total, total, total, {}, {})


def descend(descent: Descent, evaluate: Evaluate) -> tuple[Losses, Note | None]:
    """One evaluation and one move: the losses of the image before the move, and what was remarked about it."""
    with torch.inference_mode(False), torch.no_grad():
        losses, gradient = evaluate(descent.pixels)
    return losses, descent.move(losses.total, gradient)
