"""The terms of the loss, one a layer: what blocks of a picture add to a sum, and the error that is a function of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from torch import Tensor

from nst_core.config import Normalization, StyleLoss, TransferConfig
from nst_core.loss.blocks import Block
from nst_core.loss.functional import (
    channel_moments,
    energy,
    gaussian,
    gram_matrix,
    mean_and_deviation,
    moments,
    paper_content_loss,
    paper_style_loss,
    relative_error,
    relative_wasserstein_error,
    squared_error,
)

Error = Callable[[Tensor], Tensor]  # of a sum, against a target that is fixed
Measure = Callable[[Tensor, Tensor | None, Tensor], Tensor]  # features, their weights and the total -> an average

MEASURES: dict[StyleLoss, Measure] = {
    StyleLoss.GRAM: gram_matrix,
    StyleLoss.MEAN_VARIANCE: channel_moments,
    StyleLoss.WASSERSTEIN: moments,
}
STYLE_LOSS = {Normalization.ENERGY: relative_error, Normalization.PAPER: paper_style_loss}


@dataclass(frozen=True)
class ContentTerm:
    """||F - P||^2, each position counting by how opaque the photo is there."""

    layer: str
    stride: int
    root: Tensor | None  # (1, 1, h, w), the square root of the opacity
    target: Tensor  # (1, C, h, w), P times the root
    error: Error

    def add(self, block: Block, features: Tensor) -> Tensor:
        """What `features` (1, C, h, w) of the block's own positions add to the sum, a scalar."""
        if self.root is not None:
            features = features * block.share(self.root, self.stride)
        return squared_error(features, block.share(self.target, self.stride))


@dataclass(frozen=True)
class Average:
    """How the average over a layer's positions is made."""

    stride: int
    weights: Tensor | None  # (1, 1, h, w); None = all positions count alike
    total: Tensor  # of the weights, or of the positions

    def add(self, block: Block, features: Tensor, measure: Measure) -> Tensor:
        """What `features` (1, C, h, w) of the block's own positions add to the average that `measure` takes."""
        weights = None if self.weights is None else block.share(self.weights, self.stride)
        return measure(features, weights, self.total)


@dataclass(frozen=True)
class StyleTerm:
    """The statistics of a layer in one region."""

    layer: str
    weight: float  # how much the region counts
    average: Average
    measure: Measure
    error: Error

    def add(self, block: Block, features: Tensor) -> Tensor:
        """What `features` (1, C, h, w) of the block's own positions add to the sum."""
        return self.average.add(block, features, self.measure)


def content_term(
    layer: str, stride: int, opacity: Tensor | None, target: Tensor, config: TransferConfig
) -> ContentTerm:
    """Against the photo's features (1, C, h, w), which are changed in place; `opacity` (1, 1, h, w) is the layer's."""
    root = None if opacity is None else opacity.sqrt()
    if root is not None:
        target *= root
    if config.normalization is Normalization.PAPER:
        return ContentTerm(layer, stride, root, target, paper_content_loss)
    unit = energy(target)
    return ContentTerm(layer, stride, root, target, lambda squares: squares / unit)


def style_term(layer: str, weight: float, average: Average, target: Tensor, config: TransferConfig) -> StyleTerm:
    """Against a painting's statistics: what `MEASURES` makes, or for those of `MEAN_VARIANCE` `mean_and_deviation`."""
    if config.style_loss is StyleLoss.WASSERSTEIN:
        error: Error = partial(relative_wasserstein_error, target=gaussian(target))
        return StyleTerm(layer, weight, average, MEASURES[config.style_loss], error)
    error = partial(STYLE_LOSS[config.normalization], target=target)
    if config.style_loss is StyleLoss.GRAM:
        return StyleTerm(layer, weight, average, MEASURES[config.style_loss], error)
    shift = target[:, 0]
    measure = partial(channel_moments, shift=shift)
    return StyleTerm(layer, weight, average, measure, lambda found: error(mean_and_deviation(found, shift)))
