"""Fixes targets and weights once and then measures images: image -> losses."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, TypeVar

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
from nst_core.loss.statistics import Measurement, statistic_of
from nst_core.loss.terms import ContentTerm, LayerAverage, Positions, StyleTerm, content_term, style_term
from nst_core.network.vgg import VGG
from nst_core.notes import Note
from nst_core.scene.scene import Painting, Region, Scene, layer_map

T = TypeVar("T")

ROUGHNESS = {TotalVariation.L2: total_variation, TotalVariation.L1: total_variation_l1}
SLOPE = {TotalVariation.L2: total_variation_gradient, TotalVariation.L1: total_variation_l1_gradient}

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
    `notes` says what a person should know: which masks are empty at which layers, and left out there.

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
        self._layers = (*config.content_layers, *config.style_layers)
        self.notes: list[Note] = []
        self._known: dict[int, MeasuredPainting] = dict(earlier.known) if earlier is not None else {}
        self._contents: list[ContentTerm]
        self._styles: list[StyleTerm]
        with torch.inference_mode(False), torch.no_grad():
            found = None if earlier is None else earlier.contents_of(scene)
            self._contents = list(self._content_terms()) if found is None else found
            self._styles = [term for region in scene.regions for term in self._style_terms(region)]

    @property
    def known(self) -> Mapping[int, MeasuredPainting]:
        """What was measured of paintings, by their number among the run's."""
        return self._known

    def contents_of(self, scene: Scene) -> list[ContentTerm] | None:
        """What the photo is compared by, if it has the same pixels in `scene`, which count as much."""
        own = self._scene
        return self._contents if _equal(scene.target, own.target) and _equal(scene.emphasis, own.emphasis) else None

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
        return self._cover(self._scene.target, self._layers, self._config.border)

    def _cover(self, image: Tensor, layers: Sequence[str], border: Border) -> list[Block]:
        height, width = image.shape[-2:]
        return cover(self._network, layers, border, (height, width), self.block)

    @property
    def _terms(self) -> list[ContentTerm | StyleTerm]:
        """The content's first."""
        return [*self._contents, *self._styles]

    def _losses(self, sums: Sequence[Tensor], roughness: Tensor) -> Losses:
        config, split, zero = self._config, len(self._contents), torch.zeros_like(roughness)
        contents = {term.layer: term.error(total) for term, total in zip(self._contents, sums[:split], strict=True)}
        styles = dict.fromkeys(config.style_layers, zero)
        for term, total in zip(self._styles, sums[split:], strict=True):
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

    def _content_terms(self) -> Iterator[ContentTerm]:
        """The photo's features are kept: 2.7 images' worth for relu4_2; making them anew costs half an evaluation."""
        photo, layers, targets = self._scene.target, self._config.content_layers, dict[str, Tensor]()

        def keep(block: Block, name: str, features: Tensor) -> None:
            if name not in targets:
                targets[name] = _buffer(features, block.grid(self._network.stride(name)))
            block.share(targets[name], self._network.stride(name)).copy_(features)

        for block in self._cover(photo, layers, self._config.border):
            block.look(self._network, block.cut(photo), layers, partial(keep, block))
        for name in layers:
            stride = self._network.stride(name)
            opacity, emphasis = (layer_map(each, stride) for each in (self._scene.opacity, self._scene.emphasis))
            yield content_term(name, stride, opacity, emphasis, targets[name], self._config)

    def _style_terms(self, region: Region) -> Iterator[StyleTerm]:
        """What a region is compared by; layers where its mask or its paintings have no position are left out."""
        layers = self._config.style_layers
        positions, values = self._positions(region.mask, self._blocks(), layers), self._blend(region)
        empty = tuple(name for name in self._config.style_layers if name not in positions or name not in values)
        if empty:
            self.notes.append(Note("region", {"paintings": region.numbers, "layers": empty}))
        for name, counted in positions.items():
            if name not in empty:
                yield style_term(name, counted, region.weight, values[name], self._config)

    def _positions(self, mask: Tensor | None, blocks: Sequence[Block], layers: Iterable[str]) -> dict[str, Positions]:
        """What counts of the `layers`, without those where a mask of what `blocks` cover has no position."""
        found: dict[str, Positions] = {}
        for name in layers:
            stride = self._network.stride(name)
            weights = layer_map(mask, stride)
            count = self._scene.target.new_tensor(math.prod(blocks[0].grid(stride)))
            total = count if weights is None else weights.sum()
            if weights is None or float(total) >= EMPTY:
                found[name] = Positions(stride, weights, total)
        return found

    def _blend(self, region: Region) -> dict[str, Tensor]:
        """The statistic's value of each style layer, averaged over the region's paintings."""
        parts: dict[str, list[tuple[float, Tensor]]] = {}
        for painting in region.paintings:
            for name, part in self._values(painting).items():
                parts.setdefault(name, []).append((painting.share, part))
        return {
            name: torch.stack([share * part for share, part in blend]).sum(0) / sum(share for share, _ in blend)
            for name, blend in parts.items()
        }

    def _values(self, painting: Painting) -> dict[str, Tensor]:
        """The statistic's of a painting, of the style layers where it is not all transparent."""
        known = self._known.get(painting.number)
        if known is None or not _looks_alike(painting, known.painting):
            known = self._known[painting.number] = MeasuredPainting(painting, self._measured(painting))
        return known.values

    def _measured(self, painting: Painting) -> dict[str, Tensor]:
        """Layers whose positions are closer than enlarging it has put its pixels see blur there, so see these alone."""
        layers, own = self._config.style_layers, painting.own
        sharp = [name for name in layers if self._network.stride(name) < painting.enlarged]
        values = self._measured_at(painting, [name for name in layers if name not in sharp])
        return values if own is None else values | self._measured_at(own, sharp)

    def _measured_at(self, painting: Painting, layers: Sequence[str]) -> dict[str, Tensor]:
        if not layers:
            return {}
        border = Border.MIRROR if self._is_circular else self._config.border  # it is no tile
        blocks = self._cover(painting.image, layers, border)
        positions, statistic = self._positions(painting.opacity, blocks, layers), statistic_of(self._config.style_loss)

        def measured(ways: Mapping[str, Measurement]) -> dict[str, Tensor]:
            averages = [
                LayerAverage(layer=name, positions=positions[name], averaging=way.average) for name, way in ways.items()
            ]
            sums = add_up(self._network, blocks, painting.image, averages)
            return {name: way.value(total) for (name, way), total in zip(ways.items(), sums, strict=True)}

        values = measured(dict.fromkeys(positions, statistic.measurement))
        if statistic.near is None:
            return values
        return measured({name: statistic.near(value) for name, value in values.items()})


class MeasuredPainting(NamedTuple):
    """A painting and what was measured of it."""

    painting: Painting
    values: dict[str, Tensor]  # of the statistic, by layer


def _looks_alike(painting: Painting, other: Painting) -> bool:
    """Whether both have the same pixels, equally opaque."""
    return _equal(painting.opacity, other.opacity) and _equal(painting.image, other.image)


def _equal(one: Tensor | None, other: Tensor | None) -> bool:
    """Whether both are the same to the bit, or neither is there."""
    return one is other if one is None or other is None else torch.equal(one, other)


def _buffer(features: Tensor, grid: tuple[int, int]) -> Tensor:
    """Memory for all positions (h, w) of a layer of which `features` (1, C, h', w') are a part, in the same order."""
    order = torch.channels_last if features.stride(1) == 1 else torch.contiguous_format
    return torch.empty((*features.shape[:2], *grid), dtype=features.dtype, device=features.device, memory_format=order)
