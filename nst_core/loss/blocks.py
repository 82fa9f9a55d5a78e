"""The exact gradient of an image larger than memory, block by block (Galerne et al., 2024, *Scaling Painting Style
Transfer*).

What the losses know of an image are sums over positions: squares of differences, products of features. They add up over
blocks, of which one at a time is seen with as much around it as its positions depend on. The gradient of the loss by
the image is then that by the sums, which is small, pulled back through each block once more.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise, product
from typing import Any, NamedTuple, Protocol, TypeVar

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from nst_core.config import Border
from nst_core.network.layers import Window
from nst_core.network.vgg import MARGIN, VGG

T = TypeVar("T")


@dataclass(frozen=True)
class Span:
    """A block along one side of a picture, in pixels from where its mirrored margin begins, if it has one."""

    start: int  # what is the block's own
    stop: int
    first: int  # what the network sees; where opposite edges meet it goes beyond the side
    last: int
    length: int  # of the picture's side
    margin: int

    def positions(self, stride: int) -> tuple[int, int]:
        """The first and one past the last of a layer's positions, along the whole side, that are the block's own."""
        margin = self.margin // stride
        inside = margin, self.grid(stride) + margin
        start, stop = (min(max(pixel // stride, inside[0]), inside[1]) for pixel in (self.start, self.stop))
        return start - margin, stop - margin

    def grid(self, stride: int) -> int:
        """How many positions a layer has along the whole side, without the margin's."""
        return (self.length + 2 * self.margin) // stride - 2 * (self.margin // stride)

    def offset(self, stride: int) -> int:
        """Where the whole side's first position would be in what the network sees."""
        return self.margin // stride - self.first // stride

    def pieces(self, border: Border) -> Iterator[tuple[slice, bool]]:
        """What the network sees, as slices of the picture's own pixels; True: turned round, as in a mirror."""
        first, last, end = self.first - self.margin, self.last - self.margin, self.length - 1
        if border is Border.CIRCULAR:
            while first < last:
                start = first % self.length
                stop = min(self.length, start + last - first)
                yield slice(start, stop), False
                first += stop - start
            return
        if first < 0:
            yield slice(1 - min(last, 0), 1 - first), True
        yield slice(min(max(first, 0), self.length), min(last, self.length)), False
        if last > self.length:
            yield slice(2 * end + 1 - last, 2 * end + 1 - max(first, self.length)), True


@dataclass(frozen=True)
class Block:
    """A part of a picture, and of each layer's positions. Every position belongs to one block."""

    rows: Span
    columns: Span
    border: Border  # the picture's
    whole: bool  # the only one: the network then minds the border itself

    def cut(self, image: Tensor) -> Tensor:
        """What the network sees of an image (1, C, H, W), as a part of it or a copy."""
        if self.whole:
            return image
        rows = [_turned(image[..., piece, :], -2, turned) for piece, turned in self.rows.pieces(self.border)]
        band = torch.cat(rows, -2) if len(rows) > 1 else rows[0]
        columns = [_turned(band[..., piece], -1, turned) for piece, turned in self.columns.pieces(self.border)]
        return torch.cat(columns, -1) if len(columns) > 1 else columns[0]

    def add(self, part: Tensor, image: Tensor) -> None:
        """The reverse: add what belongs to the pixels that the network sees to those of an image (1, C, H, W)."""
        if self.whole:
            image += part
            return
        for rows, columns in product(_placed(self.rows.pieces(self.border)), _placed(self.columns.pieces(self.border))):
            tile = part[..., rows.seen, columns.seen]
            image[..., rows.own, columns.own] += _turned(_turned(tile, -2, rows.turned), -1, columns.turned)

    def look(
        self, network: VGG, pixels: Tensor, layers: Collection[str], keep: Callable[[str, Tensor], T]
    ) -> dict[str, T]:
        """What `keep` makes of the features of `layers` at the block's own positions, from what `cut` returned."""
        # A call back from amidst the network: of features that it returned, or yielded to a loop, one layer's would
        # still be held while the next are made.
        if self.whole:
            found: dict[str, T] = network(pixels, layers, self.border, keep)
        else:
            found = network(pixels, layers, Border.ZERO, keep, partial(self._own, network))
        return found

    def _own(self, network: VGG, layer: str) -> Window:
        """Which of the positions that the network sees of a layer are the block's own."""
        stride = network.stride(layer)
        rows, columns = (
            slice(*(position + span.offset(stride) for position in span.positions(stride)))
            for span in (self.rows, self.columns)
        )
        return rows, columns

    def share(self, layer: Tensor, stride: int) -> Tensor:
        """The block's own positions of something (1, C, h, w) that has all positions of a layer: a part of it."""
        return layer[..., slice(*self.rows.positions(stride)), slice(*self.columns.positions(stride))]

    def grid(self, stride: int) -> tuple[int, int]:
        """The positions (h, w) that a layer of the whole picture has."""
        return self.rows.grid(stride), self.columns.grid(stride)


class Summand(Protocol):
    """Something of one layer that is a sum over positions."""

    @property
    def layer(self) -> str: ...

    def part(self, block: Block, features: Tensor) -> Tensor:
        """What `features` (1, C, h, w) of the block's own positions add to the sum, connected to them by a graph."""


