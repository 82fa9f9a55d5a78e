"""The terms that are minimised: pure functions of features and pixels.

Symbols as in Gatys et al. (2016): F the features of the image, P of the photo, G and A the Gram matrices of the image
and of the painting, N the channels and M the positions of a layer. `weights` (1, 1, H, W), none below 0, say how much
each position counts in an average; without them all count alike, and where all are 0 the average is 0.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from nst_core.correlation import correlate

RESOLUTION = 8  # in units of the dtype's epsilon: below it, an eigenvalue beside the largest is rounding (measured)


def gram_matrix(features: Tensor, weights: Tensor | None = None) -> Tensor:
    """Correlate the channels, averaged over positions: (B, C, H, W) -> (B, C, C).

    Eq. 3 divided by M, so that it doesn't grow with the picture. With `weights` it is the guided Gram matrix of Gatys
    et al. (2017), *Controlling Perceptual Factors in Neural Style Transfer*, eq. 5 and 6, whose T^2 are the weights
    divided by their sum.
    """
    if weights is None:
        return correlate(features) / features[0, 0].numel()
    flat = features.flatten(2)  # (B, C, H*W)
    return (flat * _shares(weights)) @ flat.mT


def moments(features: Tensor, weights: Tensor | None = None) -> Tensor:
    """All first and second moments of the channels: (B, C, H, W) -> (B, C + 1, C + 1).

    It is the Gram matrix of the features with a constant 1 beside them: E[f f^T], E[f] and 1. Averages of such matrices
    are the moments of a mixture, which averages of covariances are not.
    """
    mean = _mean(features, weights).unsqueeze(-1)
    second = torch.cat([gram_matrix(features, weights), mean], dim=-1)
    first = torch.cat([mean.mT, torch.ones_like(mean[:, :1])], dim=-1)
    return torch.cat([second, first], dim=-2)


def mean_and_deviation(features: Tensor, weights: Tensor | None = None) -> Tensor:
    """Mean and standard deviation of each channel: (B, C, H, W) -> (B, 2, C).

    What Li et al. (2017), *Demystifying Neural Style Transfer*, match under "batch normalization statistics". The
    gradient stays finite where a channel is constant.
    """
    mean = _mean(features, weights)
    variance = _mean((features - mean[..., None, None]).square(), weights)
    return torch.stack([mean, variance.clamp_min(torch.finfo(variance.dtype).tiny).sqrt()], dim=1)


def squared_error(value: Tensor, target: Tensor) -> Tensor:
    """Sum of (value - target)^2, a scalar."""
    return (value - target).square().sum()


def relative_error(value: Tensor, target: Tensor) -> Tensor:
    """||value - target||^2 / ||target||^2, a scalar: 0 is equal, 1 is as far away as nothing at all."""
    energy = target.square().sum().clamp_min(torch.finfo(target.dtype).eps ** 2)  # `tiny` would overflow
    return squared_error(value, target) / energy


def paper_content_loss(features: Tensor, target: Tensor) -> Tensor:
    """Eq. 1: half the sum of (F - P)^2, a scalar."""
    return squared_error(features, target) / 2


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
    down, across = _differences(image, circular)
    return down.square().mean() + across.square().mean()


def total_variation_l1(image: Tensor, *, circular: bool = False) -> Tensor:
    """Mean size of the differences of neighbours, as `total_variation`: Rudin, Osher and Fatemi (1992), anisotropic."""
    down, across = _differences(image, circular)
    return down.abs().mean() + across.abs().mean()


def _differences(image: Tensor, circular: bool) -> tuple[Tensor, Tensor]:
    if circular:
        return image.roll(-1, -2) - image, image.roll(-1, -1) - image
    return image[..., 1:, :] - image[..., :-1, :], image[..., :, 1:] - image[..., :, :-1]


def _shares(weights: Tensor) -> Tensor:
    """Weights (1, 1, H, W) -> (1, 1, H*W) that add up to 1, or to 0 where there are none."""
    flat = weights.flatten(2)
    return flat / flat.sum(-1, keepdim=True).clamp_min(torch.finfo(flat.dtype).tiny)


def _mean(features: Tensor, weights: Tensor | None) -> Tensor:
    """Average over positions: (B, C, H, W) -> (B, C)."""
    flat = features.flatten(2)
    return flat.mean(-1) if weights is None else (flat @ _shares(weights).mT).squeeze(-1)


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
