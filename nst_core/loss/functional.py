"""The terms that are minimised: pure functions of features and pixels.

Symbols as in Gatys et al. (2016): F the features of the image, P of the photo, G and A the Gram matrices of the image
and of the painting, N the channels and M the positions of a layer. `weights` (1, 1, H, W), none below 0, say how much
each position counts in an average; without them all count alike, and where all are 0 the average is 0. `total` is what
all weights add up to, or how many positions there are, where the features are a part of a picture: the averages of the
parts then add up to that of the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from nst_core.cpu.gram import correlate

RESOLUTION = 8  # in units of the dtype's epsilon: below it, an eigenvalue beside the largest is rounding (measured)


def gram_matrix(features: Tensor, weights: Tensor | None = None, total: Tensor | None = None) -> Tensor:
    """Correlate the channels, averaged over positions: (B, C, H, W) -> (B, C, C).

    Eq. 3 divided by M, so that it doesn't grow with the picture. With `weights` it is the guided Gram matrix of Gatys
    et al. (2017), *Controlling Perceptual Factors in Neural Style Transfer*, eq. 5 and 6, whose T^2 are the weights
    divided by their sum.
    """
    if weights is None:
        return correlate(features) / (features[0, 0].numel() if total is None else total)
    flat = features.flatten(2)  # (B, C, H*W)
    return (flat * _shares(weights, total)) @ flat.mT


def moments(features: Tensor, weights: Tensor | None = None, total: Tensor | None = None) -> Tensor:
    """All first and second moments of the channels: (B, C, H, W) -> (B, C + 1, C + 1).

    It is the Gram matrix of the features with a constant 1 beside them: E[f f^T], E[f] and 1. Averages of such matrices
    are the moments of a mixture, which averages of covariances are not.
    """
    mean = _mean(features, weights, total).unsqueeze(-1)
    one = _mean(torch.ones_like(features[:, :1]), weights, total).unsqueeze(-1)
    second = torch.cat([gram_matrix(features, weights, total), mean], dim=-1)
    return torch.cat([second, torch.cat([mean.mT, one], dim=-1)], dim=-2)


def channel_moments(
    features: Tensor, weights: Tensor | None = None, total: Tensor | None = None, shift: Tensor | None = None
) -> Tensor:
    """E[f] and E[(f - s)^2] of each channel: (B, C, H, W) and a `shift` s (B, C), 0 without -> (B, 2, C).

    The shift should be near the mean: a variance keeps few digits as the small difference of two large numbers.
    """
    deviations = (features if shift is None else features - shift[..., None, None]).square()
    return torch.stack([_mean(features, weights, total), _mean(deviations, weights, total)], dim=1)


def mean_and_deviation(moments: Tensor, shift: Tensor) -> Tensor:
    """Mean and standard deviation of each channel, (B, 2, C), from its `channel_moments` with that shift.

    What Li et al. (2017), *Demystifying Neural Style Transfer*, match under "batch normalization statistics". The
    gradient stays finite where a channel is constant.
    """
    mean, second = moments.unbind(1)
    variance = second - (mean - shift).square()
    return torch.stack([mean, variance.clamp_min(torch.finfo(variance.dtype).tiny).sqrt()], dim=1)


def squared_error(value: Tensor, target: Tensor) -> Tensor:
    """Sum of (value - target)^2, a scalar."""
    return (value - target).square().sum()


def relative_error(value: Tensor, target: Tensor) -> Tensor:
    """||value - target||^2 / ||target||^2, a scalar: 0 is equal, 1 is as far away as nothing at all."""
    return squared_error(value, target) / energy(target)


def energy(target: Tensor) -> Tensor:
    """||target||^2, a scalar that can be divided by."""
    return target.square().sum().clamp_min(torch.finfo(target.dtype).eps ** 2)  # `tiny` would overflow


def paper_content_loss(squares: Tensor) -> Tensor:
    """Eq. 1, a scalar, from the sum of (F - P)^2."""
    return squares / 2


def paper_style_loss(gram: Tensor, target: Tensor) -> Tensor:
    """E_l, eq. 4, a scalar, from Gram matrices (B, C, C) that are averages over positions.

    The paper's 1 / (4 N^2 M^2) on sums over positions is 1 / (4 N^2) here. Averages also let image and painting differ
    in M.
    """
    return squared_error(gram, target) / (4 * gram.shape[-1] ** 2)


class Gaussian(NamedTuple):
    """The target of `relative_wasserstein_error`, float64: what it needs of a normal distribution of the features."""

    mean: Tensor  # (B, C)
    root: Tensor  # (B, C, R), root @ root.mT is the covariance; its columns are orthogonal, without the null directions
    noise: Tensor  # (B, 1), a variance that can't be told from 0
    energy: Tensor  # (), E[f^2], over channels and batch


def gaussian(moments: Tensor) -> Gaussian:
    """The normal distribution with these moments (B, C + 1, C + 1)."""
    mean, covariance = _mean_and_covariance(moments)
    variances, directions = torch.linalg.eigh(covariance)  # ascending
    noise = RESOLUTION * torch.finfo(moments.dtype).eps * variances[:, -1:].clamp_min(0)
    rank = max(1, int((variances > noise).sum(-1).max()))
    root = directions[..., -rank:] * variances[:, None, -rank:].clamp_min(0).sqrt()
    return Gaussian(mean, root, noise, mean.square().sum() + root.square().sum())


def relative_wasserstein_error(value: Tensor, target: Gaussian) -> Tensor:
    """W2^2 / E[f*^2], a scalar, between normal distributions: 0 is equal, 1 is as far away as nothing at all.

    W2^2 = |m - m*|^2 + tr S + tr S* - 2 tr (S*^1/2 S S*^1/2)^1/2, the 2-Wasserstein distance of Olkin and Pukelsheim
    (1982), from the image's `moments` (B, C + 1, C + 1). With S* = R R^T the last term is tr (R^T S R)^1/2, as large as
    the rank of S* only: at a coarse scale a layer has fewer positions than channels.
    """
    mean, covariance = _mean_and_covariance(value)
    variances, rank = target.root.square().sum(-2), target.root.shape[-1]
    # `noise` in each of the target's directions keeps the gradient bounded where the image has no variance at all. It
    # takes part in both traces, so that equal distributions stay at 0.
    product = target.root.mT @ covariance @ target.root + torch.diag_embed(target.noise * variances)
    traces = _trace(covariance).sum() + variances.sum() + rank * target.noise.sum()
    overlap = _trace_of_root(product, target.noise.square())
    distance = squared_error(mean, target.mean) + traces - 2 * overlap
    return (distance / target.energy.clamp_min(torch.finfo(value.dtype).eps ** 2)).to(value)


def total_variation(image: Tensor, *, circular: bool = False) -> Tensor:
    """Mean squared difference of neighbours, down plus across, of an image (B, C, H, W): a scalar.

    `circular`: opposite edges are neighbours too.
    """
    return _roughness(image, circular, torch.square)


def total_variation_l1(image: Tensor, *, circular: bool = False) -> Tensor:
    """Mean size of the differences of neighbours, as `total_variation`: Rudin, Osher and Fatemi (1992), anisotropic."""
    return _roughness(image, circular, torch.abs)


def total_variation_gradient(image: Tensor, *, circular: bool = False) -> Tensor:
    """The gradient of `total_variation` by the image, with less memory than through a graph."""
    return _roughness_gradient(image, circular, lambda difference: 2 * difference)


def total_variation_l1_gradient(image: Tensor, *, circular: bool = False) -> Tensor:
    """The gradient of `total_variation_l1` by the image; 0 where neighbours are equal."""
    return _roughness_gradient(image, circular, torch.sign)


def _roughness(image: Tensor, circular: bool, measure: Callable[[Tensor], Tensor]) -> Tensor:
    total = image.new_zeros(())
    for side in (-2, -1):
        measured = [measure(after - before).sum() for before, after in _neighbours(image, side, circular)]
        total = total + sum(measured) / _pairs(image, side, circular)
    return total


def _roughness_gradient(image: Tensor, circular: bool, slope: Callable[[Tensor], Tensor]) -> Tensor:
    gradient = torch.zeros_like(image)
    for side in (-2, -1):
        places = _neighbours(gradient, side, circular)
        for (before, after), (place, next_place) in zip(_neighbours(image, side, circular), places, strict=True):
            push = slope(after - before).div_(_pairs(image, side, circular))
            place -= push
            next_place += push
    return gradient


def _neighbours(image: Tensor, side: int, circular: bool) -> Iterator[tuple[Tensor, Tensor]]:
    """Views of an image that lie beside each other along a side: every pixel, and its neighbour after it."""
    length = image.shape[side]
    yield image.narrow(side, 0, length - 1), image.narrow(side, 1, length - 1)
    if circular:
        yield image.narrow(side, length - 1, 1), image.narrow(side, 0, 1)


def _pairs(image: Tensor, side: int, circular: bool) -> int:
    """How many pixels have a neighbour after them."""
    return image.numel() if circular else image.numel() // image.shape[side] * (image.shape[side] - 1)


def _shares(weights: Tensor, total: Tensor | None = None) -> Tensor:
    """Weights (1, 1, H, W) -> (1, 1, H*W), of which all add up to 1, or to 0 where there are none."""
    flat = weights.flatten(2)
    total = flat.sum(-1, keepdim=True) if total is None else total
    return flat / total.clamp_min(torch.finfo(flat.dtype).tiny)


def _mean(features: Tensor, weights: Tensor | None, total: Tensor | None = None) -> Tensor:
    """Average over positions: (B, C, H, W) -> (B, C)."""
    flat = features.flatten(2)
    if weights is None:
        return flat.mean(-1) if total is None else flat.sum(-1) / total
    return (flat @ _shares(weights, total).mT).squeeze(-1)


def _mean_and_covariance(moments: Tensor) -> tuple[Tensor, Tensor]:
    """(B, C + 1, C + 1) -> (B, C) and (B, C, C), float64.

    The product of two covariances has the square of their condition number, which is beyond float32.
    """
    exact = moments.to("cpu" if moments.device.type == "mps" else moments.device, torch.float64)  # MPS has no float64
    mean = exact[:, :-1, -1]
    return mean, exact[:, :-1, :-1] - mean[:, :, None] * mean[:, None]


def _trace_of_root(matrices: Tensor, floor: Tensor) -> Tensor:
    """Sum of tr M^1/2, a scalar, of symmetric matrices (B, N, N) whose eigenvalues below `floor` (B, 1) are rounding.

    Its gradient is 1/2 M^-1/2, whatever the eigenvalues: that of eigenvectors would divide by their differences.
    """
    if not matrices.isfinite().all():  # LAPACK would raise; the optimiser knows how to go on after a NaN
        return matrices.sum() * torch.nan
    smallest = floor.clamp_min(torch.finfo(floor.dtype).tiny)
    eigenvalues: Tensor = torch.linalg.eigvalsh(matrices)
    return eigenvalues.maximum(smallest).sqrt().sum()


def _trace(matrices: Tensor) -> Tensor:
    """(B, N, N) -> (B,)."""
    return matrices.diagonal(dim1=-2, dim2=-1).sum(-1)
