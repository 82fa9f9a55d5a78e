"""A convolution and what follows it, as the network asks for it: by loops on a processor, by PyTorch, or on a card."""

from __future__ import annotations

from typing import Any, Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from nst_core.cpu.buffers import feature_buffer
from nst_core.cpu.convolution import Convolution, is_plain
from nst_core.cpu.pooling import convolve_and_pool

Window = tuple[slice, slice]  # rows and columns


class Layer(Protocol):
    """3x3 convolution and ReLU of one layer, with fixed weights; `pad` zeros are around its input (B, I, H, W)."""

    def __call__(self, features: Tensor, pad: int) -> Tensor:
        """(B, I, H, W) -> (B, O, H + 2 pad - 2, W + 2 pad - 2)."""

    def tapped(self, features: Tensor, pad: int, window: Window | None, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
        """The same, and what losses see of it, as `dtype`: those rows and columns, or all of it."""

    def pooled(self, features: Tensor, pad: int) -> Tensor:
        """The largest of each 2x2 of it."""


class PlainLayer:
    """`Layer` by the loops for a processor where they suit the features, by PyTorch's operators elsewhere."""

    def __init__(self, convolution: Convolution) -> None:
        self._convolution = convolution

    def __call__(self, features: Tensor, pad: int) -> Tensor:
        """See `Layer`."""
        return self._convolution(features, pad)

    def tapped(self, features: Tensor, pad: int, window: Window | None, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
        """See `Layer`."""
        made = self._convolution(features, pad)
        return made, crop(made, window).to(dtype)

    def pooled(self, features: Tensor, pad: int) -> Tensor:
        """See `Layer`."""
        return convolve_and_pool(self._convolution, features, pad)


def crop(features: Tensor, window: Window | None) -> Tensor:
    """Those rows and columns of features (B, C, h, w), as a part of them; all of it without."""
    if window is None:
        return features
    return _Crop.apply(features, window)  # type: ignore[no-any-return]


class _Crop(torch.autograd.Function):
    """Slices, whose own way back makes two copies as large as the features, one a side."""

    @staticmethod
    def forward(context: Any, features: Tensor, window: Window) -> Tensor:
        context.window, context.size = window, features.shape[2:]
        return features[..., window[0], window[1]]

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor, None]:
        rows, columns = context.window
        height, width = context.size
        if is_plain(gradient):
            whole = feature_buffer(gradient.shape[1], height, width).zero_()
            whole[..., rows, columns] = gradient
            return whole, None
        (top, bottom, _), (left, right, _) = rows.indices(height), columns.indices(width)
        return F.pad(gradient, (left, width - right, top, height - bottom)), None
