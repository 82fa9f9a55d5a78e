"""A convolution and what follows it, as the network asks for it: by loops on a processor, by PyTorch, or on a card."""

from __future__ import annotations

from typing import Any, Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from nst_core.cpu.buffers import feature_buffer
from nst_core.cpu.convolution import Convolution, is_plain
from nst_core.cpu.pooling import convolve_and_pool


class Layer(Protocol):
    """3x3 convolution and ReLU of one layer, with fixed weights; `pad` zeros are around its input (B, I, H, W)."""

    def __call__(self, features: Tensor, pad: int) -> Tensor:
        """(B, I, H, W) -> (B, O, H + 2 pad - 2, W + 2 pad - 2)."""

    def tapped(self, features: Tensor, pad: int, margin: int, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
        """The same, and what losses see of it, as `dtype`: without `margin` positions on each side."""

    def pooled(self, features: Tensor, pad: int) -> Tensor:
        """The largest of each 2x2 of it."""


class PlainLayer:
    """`Layer` by the loops for a processor where they suit the features, by PyTorch's operators elsewhere."""

    def __init__(self, convolution: Convolution) -> None:
        self._convolution = convolution

    def __call__(self, features: Tensor, pad: int) -> Tensor:
        """See `Layer`."""
        return self._convolution(features, pad)

    def tapped(self, features: Tensor, pad: int, margin: int, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
        """See `Layer`."""
        made = self._convolution(features, pad)
        return made, crop(made, margin).to(dtype)

    def pooled(self, features: Tensor, pad: int) -> Tensor:
        """See `Layer`."""
        return convolve_and_pool(self._convolution, features, pad)


def crop(features: Tensor, margin: int) -> Tensor:
    """Features without `margin` positions on each side: (B, C, h, w) -> (B, C, h - 2 margin, w - 2 margin)."""
    if not margin:
        return features
    return _Crop.apply(features, margin)  # type: ignore[no-any-return]


class _Crop(torch.autograd.Function):
    """Slices, whose own way back makes two copies as large as the features, one a side."""

    @staticmethod
    def forward(context: Any, features: Tensor, margin: int) -> Tensor:
        context.margin = margin
        return features[..., margin:-margin, margin:-margin]

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor, None]:
        margin = context.margin
        _, channels, height, width = gradient.shape
        if is_plain(gradient):
            whole = feature_buffer(channels, height + 2 * margin, width + 2 * margin).zero_()
            whole[..., margin:-margin, margin:-margin] = gradient
            return whole, None
        return F.pad(gradient, (margin,) * 4), None
