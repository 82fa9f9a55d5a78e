"""The loops that threads share, compiled by Numba: each gets the address of its slots, and takes items to the last one.

Slots that are needed where something is written to memory are read beforehand: LLVM can't know that they lie elsewhere,
and would read them again each time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from numba import carray, njit

from nst_core.cpu.kernels import slots
from nst_core.cpu.kernels.codegen import clear, copy, panel_bytes, take, two_patches, vector_bytes
from nst_core.cpu.kernels.pooling import pool_vector, unpool_vector
from nst_core.cpu.kernels.products import correlate_channels, multiply
from nst_core.cpu.kernels.sizes import BATCH, CHANNELS, FLOAT_BYTES, FREQUENCIES, PATCH, ROWS, STRETCH, TAPS, TILE
from nst_core.cpu.kernels.winograd import (
    gather,
    scatter,
    scatter_gated,
    transform_and_turn_filters,
    transform_filters,
)

Address = Any  # of a loop's slots, which Numba knows the names of


@njit
def _shared(counter: int, items: int) -> Iterator[int]:
    """Numbers below `items`, those that no other thread has taken from the address of a counter."""
    item = take(counter)
    while item < items:
        yield item
        item = take(counter)


# Winograd's convolution


@njit
def _corner(tile: int, columns: int) -> tuple[int, int]:
    """The row and the column of a tile's first result; tiles are counted along rows of `columns` results."""
    across = (columns + TILE - 1) // TILE
    return tile // across * TILE, tile % across * TILE


@njit
def _fetch_patch(source: int, top: int, left: int, height: int, width: int, pixel: int, target: int) -> None:
    """A vector of channels of each position of a patch, 0 outside the feature map (height, width)."""
    for y in range(top, top + PATCH):
        for x in range(left, left + PATCH):
            if 0 <= y < height and 0 <= x < width:
                copy(source + (y * width + x) * pixel, target)
            else:
                clear(target)
            target += vector_bytes()


@njit
def _scatter_tile(patches: Any, group: Any, tile: int, values: int, room: int) -> None:
    """The patch of a tile, B^T d B, to the address of its values; what lies outside the feature map is zero."""
    source, gate, height, width, pad = patches.source, patches.gate, patches.height, patches.width, patches.pad
    pixel, step, vector = group.depth, group.capacity * group.depth, vector_bytes()
    top, left = _corner(tile, width + 2 * pad - TAPS + 1)
    top, left = top - pad, left - pad
    row, shift = width * pixel, (top * width + left) * pixel
    inside = top >= 0 and left >= 0 and top + PATCH <= height and left + PATCH <= width
    edge = room + FREQUENCIES * vector
    for c in range(0, pixel, vector):
        if inside and gate:
            scatter_gated(source + shift + c, gate + shift + c, row, pixel, values + c, step)
        elif inside:
            scatter(source + shift + c, row, pixel, values + c, step)
        else:
            _fetch_patch(source + c, top, left, height, width, pixel, room)
            if gate:
                _fetch_patch(gate + c, top, left, height, width, pixel, edge)
                scatter_gated(room, edge, PATCH * vector, vector, values + c, step)
            else:
                scatter(room, PATCH * vector, vector, values + c, step)


@njit
def _gather_tile(results: Any, group: Any, tile: int, products: int, room: int) -> None:
    """A^T m A of a tile's products, as much of it as lies in the feature map."""
    rows, columns, bias, floor = results.rows, results.columns, results.bias, results.floor
    pixel, step, vector = group.made, group.capacity * group.made, vector_bytes()
    top, left = _corner(tile, columns)
    corner, row = results.target + (top * columns + left) * pixel, columns * pixel
    if top + TILE <= rows and left + TILE <= columns:
        for c in range(0, pixel, vector):
            gather(products + c, step, bias + c, floor, corner + c, row, pixel)
        return
    for c in range(0, pixel, vector):
        gather(products + c, step, bias + c, floor, room, TILE * vector, vector)
        for y in range(min(TILE, rows - top)):
            for x in range(min(TILE, columns - left)):
                copy(room + (y * TILE + x) * vector, corner + y * row + x * pixel + c)


