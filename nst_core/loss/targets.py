"""Measures once what images are compared by: the photo's features, and the statistics of the paintings."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor

from nst_core.config import Border, TransferConfig
from nst_core.loss.blocks import Block, add_up, cover
from nst_core.loss.statistics import Measurement, statistic_of
from nst_core.loss.terms import ContentTerm, LayerAverage, Positions, StyleTerm, content_term, style_term
from nst_core.network.vgg import VGG
from nst_core.notes import Note
from nst_core.scene.scene import Painting, Region, Scene, layer_map

EMPTY = 0.5  # positions: a mask that has less at a layer leaves nothing to take statistics of


class MeasuredPainting(NamedTuple):
    """A painting and what was measured of it."""

    painting: Painting
    values: dict[str, Tensor]  # of the statistic, by layer


class Targets:
    """The terms of a scene's loss, each with the target that it compares with.

    `block` is how many pixels along either side the network sees at once, 0 all of them. `earlier` are those of a
    config that differs by what can be steered, with the same network, photo and masks at the same size: what they know
    of pictures that are still the same isn't measured again. `notes` says which masks are empty at which layers.
    """

    def __init__(
        self, network: VGG, scene: Scene, config: TransferConfig, block: int, earlier: Targets | None = None
    ) -> None:
        self._network, self._scene, self._config, self._block = network, scene, config, block
        self.notes: list[Note] = []
        self._known: dict[int, MeasuredPainting] = {} if earlier is None else dict(earlier.known)
        self.contents: list[ContentTerm]
        self.styles: list[StyleTerm]
        with torch.inference_mode(False), torch.no_grad():
            found = None if earlier is None else earlier.contents_of(scene)
            self.contents = list(self._content_terms()) if found is None else found
            self.styles = [term for region in scene.regions for term in self._style_terms(region)]

    @property
    def known(self) -> Mapping[int, MeasuredPainting]:
        """What was measured of paintings, by their number among the run's."""
        return self._known

    def contents_of(self, scene: Scene) -> list[ContentTerm] | None:
        """What the photo is compared by, if it has the same pixels in `scene`, which count as much."""
        own = self._scene
        return self.contents if _equal(scene.target, own.target) and _equal(scene.emphasis, own.emphasis) else None

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
        blocks, values = self._cover(self._scene.target, layers, self._config.border), self._blend(region)
        positions = self._positions(region.mask, blocks, layers)
        empty = tuple(name for name in layers if name not in positions or name not in values)
        if empty:
            self.notes.append(Note("region", {"paintings": region.numbers, "layers": empty}))
        for name, counted in positions.items():
            if name not in empty:
                yield style_term(name, counted, region.weight, values[name], self._config)

    def _cover(self, image: Tensor, layers: Sequence[str], border: Border) -> list[Block]:
        height, width = image.shape[-2:]
        return cover(self._network, layers, border, (height, width), self._block)

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
        border = self._config.border
        border = Border.MIRROR if border is Border.CIRCULAR else border  # a painting is no tile
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
