"""Convolution, ReLU and max pooling in one go, for layers that nobody looks at in between.

For the way back nothing is kept that is as large as what is pooled: a byte for each result says where it came from.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

from nst_core.cpu import kernels
from nst_core.cpu.buffers import feature_buffer
from nst_core.cpu.convolution import Convolution
from nst_core.cpu.kernels.sizes import FLOAT_BYTES


def convolve_and_pool(convolution: Convolution, features: Tensor, pad: int = 1) -> Tensor:
    """(B, I, H, W) -> (B, O, (H + 2 pad - 2) // 2, (W + 2 pad - 2) // 2): the largest of each 2x2, at least 0.

    Differentiable, once where it is fast.
    """
    shortest = min(features.shape[2:]) + 2 * pad - 2
    if shortest > 1 and convolution.suits(features):
        return _ConvolutionReLUPool.apply(features, convolution, pad)  # type: ignore[no-any-return]
    return F.max_pool2d(convolution(features, pad), 2)


class _ConvolutionReLUPool(torch.autograd.Function):
    """Convolution, ReLU and 2x2 max pooling of a single image's features, for which nothing in between is kept."""

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
    _, channels, height, width = features.shape
    result = feature_buffer(channels, height // 2, width // 2)
    places = feature_buffer(channels, height // 2, width // 2, torch.uint8)
    slots = kernels.Pool(
        source=features.data_ptr(),
        row=FLOAT_BYTES * width * channels,
        pixel=FLOAT_BYTES * channels,
        columns=width // 2,
        target=result.data_ptr(),
        places=places.data_ptr(),
    )
    kernels.run(slots, items=height // 2)
    return result, places


def _unpool(gradient: Tensor, places: Tensor, height: int, width: int) -> Tensor:
    """A gradient of what `_pool` made -> one of what ReLU was given before it, (1, C, height, width).

    `places` are those of `_pool`; where nothing is above 0, nothing gets a gradient.
    """
    _, channels, rows, columns = gradient.shape
    gradient = gradient.contiguous(memory_format=torch.channels_last)
    result = feature_buffer(channels, height, width)
    slots = kernels.Unpool(
        source=gradient.data_ptr(),
        places=places.data_ptr(),
        rows=rows,
        columns=columns,
        pixel=FLOAT_BYTES * channels,
        target=result.data_ptr(),
        width=width,
    )
    kernels.run(slots, items=height)
    return result
