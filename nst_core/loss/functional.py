"""What all losses are made of: averages, errors and roughness, as pure functions of features and pixels.

Symbols as in Gatys et al. (2016): F the features of the image, P of the photo, M the positions of a layer. `weights`
(1, 1, H, W), none below 0, say how much each position counts in an average; without them all count alike, and where all
are 0 the average is 0. `total` is what all weights add up to, or how many positions there are, where the features are a
part of a picture: the averages of the parts then add up to that of the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import repeat
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable


def average(features: Tensor, weights: Tensor | None = None, total: Tensor | None = None) -> Tensor:
    """Average over positions: (B, C, H, W) -> (B, C)."""
    flat = features.flatten(2)
    if weights is None:
        return flat.mean(-1) if total is None else flat.sum(-1) / total
    return (flat @ shares(weights, total).mT).squeeze(-1)


def shares(weights: Tensor, total: Tensor | None = None) -> Tensor:
    """Weights (1, 1, H, W) -> (1, 1, H*W), of which all add up to 1, or to 0 where there are none."""
    flat = weights.flatten(2)
    total = flat.sum(-1, keepdim=True) if total is None else total
    return flat / total.clamp_min(torch.finfo(flat.dtype).tiny)


def squared_error(value: Tensor, target: Tensor) -> Tensor:
    """Sum of (value - target)^2, a scalar, for tensors of one shape; differentiable once by the value."""
    return _SquaredError.apply(value, target)  # type: ignore[no-any-return]


class _SquaredError(torch.autograd.Function):
    """The gradient in one pass over the difference, where plain autograd makes three, to the same bits."""

    @staticmethod
    def forward(context: Any, value: Tensor, target: Tensor) -> Tensor:
        difference = value - target
        context.save_for_backward(difference)
        return difference.square().sum()

    @staticmethod
    @once_differentiable
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor, None]:
        (difference,) = context.saved_tensors
        return difference * (2 * gradient), None


def relative_error(value: Tensor, target: Tensor) -> Tensor:
    """||value - target||^2 / ||target||^2, a scalar: 0 is equal, 1 is as far away as nothing at all."""
    return squared_error(value, target) / energy(target)


def energy(target: Tensor) -> Tensor:
    """||target||^2, a scalar that can be divided by."""
    return target.square().sum().clamp_min(torch.finfo(target.dtype).eps ** 2)  # `tiny` would overflow


def paper_content_loss(squares: Tensor) -> Tensor:
    """Eq. 1, a scalar, from the sum of (F - P)^2."""
    return squares / 2


def total_variation(image: Tensor, weights: Tensor | None = None, *, circular: bool = False) -> Tensor:
    """Mean squared difference of neighbours, down plus across, of an image (B, C, H, W): a scalar.

    `weights` say how much a difference counts: as much as the two pixels on average. `circular`: opposite edges are
    neighbours too.
    """
    return _roughness(image, weights, circular, torch.square)


def total_variation_l1(image: Tensor, weights: Tensor | None = None, *, circular: bool = False) -> Tensor:
    """Mean size of the differences of neighbours, as `total_variation`: Rudin, Osher and Fatemi (1992), anisotropic."""
    return _roughness(image, weights, circular, torch.abs)


def total_variation_gradient(image: Tensor, weights: Tensor | None = None, *, circular: bool = False) -> Tensor:
    """The gradient of `total_variation` by the image, with less memory than through a graph."""
    return _roughness_gradient(image, weights, circular, lambda difference: 2 * difference)


def total_variation_l1_gradient(image: Tensor, weights: Tensor | None = None, *, circular: bool = False) -> Tensor:
    """The gradient of `total_variation_l1` by the image; 0 where neighbours are equal."""
    return _roughness_gradient(image, weights, circular, torch.sign)


def chroma_roughness(image: Tensor, weights: Tensor | None = None, *, circular: bool = False) -> Tensor:
    """Mean squared second difference of the colours at equal brightness, down plus across: (B, 3, H, W) -> a scalar.

    Brightness is the mean of the channels. Every other pixel coloured otherwise costs 47 times as much as every other
    four, and first differences squared would make it 7: specks go, and strokes keep their colours. `weights` and
    `circular` are those of `total_variation`; of three neighbours the middle one's weight counts.
    """
    chroma, total = _chroma(image), image.new_zeros(())
    for side in (-2, -1):
        bends = _second_differences(chroma, side, circular)
        total = total + _weighed(bends.square(), _middle(weights, side, circular)).sum() / bends.numel()
    return total


def chroma_roughness_gradient(image: Tensor, weights: Tensor | None = None, *, circular: bool = False) -> Tensor:
    """The gradient of `chroma_roughness` by the image."""
    chroma = _chroma(image)
    gradient = torch.zeros_like(chroma)
    for side in (-2, -1):
        bends = _second_differences(chroma, side, circular)
        push = _weighed(bends, _middle(weights, side, circular)) * (2 / bends.numel())
        gradient += _second_differences(push if circular else _surrounded(push, side), side, circular)
    return _chroma(gradient)


def _chroma(image: Tensor) -> Tensor:
    return image - image.mean(1, keepdim=True)


def _second_differences(image: Tensor, side: int, circular: bool) -> Tensor:
    """1, -2, 1 times three neighbours along a side; at the ends there are none, unless they are neighbours."""
    if circular:
        return image.roll(1, side) - 2 * image + image.roll(-1, side)
    length = image.shape[side] - 2
    before, middle, after = (image.narrow(side, start, length) for start in range(3))
    return before - 2 * middle + after


def _surrounded(image: Tensor, side: int) -> Tensor:
    """With two zeros at both ends of a side: second differences of that are the transpose of second differences."""
    return F.pad(image, (2, 2) if side == -1 else (0, 0, 2, 2))


def _middle(weights: Tensor | None, side: int, circular: bool) -> Tensor | None:
    return weights if weights is None or circular else weights.narrow(side, 1, weights.shape[side] - 2)


def _roughness(image: Tensor, weights: Tensor | None, circular: bool, measure: Callable[[Tensor], Tensor]) -> Tensor:
    total = image.new_zeros(())
    for side in (-2, -1):
        measured = [
            _weighed(measure(after - before), count).sum()
            for (before, after), count in zip(
                _neighbours(image, side, circular), _pair_weights(weights, side, circular), strict=False
            )
        ]
        total = total + sum(measured) / _pairs(image, side, circular)
    return total


def _roughness_gradient(
    image: Tensor, weights: Tensor | None, circular: bool, slope: Callable[[Tensor], Tensor]
) -> Tensor:
    gradient = torch.zeros_like(image)
    for side in (-2, -1):
        places = _neighbours(gradient, side, circular)
        counts = _pair_weights(weights, side, circular)
        for (before, after), (place, next_place), count in zip(
            _neighbours(image, side, circular), places, counts, strict=False
        ):
            push = _weighed(slope(after - before), count).div_(_pairs(image, side, circular))
            place -= push
            next_place += push
    return gradient


def _pair_weights(weights: Tensor | None, side: int, circular: bool) -> Iterator[Tensor | None]:
    """How much each of the `_neighbours` counts, for ever None where all count alike."""
    if weights is None:
        yield from repeat(None)
    else:
        yield from ((before + after) / 2 for before, after in _neighbours(weights, side, circular))


def _weighed(values: Tensor, weights: Tensor | None) -> Tensor:
    return values if weights is None else values * weights


def _neighbours(image: Tensor, side: int, circular: bool) -> Iterator[tuple[Tensor, Tensor]]:
    """Views of an image that lie beside each other along a side: every pixel, and its neighbour after it."""
    length = image.shape[side]
    yield image.narrow(side, 0, length - 1), image.narrow(side, 1, length - 1)
    if circular:
        yield image.narrow(side, length - 1, 1), image.narrow(side, 0, 1)


def _pairs(image: Tensor, side: int, circular: bool) -> int:
    """How many pixels have a neighbour after them."""
    return image.numel() if circular else image.numel() // image.shape[side] * (image.shape[side] - 1)