def cover(network: VGG, layers: Collection[str], border: Border, size: tuple[int, int], block: int) -> list[Block]:
    """Cut a picture of `size` (height, width) into blocks of at most `block` pixels a side; 0 = the whole at once.

    Their own parts begin at multiples of the deepest stride among `layers`, so that every layer's share is whole; so is
    the margin that they see around it. Where opposite edges meet and the sides aren't multiples of that stride, the
    edges meet between other pixels in each layer, which no margin shows: such a picture stays whole.
    """
    stride = max((network.stride(name) for name in layers), default=1)
    untiled = border is Border.CIRCULAR and any(side % stride for side in size)
    largest = max(size) if untiled or not block else block
    around = stride * math.ceil(network.reach(layers) / stride)
    spans = [_spans(side, stride, around, border, largest) for side in size]
    whole = all(len(parts) == 1 for parts in spans)
    return [Block(rows, columns, border, whole) for rows, columns in product(*spans)]


def measure(network: VGG, block: Block, pixels: Tensor, summands: Sequence[Summand]) -> list[Tensor]:
    """What a block adds to each sum, from what the network sees of it."""

    def reduce(layer: str, features: Tensor) -> dict[int, Tensor]:
        return {n: each.part(block, features) for n, each in enumerate(summands) if each.layer == layer}

    layers = block.look(network, pixels, {each.layer for each in summands}, reduce).values()
    parts = {n: part for layer in layers for n, part in layer.items()}
    return [parts[n] for n in range(len(summands))]


def add_up(network: VGG, blocks: Sequence[Block], image: Tensor, summands: Sequence[Summand]) -> list[Tensor]:
    """The sums over all blocks of an image (1, 3, H, W)."""
    first, *rest = blocks
    sums = measure(network, first, first.cut(image), summands)
    for block in rest:
        parts = measure(network, block, block.cut(image), summands)
        sums = [total + part for total, part in zip(sums, parts, strict=True)]
    return sums


class BlockwiseSums:
    """`sums` over the blocks of an image (1, 3, H, W), without a graph, and the way back to the image's gradient."""

    def __init__(self, network: VGG, blocks: Sequence[Block], image: Tensor, summands: Sequence[Summand]) -> None:
        self._network, self._blocks, self._image, self._summands = network, blocks, image, summands
        self._traced = self._trace(blocks[0]) if len(blocks) == 1 else None  # a single block isn't seen twice
        if self._traced:
            self.sums = [part.detach() for part in self._traced[1]]
        else:
            with torch.no_grad():
                self.sums = add_up(network, blocks, image, summands)

    def pull_back(self, slopes: Sequence[Tensor], gradient: Tensor) -> None:
        """Add to `gradient` (1, 3, H, W) that of whatever has these `slopes` by the sums; can be done once."""
        for block in self._blocks:
            pixels, parts = self._traced or self._trace(block)
            with torch.enable_grad():
                total = _Slopes.apply(len(parts), *parts, *slopes)
            (part,) = torch.autograd.grad(total, pixels)
            block.add(part, gradient)
        self._traced = None

    def _trace(self, block: Block) -> tuple[Tensor, list[Tensor]]:
        """What the network sees, and what the block adds to the sums, with a graph between them."""
        with torch.enable_grad():
            pixels = block.cut(self._image.detach()).requires_grad_()
            return pixels, measure(self._network, block, pixels, self._summands)


class _Slopes(torch.autograd.Function):
    """A number whose gradients by the first `count` tensors are the others.

    Given to `torch.autograd.grad` as such, they would have it import sympy, at half a second, to compare shapes.
    """

    @staticmethod
    def forward(context: Any, count: int, *tensors: Tensor) -> Tensor:
        context.slopes = tensors[count:]
        return tensors[0].new_zeros(())

    @staticmethod
    @once_differentiable
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        return (None, *context.slopes, *[None] * len(context.slopes))


def _spans(side: int, stride: int, around: int, border: Border, block: int) -> list[Span]:
    """A side cut into parts about equally long, of at most `block` pixels or, if that is more, `stride`.

    What is left over of the side, less than `stride`, has no position in the deepest layer and goes to the last part.
    """
    margin = MARGIN if border is Border.MIRROR else 0
    units = side // stride
    count = max(1, math.ceil(units / max(1, block // stride)))
    origin = stride * math.ceil(margin / stride)
    edges = [0, *(origin + stride * (n * units // count) for n in range(1, count)), side + 2 * margin]
    spans = []
    for start, stop in pairwise(edges):
        first, last = start - around, stop + around
        if border is not Border.CIRCULAR:
            first, last = max(first, 0), min(last, edges[-1])
        spans.append(Span(start, stop, first, last, side, margin))
    return spans


class _Placed(NamedTuple):
    """A piece of a side that the network sees."""

    own: slice  # of the picture
    seen: slice  # of what the network sees
    turned: bool


def _placed(pieces: Iterable[tuple[slice, bool]]) -> Iterator[_Placed]:
    position = 0
    for piece, turned in pieces:
        length = piece.stop - piece.start
        yield _Placed(piece, slice(position, position + length), turned)
        position += length


def _turned(image: Tensor, side: int, turned: bool) -> Tensor:
    return image.flip(side) if turned else image
