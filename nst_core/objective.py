"""Fixes targets and weights once and then measures images: image -> losses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from nst_core.config import Normalization, TransferConfig
from nst_core.losses import gram_matrix, paper_content_loss, paper_style_loss, relative_error, total_variation
from nst_core.vgg import VGG

CONTENT_LOSS = {Normalization.ENERGY: relative_error, Normalization.PAPER: paper_content_loss}
STYLE_LOSS = {Normalization.ENERGY: relative_error, Normalization.PAPER: paper_style_loss}


@dataclass(frozen=True)
class LossValues:
    """The losses of one image as numbers: the terms without their weights, and the weighted total."""

    content: float
    style: float
    total_variation: float
    total: float
    content_layers: dict[str, float]
    style_layers: dict[str, float]


@dataclass(frozen=True)
class Losses:
    """The losses of one image as scalars that gradients flow through."""

    content: Tensor
    style: Tensor
    total_variation: Tensor
    total: Tensor
    content_layers: dict[str, Tensor]
    style_layers: dict[str, Tensor]

    def values(self) -> LossValues:
        """The same as floats, in one transfer from the device."""
        scalars = [self.content, self.style, self.total_variation, self.total]
        scalars += [*self.content_layers.values(), *self.style_layers.values()]
        content, style, roughness, total, *layers = torch.stack(scalars).detach().tolist()
        split = len(self.content_layers)
        return LossValues(
            content,
            style,
            roughness,
            total,
            content_layers=dict(zip(self.content_layers, layers[:split], strict=True)),
            style_layers=dict(zip(self.style_layers, layers[split:], strict=True)),
        )


class Objective:
    """alpha x content + beta x style + weight x total variation of an image (1, 3, H, W), against fixed targets.

    Content: mean over the content layers of the error of F against P. Style: sum over the style layers of w_l times the
    error of G against A (Gatys et al., 2016, eq. 5 and 7). Several paintings count alike: A is the mean of their Gram
    matrices.
    """

    def __init__(self, extract: VGG, content: Tensor, styles: Sequence[Tensor], config: TransferConfig) -> None:
        self._extract = extract
        self._config = config
        self._layers = (*config.content_layers, *config.style_layers)
        with torch.inference_mode(False), torch.no_grad():
            self._photo = extract(content, config.content_layers, config.border)
            grams = [_grams(extract(style, config.style_layers, config.border)) for style in styles]
            self._painting = {name: torch.stack([gram[name] for gram in grams]).mean(0) for name in config.style_layers}

    def __call__(self, image: Tensor) -> Losses:
        """Measure `image` (1, 3, H, W) of the photo's size."""
        config = self._config
        features = self._extract(image, self._layers, config.border)
        content_loss, style_loss = CONTENT_LOSS[config.normalization], STYLE_LOSS[config.normalization]
        contents = {name: content_loss(features[name], target) for name, target in self._photo.items()}
        styles = {name: style_loss(gram_matrix(features[name]), target) for name, target in self._painting.items()}
        zero = image.new_zeros(())
        content = sum(contents.values(), zero) / max(1, len(contents))
        style = sum((config.layer_weights[name] * loss for name, loss in styles.items()), zero)
        roughness = total_variation(image)
        total = config.content_weight * content + config.style_weight * style + config.tv_weight * roughness
        return Losses(content, style, roughness, total, contents, styles)


def _grams(features: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: gram_matrix(feature) for name, feature in features.items()}
