"""Features of a layer, small enough for equations that are transcribed with loops."""

from __future__ import annotations

import torch
from torch import Tensor

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
