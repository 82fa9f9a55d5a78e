"""Convolution, ReLU and max pooling in one go, for layers that nobody looks at in between.

For the way back nothing is kept that is as large as what is pooled: a byte for each result says where it came from.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

from nst_core.cpu.buffers import feature_buffer
from nst_core.cpu.convolution import Convolution, compiled


def convolve_and_pool(convolution: Convolution, features: Tensor, pad: int = 1) -> Tensor:
    """(B, I, H, W) -> (B, O, (H + 2 pad - 2) // 2, (W + 2 pad - 2) // 2): the largest of each 2x2, at least 0.

    Differentiable, once where it is fast.
    """
    shortest = min(features.shape[2:]) + 2 * pad - 2
    if shortest > 1 and convolution.suits(features):
        return _ConvolutionReLUPool.apply(features, convolution, pad)  # type: ignore[no-any-return]
    return F.max_pool2d(convolution(features, pad), 2)


class _ConvolutionReLUPool(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, features: Tensor, layer: Convolution, pad: int) -> Tensor:
        unpooled = layer.forward(features, pad)
        result, places = _pool(unpooled)
        context.layer, context.pad, context.size = layer, pad, unpooled.shape[2:]
        context.save_for_backward(places)
        return result

    @staticmethod
    @once_differentiable
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        (places,) = context.saved_tensors
        return context.layer.pull_back(_unpool(gradient, places, *context.size), context.pad), None, None


def _pool(features: Tensor) -> tuple[Tensor, Tensor]:
    """(1, C, H, W), channels last -> the largest of each 2x2, and which one that is, uint8."""
    kernels = compiled()
    _, channels, height, width = features.shape
    result = feature_buffer(channels, height // 2, width // 2)
    places = feature_buffer(channels, height // 2, width // 2, torch.uint8)
    source = features.data_ptr(), 4 * width * channels, 4 * channels, width // 2
    target = result.data_ptr(), places.data_ptr(), 4 * kernels.lanes()
    kernels.run(kernels.pool, height // 2, *source, *target)
    return result, places


def _unpool(gradient: Tensor, places: Tensor, height: int, width: int) -> Tensor:
    """That by what `_pool` was given, and by what ReLU was: places where nothing is above 0 get none."""
    kernels = compiled()
    _, channels, rows, columns = gradient.shape
    gradient = gradient.contiguous(memory_format=torch.channels_last)
    result = feature_buffer(channels, height, width)
    source = gradient.data_ptr(), places.data_ptr(), rows, columns, 4 * channels
    kernels.run(kernels.unpool, height, *source, result.data_ptr(), width, 4 * kernels.lanes())
    return result
