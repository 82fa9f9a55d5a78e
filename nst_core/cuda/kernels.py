"""What follows a convolution on a graphics card, and its way back, each in one pass over memory; in Triton's language.

Importing needs Triton, which PyTorch's builds for CUDA bring along. Features are (1, C, H, W), dense, channels last;
numbers may be of any floating type, and are float32 in between. As with PyTorch's own operators, what isn't a number
stays so.

Positions are counted in 32 bits, as dividing by a width in 64 takes longer than memory does; numbers in 64. Sizes
aren't specialized: one compilation serves pictures of all sizes. Channels are, as it is known then whether they can be
loaded sixteen bytes at once.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import torch
import triton
import triton.language as tl
from torch import Tensor

POSITIONS, CHANNELS = 32, 64  # of a program's tile; VGG-19 has multiples of 64 channels
CLOSED = tl.constexpr(4)  # the place of a maximum that ReLU doesn't let through; others are 0 to 3, row by row


@triton.jit(do_not_specialize=["positions"])
def _rectify(features, bias, gate, positions, channels, gated: tl.constexpr, p: tl.constexpr, c: tl.constexpr):
    position = tl.program_id(0) * p + tl.arange(0, p)[:, None]
    channel = tl.program_id(1) * c + tl.arange(0, c)[None, :]
    there = (position < positions) & (channel < channels)
    place = position.to(tl.int64) * channels + channel
    shift = tl.load(bias + channel, channel < channels, 0).to(tl.float32)
    value = tl.load(features + place, there, 0).to(tl.float32) + shift
    tl.store(features + place, tl.where(value <= 0, 0.0, value), there)
    if gated:
        tl.store(gate + place, tl.where(value <= 0, 0, 1).to(tl.uint8), there)


@triton.jit(do_not_specialize=["positions", "columns", "width"])
def _pool(features, bias, pooled, places, positions, columns, width, channels, p: tl.constexpr, c: tl.constexpr):
    position = tl.program_id(0) * p + tl.arange(0, p)[:, None]
    channel = tl.program_id(1) * c + tl.arange(0, c)[None, :]
    there = (position < positions) & (channel < channels)
    corner = (position // columns * 2 * width + position % columns * 2).to(tl.int64) * channels + channel
    shift = tl.load(bias + channel, channel < channels, 0).to(tl.float32)
    largest = tl.full((p, c), float("-inf"), tl.float32)
    found = tl.full((p, c), 0, tl.int32)
    for index in tl.static_range(4):
        value = (
            tl.load(features + corner + (index // 2 * width + index % 2) * channels, there, 0).to(tl.float32) + shift
        )
        value = value.to(features.dtype.element_ty).to(tl.float32)  # where roundings are equal, the first one counts
        is_larger = (value > largest) | (value != value)
        largest = tl.where(is_larger, value, largest)
        found = tl.where(is_larger, index, found)
    place = position.to(tl.int64) * channels + channel
    tl.store(pooled + place, tl.where(largest <= 0, 0.0, largest), there)
    tl.store(places + place, tl.where(largest <= 0, CLOSED, found).to(tl.uint8), there)


@triton.jit(do_not_specialize=["positions", "across", "rows", "columns", "height", "width"])
def _unpool(
    gradient, places, result, positions, across, rows, columns, height, width, channels,
    p: tl.constexpr, c: tl.constexpr,
):  # fmt: skip
    position = tl.program_id(0) * p + tl.arange(0, p)[:, None]
    channel = tl.program_id(1) * c + tl.arange(0, c)[None, :]
    there = (position < positions) & (channel < channels)
    row, column = position // across, position % across
    is_pooled = there & (row < rows) & (column < columns)  # of an odd side, the last isn't
    place = (row * columns + column).to(tl.int64) * channels + channel
    value = tl.load(gradient + place, is_pooled, 0)
    found = tl.load(places + place, is_pooled, CLOSED)
    for index in tl.static_range(4):
        down, right = row * 2 + index // 2, column * 2 + index % 2
        target = result + (down * width + right).to(tl.int64) * channels + channel
        tl.store(target, tl.where(found == index, value, 0.0), there & (down < height) & (right < width))


@triton.jit(do_not_specialize=["positions", "width", "top", "left", "tap_height", "tap_width"])
def _join(
    gate, deeper, tap, result, positions, width, top, left, tap_height, tap_width, row_pitch, pixel_pitch, channels,
    has_deeper: tl.constexpr, has_tap: tl.constexpr, p: tl.constexpr, c: tl.constexpr,
):  # fmt: skip
    position = tl.program_id(0) * p + tl.arange(0, p)[:, None]
    channel = tl.program_id(1) * c + tl.arange(0, c)[None, :]
    there = (position < positions) & (channel < channels)
    place = position.to(tl.int64) * channels + channel
    total = tl.full((p, c), 0.0, tl.float32)
    if has_deeper:
        total += tl.load(deeper + place, there, 0).to(tl.float32)
    if has_tap:
        row, column = position // width - top, position % width - left
        is_inside = (row >= 0) & (row < tap_height) & (column >= 0) & (column < tap_width)
        own = tap + row.to(tl.int64) * row_pitch + column * pixel_pitch + channel
        total += tl.load(own, there & is_inside, 0).to(tl.float32)
    is_closed = tl.load(gate + place, there, 0).to(tl.float32) <= 0
    tl.store(result + place, tl.where(is_closed, 0.0, total), there)


def rectify_(features: Tensor, bias: Tensor, gated: bool) -> Tensor | None:
    """Add `bias` (C,) and let through what is above 0, in place; if `gated`, returns where that was, uint8: 1 or 0."""
    gate = torch.empty_like(features, dtype=torch.uint8) if gated else None
    positions, channels = _counted(features)
    with _on(features):
        _rectify[_grid(positions, channels)](
            features, bias, features if gate is None else gate, positions, channels, gated, POSITIONS, CHANNELS
        )
    return gate


def pool(features: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
    """The largest of each 2x2 with `bias` (C,), at least 0: (1, C, H // 2, W // 2), and its places, for `unpool`."""
    _, channels, height, width = features.shape
    rows, columns = height // 2, width // 2
    pooled = _empty(features, rows, columns)
    places = torch.empty_like(pooled, dtype=torch.uint8)
    with _on(features):
        _pool[_grid(rows * columns, channels)](
            features, bias, pooled, places, rows * columns, columns, width, channels, POSITIONS, CHANNELS
        )
    return pooled, places


def unpool(gradient: Tensor, places: Tensor, height: int, width: int) -> Tensor:
    """The gradient (1, C, height, width) of what `pool` was given, from that of what it made, with its places."""
    _, channels, rows, columns = places.shape
    result = _empty(gradient, height, width)
    across = triton.cdiv(width, 2)
    positions = triton.cdiv(height, 2) * across
    with _on(gradient):
        _unpool[_grid(positions, channels)](
            gradient, places, result, positions, across, rows, columns, height, width, channels, POSITIONS, CHANNELS
        )
    return result


def join(gate: Tensor, deeper: Tensor | None, tap: Tensor | None, corner: tuple[int, int] = (0, 0)) -> Tensor:
    """The gradient of what ReLU was given: of the next layer, plus that of the losses, where `gate` is above 0.

    `gate` and `deeper` are (1, C, H, W); `tap` is (1, C, h, w), of the part of these that begins at the row and column
    `corner`, and has its channels beside each other, but may itself be a part of something larger. The result takes the
    place of `deeper`, in its memory; without, it is of the type of `gate`.
    """
    _, channels, height, width = gate.shape
    result = torch.empty_like(gate) if deeper is None else deeper
    sizes = (0, 0, 0, 0) if tap is None else (*tap.shape[2:], tap.stride(2), tap.stride(3))
    with _on(gate):
        _join[_grid(height * width, channels)](
            gate, gate if deeper is None else deeper, gate if tap is None else tap, result,
            height * width, width, *corner, *sizes, channels,
            deeper is not None, tap is not None, POSITIONS, CHANNELS,
        )  # fmt: skip
    return result


def _counted(features: Tensor) -> tuple[int, int]:
    """Positions and channels."""
    _, channels, height, width = features.shape
    return height * width, channels


def _grid(positions: int, channels: int) -> tuple[int, int]:
    return triton.cdiv(positions, POSITIONS), triton.cdiv(channels, CHANNELS)


def _empty(like: Tensor, height: int, width: int) -> Tensor:
    """None of its numbers set."""
    return like.new_empty((1, height, width, like.shape[1])).permute(0, 3, 1, 2)


def _on(features: Tensor) -> AbstractContextManager[None]:
    """Triton starts kernels on the current device, which need not be theirs."""
    return torch.cuda.device(features.device) if features.is_cuda else nullcontext()
