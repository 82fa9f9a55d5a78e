"""The terms of the loss, one a layer: what blocks of a picture add to a sum, and the error that is a function of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

from nst_core.config import Normalization, TransferConfig
from nst_core.loss.blocks import Block
from nst_core.loss.functional import energy, paper_content_loss, squared_error
from nst_core.loss.statistics import Averaging, statistic_of

Error = Callable[[Tensor], Tensor]  # of a sum, against a target that is fixed


@dataclass(frozen=True, kw_only=True)
class ContentTerm:
    """||F - P||^2, each position counting by how opaque the photo is there, and how little of the painting it gets."""

    layer: str
    stride: int
    root: Tensor | None  # (1, 1, h, w), the square root of how much a position counts; None = all alike
    target: Tensor  # (1, C, h, w), P times the root
    error: Error

    def part(self, block: Block, features: Tensor) -> Tensor:
        """What `features` (1, C, h, w) of the block's own positions add to the sum, a scalar."""
        if self.root is not None:
            features = features * block.share(self.root, self.stride)
        return squared_error(features, block.share(self.target, self.stride))


@dataclass(frozen=True)
class Positions:
    """How much each of a layer's positions counts in an average."""

    stride: int
    weights: Tensor | None  # (1, 1, h, w); None = all count alike
    total: Tensor  # of the weights, or of the positions


@dataclass(frozen=True, kw_only=True)
class LayerAverage:
    """A layer's features, averaged over its positions."""

    layer: str
    positions: Positions
    averaging: Averaging

    def part(self, block: Block, features: Tensor) -> Tensor:
        """What `features` (1, C, h, w) of the block's own positions add to the average."""
        weights, stride = self.positions.weights, self.positions.stride
        return self.averaging(features, None if weights is None else block.share(weights, stride), self.positions.total)


@dataclass(frozen=True, kw_only=True)
class StyleTerm(LayerAverage):
    """The statistic of a layer in one region, against that of its paintings."""

    weight: float  # how much the region counts
    error: Error


def content_term(
    layer: str,
    stride: int,
    opacity: Tensor | None,
    emphasis: Tensor | None,
    target: Tensor,
    config: TransferConfig,
) -> ContentTerm:
    """Against the photo's features (1, C, h, w), which are changed in place.

    `opacity` and `emphasis` (1, 1, h, w) are the layer's: how much of the photo is seen, and the strength there over
    50 %, which takes as much from the photo as it gives to the painting.
    """
    root = None if opacity is None else opacity.sqrt()
    if root is not None:
        target *= root
    error = paper_content_loss if config.normalization is Normalization.PAPER else _in_units_of(energy(target))
    if emphasis is not None:
        rest = (2 - emphasis).sqrt()
        target *= rest
        root = rest if root is None else root * rest
    return ContentTerm(layer=layer, stride=stride, root=root, target=target, error=error)


def _in_units_of(unit: Tensor) -> Error:
    return lambda value: value / unit


def style_term(layer: str, positions: Positions, weight: float, value: Tensor, config: TransferConfig) -> StyleTerm:
    """Against the paintings' `value` of the config's statistic."""
    statistic = statistic_of(config.style_loss)
    measurement, target = statistic.measurement_near(value), statistic.target(value)
    error = statistic.errors[config.normalization]
    return StyleTerm(
        layer=layer,
        positions=positions,
        averaging=measurement.average,
        weight=weight,
        error=lambda found: error(measurement.value(found), target),
    )
