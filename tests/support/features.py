"""Features of a layer, small enough for equations that are transcribed with loops."""

from __future__ import annotations

import torch
from torch import Tensor

from nst_core.loss.statistics.mean_variance import channel_moments, mean_and_deviation
from tests.support import reference

N, HEIGHT, WIDTH = 4, 5, 3
M = HEIGHT * WIDTH


def activations(seed: int) -> Tensor:
    """Before the rectifier, (1, N, H, W), float64: about half of them negative."""
    return torch.randn(1, N, HEIGHT, WIDTH, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def position_weights() -> Tensor:
    """(1, 1, H, W), half of them 0."""
    return (
        torch.rand(1, 1, HEIGHT, WIDTH, generator=torch.Generator().manual_seed(9), dtype=torch.float64).sub(0.5).relu()
    )


def matrix(features: Tensor) -> reference.Matrix:
    """(1, N, H, W) -> the paper's (N, M)."""
    return features.detach().reshape(N, M).numpy()


def around(features: Tensor, weights: Tensor | None = None, total: Tensor | None = None) -> Tensor:
    """Moments around something that is not the mean."""
    return channel_moments(features, weights, total, torch.full(features.shape[:2], 0.3).to(features))


def spread(features: Tensor, weights: Tensor | None = None) -> Tensor:
    """Mean and deviation."""
    shift = torch.full(features.shape[:2], 0.3).to(features)
    return mean_and_deviation(channel_moments(features, weights, shift=shift), shift)
