"""The Gram matrix: how strongly each two channels appear together (Gatys et al., 2016).

Symbols as there: G and A the Gram matrices of the image and of the painting, N the channels and M the positions of a
layer.
"""

from __future__ import annotations

from torch import Tensor

from nst_core.config import Normalization
from nst_core.cpu.gram import correlate
from nst_core.cuda import gram as on_a_card
from nst_core.loss.functional import relative_error, shares, squared_error
from nst_core.loss.statistics import Measurement, Statistic


def gram_matrix(features: Tensor, weights: Tensor | None = None, total: Tensor | None = None) -> Tensor:
    """Correlate the channels, averaged over positions: (B, C, H, W) -> (B, C, C).

    Eq. 3 divided by M, so that it doesn't grow with the picture. With `weights` it is the guided Gram matrix of Gatys
    et al. (2017), *Controlling Perceptual Factors in Neural Style Transfer*, eq. 5 and 6, whose T^2 are the weights
    divided by their sum.
    """
    if weights is None:
        products = on_a_card.correlate if features.is_cuda and len(features) == 1 else correlate
        return products(features) / (features[0, 0].numel() if total is None else total)
    flat = features.flatten(2)  # (B, C, H*W)
    return (flat * shares(weights, total)) @ flat.mT


def paper_style_loss(gram: Tensor, target: Tensor) -> Tensor:
    """E_l, eq. 4, a scalar, from Gram matrices (B, C, C) that are averages over positions.

    The paper's 1 / (4 N^2 M^2) on sums over positions is 1 / (4 N^2) here. Averages also let image and painting differ
    in M.
    """
    return squared_error(gram, target) / (4 * gram.shape[-1] ** 2)


STATISTIC = Statistic(
    measurement=Measurement(gram_matrix),
    errors={Normalization.ENERGY: relative_error, Normalization.PAPER: paper_style_loss},
)
