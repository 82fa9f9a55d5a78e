"""What a graphics card does, without one: its kernels by PyTorch's operators, slow and plain."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

CLOSED = 4  # where ReLU lets nothing through


def rectify_(features: Tensor, bias: Tensor, gated: bool) -> Tensor | None:
    """See `nst_core.cuda.kernels`, as all of these."""
    features.add_(bias[:, None, None]).relu_()
    return ~(features <= 0) if gated else None


def pool(features: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
    width = features.shape[3]
    pooled, places = F.max_pool2d(features + bias[:, None, None], 2, return_indices=True)
    corner = places // width % 2 * 2 + places % width % 2
    return pooled.relu(), torch.where(pooled <= 0, CLOSED, corner).to(torch.uint8)


def unpool(gradient: Tensor, places: Tensor, height: int, width: int) -> Tensor:
    result = gradient.new_zeros(1, places.shape[1], height, width).contiguous(memory_format=torch.channels_last)
    _, _, rows, columns = places.shape
    for index in range(4):
        part = result[..., index // 2 :: 2, index % 2 :: 2][..., :rows, :columns]
        part.copy_(torch.where(places == index, gradient, 0))
    return result


def join(gate: Tensor, deeper: Tensor | None, tap: Tensor | None, corner: tuple[int, int] = (0, 0)) -> Tensor:
    kind = gate.dtype if deeper is None else deeper.dtype
    total = torch.zeros_like(gate, dtype=torch.float32)
    if deeper is not None:
        total += deeper
    if tap is not None:
        (top, left), (height, width) = corner, tap.shape[2:]
        total[..., top : top + height, left : left + width] += tap
    made = torch.where(gate <= 0, 0, total).to(kind)
    return made if deeper is None else deeper.copy_(made)
