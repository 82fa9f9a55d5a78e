"""Fixes targets and weights once and then measures images: image -> losses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from nst_core.config import Border, Normalization, StyleLoss, TotalVariation, TransferConfig
from nst_core.losses import (
    gaussian,
    gram_matrix,
    mean_and_deviation,
    moments,
    paper_content_loss,
    paper_style_loss,
    relative_error,
    relative_wasserstein_error,
    total_variation,
    total_variation_l1,
)
from nst_core.scene import Region, Scene, layer_map
from nst_core.vgg import VGG

Error = Callable[[Tensor], Tensor]  # of features or statistics, against a target that is fixed

CONTENT_LOSS = {Normalization.ENERGY: relative_error, Normalization.PAPER: paper_content_loss}
STYLE_LOSS = {Normalization.ENERGY: relative_error, Normalization.PAPER: paper_style_loss}
STATISTIC = {
    StyleLoss.GRAM: gram_matrix,
    StyleLoss.MEAN_VARIANCE: mean_and_deviation,
    StyleLoss.WASSERSTEIN: moments,
}
ROUGHNESS = {TotalVariation.L2: total_variation, TotalVariation.L1: total_variation_l1}

EMPTY = 0.5  # positions: a mask that has less at a layer leaves nothing to take statistics of


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

    def detached(self) -> Losses:
        """The same without the graph that gradients flow through, and its memory."""
        return Losses(
            self.content.detach(),
            self.style.detach(),
            self.total_variation.detach(),
            self.total.detach(),
            {name: loss.detach() for name, loss in self.content_layers.items()},
            {name: loss.detach() for name, loss in self.style_layers.items()},
        )

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
    """alpha x content + beta x style + gamma x total variation of an image (1, 3, H, W), against fixed targets.

    Content: mean over the content layers of the error of F against P, where the photo is opaque. Style: sum over the
    regions and style layers of lambda_r w_l times the error of the image's statistics in the region against those of
    its paintings, averaged as they are blended (Gatys et al., 2016, eq. 5 and 7; Gatys et al., 2017, section 4).
    `notes` says what a person should know: which masks are empty at which layers, and left out there.
    """

    def __init__(self, extract: VGG, scene: Scene, config: TransferConfig) -> None:
        self._extract, self._scene, self._config = extract, scene, config
        self._layers = (*config.content_layers, *config.style_layers)
        self.notes: list[str] = []
        with torch.inference_mode(False), torch.no_grad():
            self._content_errors = self._content_targets()
            self._guides = [self._guide(region) for region in scene.regions]

    def __call__(self, image: Tensor) -> Losses:
        """Measure `image` (1, 3, H, W) of the photo's size; outside the canvas the photo counts in its place."""
        config = self._config
        image = self._scene.compose(image)
        features = self._extract(image, self._layers, config.border)
        contents = {name: error(features[name]) for name, error in self._content_errors.items()}
        styles = {name: self._style_error(name, features[name]) for name in config.style_layers}
        zero = image.new_zeros(())
        content = sum(contents.values(), zero) / max(1, len(contents))
        style = sum((config.layer_weights[name] * loss for name, loss in styles.items()), zero)
        roughness = ROUGHNESS[config.tv_norm](image, circular=config.border is Border.CIRCULAR)
        alpha, beta, gamma = config.loss_weights
        return Losses(content, style, roughness, alpha * content + beta * style + gamma * roughness, contents, styles)

    def evaluate(self, image: Tensor) -> tuple[Losses, Tensor]:
        """The losses of `image` (1, 3, H, W), detached, and the gradient of their total by it."""
        with torch.inference_mode(False), torch.enable_grad():
            leaf = image.detach().requires_grad_()
            losses = self(leaf)
            (gradient,) = torch.autograd.grad(losses.total, leaf)
        return losses.detached(), gradient

    def _content_targets(self) -> dict[str, Error]:
        loss = CONTENT_LOSS[self._config.normalization]
        errors: dict[str, Error] = {}
        layers, border = self._config.content_layers, self._config.border
        for name, features in self._extract(self._scene.target, layers, border).items():
            visible = layer_map(self._scene.opacity, self._extract.stride(name))
            # A sum of squares then counts each position by how opaque it is.
            root = features.new_ones(()) if visible is None else visible.sqrt()
            errors[name] = partial(_seen_through, loss, root, features * root)
        return errors

    def _guide(self, region: Region) -> _Guide:
        """What a region is compared by; layers where its mask or its paintings have no position are left out."""
        maps = {name: layer_map(region.mask, self._extract.stride(name)) for name in self._config.style_layers}
        blends = self._blend(region)
        empty = [name for name, weights in maps.items() if _is_empty(weights) or name not in blends]
        if empty:
            verb = "plays" if len(empty) == 1 else "play"
            self.notes.append(f"{region.name} is too small for {', '.join(empty)}, which {verb} no part there")
        errors = {name: _error_against(blend, self._config) for name, blend in blends.items() if name not in empty}
        return _Guide(region.weight, maps, errors)

    def _blend(self, region: Region) -> dict[str, Tensor]:
        """The statistics of each style layer, averaged over the region's paintings."""
        layers = self._config.style_layers
        border = Border.MIRROR if self._config.border is Border.CIRCULAR else self._config.border  # it is no tile
        parts: dict[str, list[tuple[float, Tensor]]] = {}
        for painting in region.paintings:
            for name, features in self._extract(painting.image, layers, border).items():
                weights = layer_map(painting.opacity, self._extract.stride(name))
                if not _is_empty(weights):
                    part = STATISTIC[self._config.style_loss](features, weights)
                    parts.setdefault(name, []).append((painting.share, part))
        return {
            name: torch.stack([share * part for share, part in blend]).sum(0) / sum(share for share, _ in blend)
            for name, blend in parts.items()
        }

    def _style_error(self, name: str, features: Tensor) -> Tensor:
        statistic = STATISTIC[self._config.style_loss]
        total = features.new_zeros(())
        for guide in self._guides:
            if name in guide.errors:
                total = total + guide.weight * guide.errors[name](statistic(features, guide.maps[name]))
        return total


@dataclass(frozen=True)
class _Guide:
    """A region by the style layers' names: how much it counts, where it is, what its statistics are compared with."""

    weight: float
    maps: dict[str, Tensor | None]
    errors: dict[str, Error]


def _is_empty(weights: Tensor | None) -> bool:
    return weights is not None and float(weights.sum()) < EMPTY


def _seen_through(loss: Callable[[Tensor, Tensor], Tensor], root: Tensor, target: Tensor, features: Tensor) -> Tensor:
    return loss(features * root, target)


def _error_against(target: Tensor, config: TransferConfig) -> Error:
    if config.style_loss is StyleLoss.WASSERSTEIN:
        return partial(relative_wasserstein_error, target=gaussian(target))
    return partial(STYLE_LOSS[config.normalization], target=target)
