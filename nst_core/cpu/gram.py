"""Products of a feature map's channels, the sum behind every Gram matrix, and its gradient."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from nst_core.cpu import kernels
from nst_core.cpu.buffers import feature_buffer
from nst_core.cpu.convolution import fits
from nst_core.cpu.kernels.sizes import FLOAT_BYTES

RUNS = 8  # sums that are added up at the end


def correlate(features: Tensor) -> Tensor:
    """Sum over positions of f f^T: (B, C, H, W) -> (B, C, C); differentiable once."""
    if fits(features) and features.shape[-1] >= kernels.ROWS:
        return _Correlation.apply(features)[None]  # type: ignore[no-any-return]
    return _Product.apply(features.flatten(2))  # type: ignore[no-any-return]


class _Product(torch.autograd.Function):
    """Sum over positions of f f^T by PyTorch, (B, C, M) -> (B, C, C)."""

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
    """Sum over positions of f f^T by the compiled loops, (1, C, H, W) -> (C, C)."""

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
    """Sum over positions of f f^T: (1, C, H, W), channels last, perhaps a part of a larger one -> (C, C)."""
    _, channels, height, width = features.shape
    share = -(-height // RUNS)
    sums = features.new_zeros((RUNS, channels, channels))
    slots = kernels.Correlate(
        source=features.data_ptr(),
        pixel=FLOAT_BYTES * features.stride(3),
        row=FLOAT_BYTES * features.stride(2),
        height=height,
        width=width,
        share=share,
        sums=sums.data_ptr(),
    )
    kernels.run(slots, items=-(-height // share))
    total = sums.sum(0)
    return total.triu() + total.triu(1).mT


def _mixed(features: Tensor, matrix: Tensor) -> Tensor:
    """The matrix (C, C), symmetric, times each position's features: (1, C, H, W) -> (1, C, H, W)."""
    _, channels, height, width = features.shape
    result = feature_buffer(channels, height, width)
    panels = matrix.reshape(channels, -1, kernels.panel()).transpose(0, 1).contiguous()
    slots = kernels.Mix(
        source=features.data_ptr(),
        pixel=FLOAT_BYTES * features.stride(3),
        row=FLOAT_BYTES * features.stride(2),
        width=width,
        matrix=panels.data_ptr(),
        target=result.data_ptr(),
    )
    kernels.run(slots, items=height)
    return result
