"""All first and second moments of the channels, compared as normal distributions: their 2-Wasserstein distance."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from nst_core.config import Normalization
from nst_core.loss.functional import average, squared_error
from nst_core.loss.statistics import Measurement, Statistic
from nst_core.loss.statistics.gram import gram_matrix

RESOLUTION = 8  # in units of the dtype's epsilon: below it, an eigenvalue beside the largest is rounding (measured)


def moments(features: Tensor, weights: Tensor | None = None, total: Tensor | None = None) -> Tensor:
    """All first and second moments of the channels: (B, C, H, W) -> (B, C + 1, C + 1).

    It is the Gram matrix of the features with a constant 1 beside them: E[f f^T], E[f] and 1. Averages of such matrices
    are the moments of a mixture, which averages of covariances are not.
    """
    mean = average(features, weights, total).unsqueeze(-1)
    one = average(torch.ones_like(features[:, :1]), weights, total).unsqueeze(-1)
    second = torch.cat([gram_matrix(features, weights, total), mean], dim=-1)
    return torch.cat([second, torch.cat([mean.mT, one], dim=-1)], dim=-2)


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


STATISTIC = Statistic(
    measurement=Measurement(moments),
    target=gaussian,
    errors={Normalization.ENERGY: relative_wasserstein_error},
    recordable=False,  # whether eigenvalues converged, and whether all numbers are finite
)
