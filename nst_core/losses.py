"""The terms that are minimised: pure functions of features and pixels.

Symbols as in Gatys et al. (2016): F the features of the image, P of the photo, G and A the Gram matrices of the image
and of the painting, N the channels and M the positions of a layer.
"""

from __future__ import annotations

import torch
from torch import Tensor


def gram_matrix(features: Tensor) -> Tensor:
    """Correlate the channels, averaged over positions: (B, C, H, W) -> (B, C, C).

    Eq. 3 divided by M, so that it doesn't grow with the picture.
    """
    flat = features.flatten(2)  # (B, C, H*W)
    return flat @ flat.mT / flat.shape[-1]


def squared_error(value: Tensor, target: Tensor) -> Tensor:
    """Sum of (value - target)^2, a scalar."""
    return (value - target).square().sum()


def relative_error(value: Tensor, target: Tensor) -> Tensor:
    """||value - target||^2 / ||target||^2, a scalar: 0 is equal, 1 is as far away as nothing at all."""
    energy = target.square().sum().clamp_min(torch.finfo(target.dtype).tiny)
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


def total_variation(image: Tensor) -> Tensor:
    """Mean squared difference of neighbours, down plus across, of an image (B, C, H, W): a scalar."""
    down = (image[..., 1:, :] - image[..., :-1, :]).square().mean()
    across = (image[..., :, 1:] - image[..., :, :-1]).square().mean()
    return down + across
