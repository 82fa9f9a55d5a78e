"""A convolution on a graphics card with its ReLU, pooling and losses; what follows it is done in one pass.

Importing needs Triton. For the way back nothing is kept that is as large as features but what the losses look at: a
byte for each number says whether ReLU let it through, or for each maximum where it came from. A gradient takes the
place of that which came from the next layer, which nobody else has.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

from nst_core.cuda import kernels


class FusedConvolution:
    """3x3 convolution and what follows it, of one layer, for a single image's features; differentiable once."""

    def __init__(self, weight: Tensor, bias: Tensor) -> None:
        """`weight` (O, I, 3, 3), channels last, and `bias` (O,), fixed, of the type of the features."""
        self._weight, self.bias = _channels_last(weight), bias

    def __call__(self, features: Tensor, pad: int) -> Tensor:
        """ReLU of the convolution: (1, I, H, W) -> (1, O, H + 2 pad - 2, W + 2 pad - 2), `pad` zeros around it."""
        return _ReLU.apply(features, self, pad)  # type: ignore[no-any-return]

    def tapped(
        self, features: Tensor, pad: int, window: tuple[slice, slice] | None, dtype: torch.dtype
    ) -> tuple[Tensor, Tensor]:
        """The same, and what losses see of it, as `dtype`: those rows and columns, or all of it."""
        return _TappedReLU.apply(features, self, pad, window or (slice(None), slice(None)), dtype)  # type: ignore[no-any-return]

    def pooled(self, features: Tensor, pad: int) -> Tensor:
        """The largest of each 2x2 of it."""
        return _ReLUPool.apply(features, self, pad)  # type: ignore[no-any-return]

    def forward(self, features: Tensor, pad: int) -> Tensor:
        """The convolution alone, without its bias."""
        return _channels_last(F.conv2d(_channels_last(features), self._weight, padding=pad))

    def pull_back(self, gradient: Tensor, pad: int) -> Tensor:
        """The gradient by the features from that by the result of `forward`."""
        _, _, height, width = gradient.shape
        size = (1, self._weight.shape[1], height + 2 - 2 * pad, width + 2 - 2 * pad)
        features = gradient.new_empty(1).expand(size)  # of which only the size counts: see torch.nn.grad.conv2d_input
        return torch.ops.aten.convolution_backward(  # type: ignore[no-any-return]
            gradient, features, self._weight, None, (1, 1), (pad, pad), (1, 1), False, (0, 0), 1, (True, False, False)
        )[0]


class _ReLU(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, features: Tensor, layer: FusedConvolution, pad: int) -> Tensor:
        result = layer.forward(features, pad)
        gate = kernels.rectify_(result, layer.bias, gated=features.requires_grad)
        context.layer, context.pad = layer, pad
        context.save_for_backward(gate)
        return result

    @staticmethod
    @once_differentiable
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        (gate,) = context.saved_tensors
        passed = kernels.join(gate, _channels_last(gradient), None)
        return context.layer.pull_back(passed, context.pad), None, None


class _TappedReLU(torch.autograd.Function):
    @staticmethod
    def forward(
        context: Any,
        features: Tensor,
        layer: FusedConvolution,
        pad: int,
        window: tuple[slice, slice],
        dtype: torch.dtype,
    ) -> tuple[Tensor, Tensor]:
        result = layer.forward(features, pad)
        kernels.rectify_(result, layer.bias, gated=False)
        context.layer, context.pad = layer, pad
        context.corner = tuple(each.indices(side)[0] for each, side in zip(window, result.shape[2:], strict=True))
        context.set_materialize_grads(False)  # of what nobody uses there is no gradient
        context.save_for_backward(result)
        return result, result[..., window[0], window[1]].to(dtype)

    @staticmethod
    @once_differentiable
    def backward(context: Any, deeper: Tensor | None, tap: Tensor | None) -> tuple[Tensor | None, ...]:
        (result,) = context.saved_tensors
        if deeper is None and tap is None:
            return (None,) * 5
        passed = kernels.join(
            result,
            None if deeper is None else _channels_last(deeper),
            None if tap is None else _by_pixels(tap),
            context.corner,
        )
        return context.layer.pull_back(passed, context.pad), None, None, None, None


class _ReLUPool(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, features: Tensor, layer: FusedConvolution, pad: int) -> Tensor:
        unpooled = layer.forward(features, pad)
        result, places = kernels.pool(unpooled, layer.bias)
        context.layer, context.pad, context.size = layer, pad, unpooled.shape[2:]
        context.save_for_backward(places)
        return result

    @staticmethod
    @once_differentiable
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        (places,) = context.saved_tensors
        unpooled = kernels.unpool(_channels_last(gradient), places, *context.size)
        return context.layer.pull_back(unpooled, context.pad), None, None


def _channels_last(features: Tensor) -> Tensor:
    return features.contiguous(memory_format=torch.channels_last)


def _by_pixels(features: Tensor) -> Tensor:
    """With each position's channels beside each other, perhaps a part of something larger."""
    return features if features.stride(1) == 1 else _channels_last(features)
