"""Mean and standard deviation of each channel (Li et al., 2017, *Demystifying Neural Style Transfer*)."""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor

from nst_core.config import Normalization
from nst_core.loss.functional import average, relative_error
from nst_core.loss.statistics import Measurement, Statistic


def channel_moments(
    features: Tensor, weights: Tensor | None = None, total: Tensor | None = None, shift: Tensor | None = None
) -> Tensor:
    """E[f] and E[(f - s)^2] of each channel: (B, C, H, W) and a `shift` s (B, C), 0 without -> (B, 2, C).

    The shift should be near the mean: a variance keeps few digits as the small difference of two large numbers.
    """
    deviations = (features if shift is None else features - shift[..., None, None]).square()
    return torch.stack([average(features, weights, total), average(deviations, weights, total)], dim=1)


def mean_and_deviation(moments: Tensor, shift: Tensor | None = None) -> Tensor:
    """Mean and standard deviation of each channel, (B, 2, C), from its `channel_moments` with that shift.

    What Li et al. (2017), *Demystifying Neural Style Transfer*, match under "batch normalization statistics". The
    gradient stays finite where a channel is constant.
    """
    mean, second = moments.unbind(1)
    variance = second - (mean if shift is None else mean - shift).square()
    return torch.stack([mean, variance.clamp_min(torch.finfo(variance.dtype).tiny).sqrt()], dim=1)


def near(value: Tensor) -> Measurement:
    """Around a mean that is about that of `value` (B, 2, C)."""
    shift = value[:, 0]
    return Measurement(partial(channel_moments, shift=shift), partial(mean_and_deviation, shift=shift))


STATISTIC = Statistic(
    measurement=Measurement(channel_moments, mean_and_deviation),
    near=near,
    errors={Normalization.ENERGY: relative_error},
)
