"""Colours where there are none: a smooth continuation of those around."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def push_pull(colours: Tensor, weights: Tensor) -> Tensor:
    """Continue `colours` (1, C, H, W) where `weights` (1, 1, H, W) in [0, 1] are below 1, as smoothly as it goes.

    The pyramid of Gortler et al. (1996), *The Lumigraph*, section 3.4: averages weighted by what is known, ever
    coarser, then from coarse to fine whatever a level doesn't know. Where the weight is 1 nothing changes.
    """
    if max(colours.shape[-2:]) == 1:
        return colours
    sums = _sum_of_four(weights)
    means = _sum_of_four(colours * weights) / sums.clamp_min(torch.finfo(sums.dtype).tiny)
    beyond = push_pull(means, sums.clamp_max(1))
    wide = F.interpolate(beyond, colours.shape[-2:], mode="bilinear", align_corners=False)
    return torch.where(weights < 1, torch.lerp(wide, colours, weights), colours)


def _sum_of_four(values: Tensor) -> Tensor:
    """Halve each side; beyond an odd one lies nothing."""
    height, width = values.shape[-2:]
    return F.avg_pool2d(F.pad(values, (0, width % 2, 0, height % 2)), 2, divisor_override=1)
