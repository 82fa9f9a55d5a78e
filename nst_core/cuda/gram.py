"""Products of a feature map's channels, by strides: no features are copied into another layout, nor cut out first."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

WASTE = 1.5  # times the positions that are wanted: if rows are that much longer, they are cut out first


def correlate(features: Tensor) -> Tensor:
    """Sum over positions of f f^T: (1, C, H, W), channels last, perhaps a part of a larger one -> (1, C, C).

    Differentiable once; the gradient lies channels last, too.
    """
    return _Products.apply(features)  # type: ignore[no-any-return]


class _Products(torch.autograd.Function):
    """Of the features' rows as they lie in memory, with what of a larger map's rows is beside them, less that.

    What is beside them is a margin: a few hundredths of the work, where cutting it off would be a copy of them all.
    """

    @staticmethod
    def forward(context: Any, features: Tensor) -> Tensor:
        context.save_for_backward(features)
        rows = _rows(features)
        band = rows.flatten(0, 1)
        sums = band.mT @ band
        if rows.shape[1] > features.shape[3]:
            beside = rows[:, features.shape[3] :].flatten(0, 1)
            sums -= beside.mT @ beside
        return sums[None]

    @staticmethod
    @once_differentiable
    def backward(context: Any, gradient: Tensor) -> Tensor:
        """d/df of sum f f^T is (D + D^T) f."""
        (features,) = context.saved_tensors
        rows = _rows(features)
        mixed = rows.flatten(0, 1) @ (gradient[0] + gradient[0].mT)
        return mixed.view(rows.shape)[:, : features.shape[3]].permute(2, 0, 1)[None]


def _rows(features: Tensor) -> Tensor:
    """A map's rows (H, W' >= W, C), which follow each other in memory: those that it is a part of, or a copy."""
    _, channels, height, width = features.shape
    length = features.stride(2) // channels
    end = features.storage_offset() + height * length * channels
    lies_by_pixels = features.stride(1) == 1 and features.stride(3) == channels and features.stride(2) % channels == 0
    if (
        lies_by_pixels
        and width <= length <= WASTE * width
        and end <= features.untyped_storage().nbytes() // features.itemsize
    ):
        return features.as_strided((height, length, channels), (length * channels, channels, 1))
    return features.permute(0, 2, 3, 1).contiguous()[0]
