"""Products of a feature map's channels, the sum behind every Gram matrix, and its gradient."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from nst_core.cpu.buffers import feature_buffer
from nst_core.cpu.convolution import compiled, fits

RUNS = 8  # sums that are added up at the end


def correlate(features: Tensor) -> Tensor:
    """Sum over positions of f f^T: (B, C, H, W) -> (B, C, C); differentiable once."""
    if fits(features) and features.shape[-1] >= compiled().ROWS:
        return _Correlation.apply(features)[None]  # type: ignore[no-any-return]
    return _Product.apply(features.flatten(2))  # type: ignore[no-any-return]


class _Product(torch.autograd.Function):
    """(B, C, M) -> (B, C, C)."""

    @staticmethod
    def forward(context: Any, flat: Tensor) -> Tensor:
        context.save_for_backward(flat)
        return flat @ flat.mT

    @staticmethod
    @once_differentiable
    def backward(context: Any, gradient: Tensor) -> Tensor:
        """d/df of sum f f^T is (D + D^T) f: one product, where plain autograd makes two and adds them up."""
        flat: Tensor
        (flat,) = context.saved_tensors
        return (gradient + gradient.mT) @ flat


class _Correlation(torch.autograd.Function):
    """The same by the compiled loops, (1, C, H, W) -> (C, C)."""

    @staticmethod
    def forward(context: Any, features: Tensor) -> Tensor:
        context.save_for_backward(features)
        return _sums(features)

    @staticmethod
    @once_differentiable
    def backward(context: Any, gradient: Tensor) -> Tensor:
        (features,) = context.saved_tensors
        return _mixed(features, gradient + gradient.mT)


def _sums(features: Tensor) -> Tensor:
    """(1, C, H, W), channels last, perhaps a part of a larger one -> (C, C)."""
    kernels = compiled()
    _, channels, height, width = features.shape
    share = -(-height // RUNS)
    sums = features.new_zeros((RUNS, channels, channels))
    pixel, row = (4 * features.stride(side) for side in (3, 2))
    place = features.data_ptr(), pixel, row, height, width
    kernels.run(kernels.correlate, -(-height // share), *place, share, sums.data_ptr(), 4 * kernels.panel())
    total = sums.sum(0)
    return total.triu() + total.triu(1).mT


def _mixed(features: Tensor, matrix: Tensor) -> Tensor:
    """The matrix (C, C), symmetric, times each position's features (1, C, H, W)."""
    kernels = compiled()
    _, channels, height, width = features.shape
    result = feature_buffer(channels, height, width)
    panels = matrix.reshape(channels, -1, kernels.panel()).transpose(0, 1).contiguous()
    pixel, row = (4 * features.stride(side) for side in (3, 2))
    place = features.data_ptr(), pixel, row, width
    kernels.run(kernels.mix, height, *place, panels.data_ptr(), result.data_ptr(), 4 * kernels.panel())
    return result
