"""What was saved of a descent is gone on with only if it can have been one."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch

from nst_core.config import Optimizer, TransferConfig
from nst_core.optim.descent import Descent
from nst_core.optim.saved import check_saved

SIZE = (12, 8)


def state(optimizer: Optimizer = Optimizer.LBFGS, history: int = 5) -> dict[str, Any]:
    descent = Descent(torch.rand(1, 3, 8, 12), TransferConfig(optimizer=optimizer), history)
    for _ in range(3):
        descent.move(descent.pixels.square().sum(), 2 * descent.pixels.clone())
    return descent.state()


@pytest.mark.parametrize("optimizer", Optimizer)
@pytest.mark.parametrize("history", [3, 11, 12])
def test_what_a_descent_saved_is_accepted(optimizer: Optimizer, history: int) -> None:
    check_saved(state(optimizer, history), optimizer, SIZE)


Change = Callable[[dict[str, Any]], object]
DAMAGE: dict[str, Change] = {
    "no picture": lambda saved: saved.pop("best"),
    "a picture of another size": lambda saved: saved.update(pixels=torch.zeros(1, 3, 12, 8)),
    "whole numbers": lambda saved: saved.update(pixels=torch.zeros(1, 3, 8, 12, dtype=torch.long)),
    "text": lambda saved: saved.update(pixels="text"),
    "NaN in the picture": lambda saved: saved["pixels"].fill_(math.nan),
    "a negative scale": lambda saved: saved["loss_scale"].fill_(-1),
    "no caution": lambda saved: saved["caution"].fill_(math.nan),
    "longer steps": lambda saved: saved["caution"].fill_(1e-6),
    "a loss that is none": lambda saved: saved["lowest"].fill_(math.nan),
    "a scale of two": lambda saved: saved.update(loss_scale=torch.ones(2)),
    "told nothing": lambda saved: saved.update(told=None),
    "half a step": lambda saved: saved.update(steps=0.5),
    "nothing learnt": lambda saved: saved.update(learnt={}),
    "more than there is": lambda saved: saved["learnt"].update(more=torch.ones(1)),
    "pairs of another picture": lambda saved: saved["learnt"].update(s=torch.zeros(6, 10)),
    "fewer pairs": lambda saved: saved["learnt"].update(sy=torch.zeros(4, 4)),
    "a slot that isn't there": lambda saved: saved["learnt"]["open"].fill_(6),
    "a count below none": lambda saved: saved["learnt"]["count"].fill_(-1),
    "sparse": lambda saved: saved["learnt"].update(sy=torch.zeros(6, 6).to_sparse()),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_what_none_can_have_saved_is_refused(damage: Change) -> None:
    saved = state()
    damage(saved)
    with pytest.raises(ValueError, match="lacks|has|is|points"):
        check_saved(saved, Optimizer.LBFGS, SIZE)
