"""Fixes targets and weights once and then measures images: image -> losses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Tensor

from nst_core.config import Border, TotalVariation, TransferConfig
from nst_core.device.host_copy import send
from nst_core.loss.blocks import Block, BlockwiseSums, add_up, cover
from nst_core.loss.functional import (
    chroma_roughness,
    chroma_roughness_gradient,
    total_variation,
    total_variation_gradient,
    total_variation_l1,
    total_variation_l1_gradient,
)
from nst_core.loss.targets import Targets
from nst_core.loss.terms import ContentTerm, StyleTerm
from nst_core.network.vgg import VGG
from nst_core.notes import Note
from nst_core.scene.scene import Scene

T = TypeVar("T")

ROUGHNESS = {TotalVariation.L2: total_variation, TotalVariation.L1: total_variation_l1}
SLOPE = {TotalVariation.L2: total_variation_gradient, TotalVariation.L1: total_variation_l1_gradient}


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

    def copied(self) -> Losses:
        """These losses in memory of their own, without the graph that gradients flow through."""
        return Losses(*self._sorted(self._together().unbind()))

    def sent(self) -> Callable[[], LossValues]:
        """Begin to fetch the same as floats, in one transfer from the device; what is returned waits for it."""
        numbers = send(self._together())
        return lambda: LossValues(*self._sorted(numbers()))

    def values(self) -> LossValues:
        """These losses as floats; waits for the device."""
        return self.sent()()

    def _together(self) -> Tensor:
        scalars = [self.content, self.style, self.total_variation, self.total]
        return torch.stack([*scalars, *self.content_layers.values(), *self.style_layers.values()]).detach()

    def _sorted(self, scalars: Sequence[T]) -> tuple[T, T, T, T, dict[str, T], dict[str, T]]:
        """What belongs in the place of each scalar, in the order of the fields."""
        content, style, roughness, total, *layers = scalars
        split = len(self.content_layers)
        contents = dict(zip(self.content_layers, layers[:split], strict=True))
        return content, style, roughness, total, contents, dict(zip(self.style_layers, layers[split:], strict=True))


class Objective:
    """alpha x content + beta x style + gamma x total variation of an image (1, 3, H, W), against fixed targets.

    Content: sum over the content layers of v_l times the error of F against P, where the photo is opaque. Style: sum
    over the regions and style layers of lambda_r w_l times the error of the image's statistics in the region against
    those of its paintings, averaged as they are blended (Gatys et al., 2016, eq. 5 and 7; Gatys et al., 2017, section
    4).

    `block` is how many pixels along either side are the network's task at once, beside the margin that it has to see
    around them; 0 is the whole picture. It may be changed at any time: beside rounding, nothing depends on it. More
    than one block are seen twice an evaluation, once for the sums and once for the gradient.

    `earlier` is one for the same network, photo and masks at the same size, from which the config differs by what can
    be steered: what it knows of pictures that are still the same isn't measured again.
    """

    def __init__(
        self, network: VGG, scene: Scene, config: TransferConfig, block: int = 0, earlier: Objective | None = None
    ) -> None:
        self.block = block
        self._network, self._scene, self._config = network, scene, config
        known = None if earlier is None else earlier.targets
        self.targets: Targets = Targets(network, scene, config, block, known)

    @property
    def notes(self) -> list[Note]:
        """What a person should know: which masks are empty at which layers, and left out there."""
        return self.targets.notes

    def __call__(self, image: Tensor) -> Losses:
        """Measure `image` (1, 3, H, W) of the photo's size; outside the canvas the photo counts in its place.

        Gradients flow through them, for as much memory as the whole picture takes; `evaluate` goes block by block.
        """
        image = self._scene.compose(image)
        return self._losses(add_up(self._network, self._blocks(), image, self._terms), self._roughness(image))

    def evaluate(self, image: Tensor) -> tuple[Losses, Tensor]:
        """The losses of `image` (1, 3, H, W), detached, and the gradient of their total by it."""
        canvas = self._scene.canvas
        with torch.inference_mode(False), torch.no_grad():
            image = self._scene.compose(image.detach())
            roughness, gradient = self._roughness(image), self._slope(image).mul_(self._weights[-1])
            blockwise = BlockwiseSums(self._network, self._blocks(), image, self._terms)
            with torch.enable_grad():
                losses = self._losses([total.requires_grad_() for total in blockwise.sums], roughness)
            if blockwise.sums:
                blockwise.pull_back(torch.autograd.grad(losses.total, blockwise.sums), gradient)
            return losses.copied(), gradient if canvas is None else gradient.mul_(canvas)

    def _roughness(self, image: Tensor) -> Tensor:
        """Total variation, and that of the colours."""
        emphasis, circular, chroma = self._scene.emphasis, self._is_circular, self._chroma_weight
        total = ROUGHNESS[self._config.tv_norm](image, emphasis, circular=circular)
        return total + chroma * chroma_roughness(image, emphasis, circular=circular) if chroma else total

    def _slope(self, image: Tensor) -> Tensor:
        """The gradient of `_roughness` by the image."""
        emphasis, circular, chroma = self._scene.emphasis, self._is_circular, self._chroma_weight
        slope = SLOPE[self._config.tv_norm](image, emphasis, circular=circular)
        return (
            slope.add_(chroma_roughness_gradient(image, emphasis, circular=circular), alpha=chroma) if chroma else slope
        )

    @property
    def _chroma_weight(self) -> float:
        """By the square of the size: what are specks of a coarse picture are strokes of the finished one."""
        return self._config.tv_chroma * (max(self._scene.target.shape[-2:]) / self._config.size) ** 2

    @property
    def is_whole(self) -> bool:
        """Whether `evaluate` sees the picture in one go."""
        return len(self._blocks()) == 1

    @property
    def _weights(self) -> tuple[float, float, float]:
        """alpha, beta and gamma, beside what a strength map says of each pixel."""
        return self._config.loss_weights if self._scene.emphasis is None else self._config.halfway_weights

    @property
    def _is_circular(self) -> bool:
        return self._config.border is Border.CIRCULAR

    def _blocks(self) -> list[Block]:
        config, (height, width) = self._config, self._scene.target.shape[-2:]
        layers = (*config.content_layers, *config.style_layers)
        return cover(self._network, layers, config.border, (height, width), self.block)

    @property
    def _terms(self) -> list[ContentTerm | StyleTerm]:
        """The content's first."""
        return [*self.targets.contents, *self.targets.styles]

    def _losses(self, sums: Sequence[Tensor], roughness: Tensor) -> Losses:
        config, zero = self._config, torch.zeros_like(roughness)
        terms, split = self.targets, len(self.targets.contents)
        contents = {term.layer: term.error(total) for term, total in zip(terms.contents, sums[:split], strict=True)}
        styles = dict.fromkeys(config.style_layers, zero)
        for term, total in zip(terms.styles, sums[split:], strict=True):
            styles[term.layer] = styles[term.layer] + term.weight * term.error(total)
        content = self._content(contents, zero)
        style = sum((config.layer_weights[name] * loss for name, loss in styles.items()), zero)
        alpha, beta, gamma = self._weights
        return Losses(content, style, roughness, alpha * content + beta * style + gamma * roughness, contents, styles)

    def _content(self, layers: Mapping[str, Tensor], zero: Tensor) -> Tensor:
        """Sum of v_l times the errors of the content layers."""
        weights = self._config.content_layer_weights
        if not weights:  # a mean, which for three layers rounds otherwise than thirds that are added
            return sum(layers.values(), zero) / max(1, len(layers))
        return sum((weight * error for weight, error in zip(weights, layers.values(), strict=True)), zero)
