"""Feature maps and weights of a layer, and how far a result is from the exact one."""

from __future__ import annotations

import torch
from torch import Tensor


def features(channels: int, height: int, width: int, seed: int = 0) -> Tensor:
    """(1, C, H, W), normally distributed, channels last."""
    made = torch.randn(1, channels, height, width, generator=torch.Generator().manual_seed(seed))
    return made.contiguous(memory_format=torch.channels_last)


def weights(made: int, depth: int) -> tuple[Tensor, Tensor]:
    """Weight (O, I, 3, 3) and bias (O,) that keep the size of what they are given."""
    generator = torch.Generator().manual_seed(9)
    return torch.randn(made, depth, 3, 3, generator=generator) / (9 * depth) ** 0.5, torch.randn(
        made, generator=generator
    )


def difference(value: Tensor, expected: Tensor) -> float:
    """Relative, of all values together."""
    return float((value.double() - expected).norm() / expected.norm())