@njit
def _multiply_panel(group: Any, tiles: int, values: int, panel: int, products: int) -> None:
    """One frequency's tiles times one panel of its weights."""
    depth, made = group.depth, group.made
    for t in range(0, tiles, ROWS):
        multiply(values + t * depth, depth, panel, depth // FLOAT_BYTES, products + t * made, made)


@njit
def _transform_panel(filters: Any, item: int, target: int, step: int) -> None:
    """A row of a panel's frequencies, `step` bytes from each other; items are the rows of one panel after another's."""
    layer, output, down, right = filters.layer, filters.output, filters.down, filters.right
    inputs, chunk, vector = filters.inputs, panel_bytes(), vector_bytes()
    source = filters.taps + item // PATCH * chunk // FLOAT_BYTES * output
    factors = filters.factors + item % PATCH * TAPS * FLOAT_BYTES
    if output == FLOAT_BYTES:
        for k in range(inputs):
            for c in range(0, chunk, vector):
                transform_filters(source + k * layer + c, down, right, factors, target + k * chunk + c, step)
        return
    square = vector // FLOAT_BYTES
    for c in range(0, chunk, vector):
        for k in range(0, inputs, square):
            here, there = source + c // FLOAT_BYTES * output + k * layer, target + k * chunk + c
            transform_and_turn_filters(here, output, down, right, factors, there, step, chunk)


def _convolve_groups(address: Address) -> None:
    p = carray(address, 1)[0]
    capacity, depth, made, chunk = p.group.capacity, p.group.depth, p.group.made, panel_bytes()
    values = p.work + take(p.tickets) * FREQUENCIES * capacity * (depth + made)
    products, room = values + FREQUENCIES * capacity * depth, two_patches()
    for item in _shared(p.counter, p.items):
        first = item * capacity
        tiles = min(capacity, p.tiles - first)
        for t in range(tiles):
            _scatter_tile(p.patches, p.group, first + t, values + t * depth, room)
        for frequency in range(FREQUENCIES):
            a, c = values + frequency * capacity * depth, products + frequency * capacity * made
            for j in range(0, made, chunk):
                b = p.weights + (frequency * made + j) * (depth // FLOAT_BYTES)
                _multiply_panel(p.group, tiles, a, b, c + j)
        for t in range(tiles):
            _gather_tile(p.results, p.group, first + t, products + t * made, room)


def _scatter_tiles(address: Address) -> None:
    p = carray(address, 1)[0]
    room = two_patches()
    for item in _shared(p.counter, p.items):
        _scatter_tile(p.patches, p.group, p.first + item, p.values + item * p.group.depth, room)


def _multiply_frequencies(address: Address) -> None:
    p = carray(address, 1)[0]
    capacity, depth, made, chunk = p.group.capacity, p.group.depth, p.group.made, panel_bytes()
    size = p.filters.inputs * chunk
    panels = p.panels + take(p.tickets) * PATCH * size
    for item in _shared(p.counter, p.items):
        _transform_panel(p.filters, item, panels, size)
        for b in range(PATCH):
            first = (item % PATCH * PATCH + b) * capacity
            there = p.products + first * made + item // PATCH * chunk
            _multiply_panel(p.group, p.tiles, p.values + first * depth, panels + b * size, there)


def _gather_tiles(address: Address) -> None:
    p = carray(address, 1)[0]
    room = two_patches()
    for item in _shared(p.counter, p.items):
        _gather_tile(p.results, p.group, p.first + item, p.products + item * p.group.made, room)


def _transform_weights(address: Address) -> None:
    p = carray(address, 1)[0]
    for item in _shared(p.counter, p.items):
        panel, row = item // PATCH * panel_bytes(), item % PATCH * PATCH
        _transform_panel(
            p.filters, item, p.target + (row * p.made + panel) * p.filters.inputs, p.made * p.filters.inputs
        )


# Products of channels


def _correlate(address: Address) -> None:
    """However many threads there are, the order of adding is one: each run of rows has a sum of its own."""
    p = carray(address, 1)[0]
    pixel, row, width, share, chunk = p.pixel, p.row, p.width, p.share, panel_bytes()
    for item in _shared(p.counter, p.items):
        total = p.sums + item * pixel * (pixel // FLOAT_BYTES)
        for y in range(item * share, min(p.height, (item + 1) * share)):
            for x in range(0, width, STRETCH):
                here, count = p.source + y * row + x * pixel, min(STRETCH, width - x)
                for b in range(0, pixel, chunk):
                    for a in range(0, b + chunk, CHANNELS * FLOAT_BYTES):
                        corner = total + a // FLOAT_BYTES * pixel + b
                        correlate_channels(here + a, here + b, pixel, count, corner, pixel)


def _mix(address: Address) -> None:
    p = carray(address, 1)[0]
    pixel, width, matrix = p.pixel, p.width, p.matrix
    for item in _shared(p.counter, p.items):
        here, there = p.source + item * p.row, p.target + item * width * pixel
        for first in range(0, width, BATCH):
            for b in range(0, pixel, panel_bytes()):
                values = matrix + b * (pixel // FLOAT_BYTES)
                for x in range(first, min(width, first + BATCH), ROWS):
                    shift = min(x, width - ROWS) * pixel  # the last ones are done twice, alike
                    multiply(here + shift, pixel, values, pixel // FLOAT_BYTES, there + shift + b, pixel)


# Pooling


def _pool(address: Address) -> None:
    p = carray(address, 1)[0]
    row, pixel, columns, target, places = p.row, p.pixel, p.columns, p.target, p.places
    for item in _shared(p.counter, p.items):
        for x in range(columns):
            here, there = p.source + 2 * item * row + 2 * x * pixel, (item * columns + x) * pixel
            for c in range(0, pixel, vector_bytes()):
                pool_vector(here + c, row, pixel, target + there + c, places + (there + c) // FLOAT_BYTES)


def _unpool(address: Address) -> None:
    p = carray(address, 1)[0]
    source, places, rows, columns, pixel, width = p.source, p.places, p.rows, p.columns, p.pixel, p.width
    for item in _shared(p.counter, p.items):
        for x in range(width):
            there = p.target + (item * width + x) * pixel
            inside, here = item // 2 < rows and x // 2 < columns, (item // 2 * columns + x // 2) * pixel
            for c in range(0, pixel, vector_bytes()):
                if inside:
                    number = item % 2 * 2 + x % 2
                    unpool_vector(source + here + c, places + (here + c) // FLOAT_BYTES, number, there + c)
                else:
                    clear(there + c)


LOOPS: dict[type[slots.Slots], Callable[[Address], None]] = {
    slots.ConvolveGroups: _convolve_groups,
    slots.ScatterTiles: _scatter_tiles,
    slots.MultiplyFrequencies: _multiply_frequencies,
    slots.GatherTiles: _gather_tiles,
    slots.TransformWeights: _transform_weights,
    slots.Correlate: _correlate,
    slots.Mix: _mix,
    slots.Pool: _pool,
    slots.Unpool: _unpool,
}
