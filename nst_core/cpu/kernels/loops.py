"""Loops compiled for this CPU: Winograd's convolution, products of feature maps, pooling.

They are Numba's, which compiles them at first use and keeps them on disk, and work on addresses of float32 tensors in
channels-last order: a position's channels are beside each other, and their number is a multiple of `panel()`. What they
do with vectors is emitted as LLVM's own vector instructions: left to find them by itself, LLVM gives up on 36 streams.
The threads are torch's.
"""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Callable, Sequence
from typing import Any

import llvmlite.binding
import numpy as np
import torch
from llvmlite import ir
from numba import carray, cfunc, njit, types
from numba.extending import intrinsic

Code = ir.IRBuilder
Values = list[ir.Value]

FLOAT, INT = ir.FloatType(), ir.IntType(64)
FLOAT_BYTES = 4
CONTRACT = ("contract",)  # a product and a sum may become one instruction, as compilers of C do by default

TILE, PATCH, TAPS = 4, 6, 3  # F(4x4, 3x3): 4x4 results from 6x6 inputs
FREQUENCIES = PATCH * PATCH
ROWS = 6  # of a product at once: with the panel's vectors they fill the registers
NOWHERE = 4  # beside the numbers of 2x2 positions
CHANNELS = 4  # rows of a product of channels: a divisor of every layer's number
STRETCH = 256  # positions that channels are correlated over before the next ones: they stay in the cache
BATCH = 48  # positions that a thread mixes the channels of at once
PARAMETERS = 29  # of a loop, at most
TICKETS = PARAMETERS - 1  # the one that says where threads draw their numbers

Loop = Callable[[Any], None]  # of the address of its parameters


@functools.cache
def lanes() -> int:
    """Floats in a vector register of this CPU; 0 where these loops wouldn't be worth it."""
    features = llvmlite.binding.get_host_cpu_features()
    if features.get("avx512f"):
        return 16
    if features.get("avx2") and features.get("fma"):
        return 8
    return 4 if features.get("neon") else 0


@functools.cache
def vectors() -> int:
    """Vectors in a panel: with 16 registers there is room for two beside six rows, with 32 for four."""
    return 2 if lanes() == 8 else 4


def panel() -> int:
    """Channels that a product makes at once."""
    return lanes() * vectors()


# What is emitted -----------------------------------------------------------------------------------------------------


def _vector() -> ir.VectorType:
    return ir.VectorType(FLOAT, lanes())


def _number(value: int) -> ir.Constant:
    return ir.Constant(INT, value)


def _splat(value: float) -> ir.Constant:
    return ir.Constant(_vector(), [float(value)] * lanes())


def _load(code: Code, address: ir.Value, kind: ir.Type | None = None) -> ir.Value:
    kind = kind or _vector()
    return code.load(code.inttoptr(address, ir.PointerType(kind)), align=FLOAT_BYTES, typ=kind)


def _store(code: Code, value: ir.Value, address: ir.Value) -> None:
    code.store(value, code.inttoptr(address, ir.PointerType(value.type)), align=FLOAT_BYTES)


def _at(code: Code, address: ir.Value, *steps: tuple[ir.Value, int]) -> ir.Value:
    """`address` plus each distance times its number."""
    for distance, times in steps:
        address = code.add(address, code.mul(distance, _number(times)))
    return address


def _sum(code: Code, *terms: tuple[float, ir.Value]) -> ir.Value:
    """Factors times vectors; those with a factor of 1 come first, so that the others can be fused on."""
    (first, total), *rest = sorted(terms, key=lambda term: term[0] != 1)
    if first != 1:
        total = code.fmul(_splat(first), total, flags=CONTRACT)
    for factor, value in rest:
        if factor == 1:
            total = code.fadd(total, value, flags=CONTRACT)
        elif factor == -1:
            total = code.fsub(total, value, flags=CONTRACT)
        else:
            total = code.fadd(total, code.fmul(_splat(factor), value, flags=CONTRACT), flags=CONTRACT)
    return total


def _positive(code: Code, gate: ir.Value, value: ir.Value) -> ir.Value:
    """`value` where `gate` is above 0: what ReLU lets through of a gradient."""
    return code.select(code.fcmp_ordered(">", gate, _splat(0)), value, _splat(0))


def _input_transform(code: Code, d: Values) -> Values:
    """B^T d of Lavin and Gray (2016), *Fast Algorithms for Convolutional Neural Networks*, for F(4, 3)."""
    even, odd = _sum(code, (1, d[4]), (-4, d[2])), _sum(code, (1, d[3]), (-4, d[1]))
    near, far = _sum(code, (1, d[4]), (-1, d[2])), _sum(code, (1, d[3]), (-1, d[1]))
    return [
        _sum(code, (1, d[4]), (-5, d[2]), (4, d[0])),
        _sum(code, (1, even), (1, odd)),
        _sum(code, (1, even), (-1, odd)),
        _sum(code, (1, near), (2, far)),
        _sum(code, (1, near), (-2, far)),
        _sum(code, (1, d[5]), (-5, d[3]), (4, d[1])),
    ]


def _output_transform(code: Code, m: Values) -> Values:
    """A^T m, which belongs to `_input_transform`."""
    inner, outer = _sum(code, (1, m[1]), (1, m[2])), _sum(code, (1, m[3]), (1, m[4]))
    slope, steep = _sum(code, (1, m[1]), (-1, m[2])), _sum(code, (1, m[3]), (-1, m[4]))
    return [
        _sum(code, (1, m[0]), (1, inner), (1, outer)),
        _sum(code, (1, slope), (2, steep)),
        _sum(code, (1, inner), (4, outer)),
        _sum(code, (1, m[5]), (1, slope), (8, steep)),
    ]


WEIGHT_TRANSFORM = (
    (1 / 4, 0, 0),
    (-1 / 6, -1 / 6, -1 / 6),
    (-1 / 6, 1 / 6, -1 / 6),
    (1 / 24, 1 / 12, 1 / 6),
    (1 / 24, -1 / 12, 1 / 6),
    (0, 0, 1),
)  # G, which belongs to them


def _weight_transform(code: Code, g: Values) -> Values:
    """G g."""
    return [
        _sum(code, *((factor, value) for factor, value in zip(row, g, strict=True) if factor))
        for row in WEIGHT_TRANSFORM
    ]


def _emitted(count: int) -> Callable[[Callable[..., ir.Value | None]], Any]:
    """A function (code, `count` numbers) that writes instructions, as one that loops can call with 64-bit integers."""

    def decorate(write: Callable[..., ir.Value | None]) -> Any:
        def generate(context: Any, code: Code, signature: Any, arguments: Sequence[ir.Value]) -> ir.Value:
            value = write(code, *arguments)
            return context.get_dummy_value() if value is None else value

        result = types.int64 if write.__annotations__["return"] == "ir.Value" else types.void

        @functools.wraps(write)
        def typed(context: Any, *arguments: Any) -> Any:
            return result(*[types.int64] * count), generate

        return intrinsic(typed)

    return decorate


@_emitted(1)
def _take(code: Code, counter: ir.Value) -> ir.Value:
    """The number at `counter`, which one is added to: threads share the work by it."""
    return code.atomic_rmw("add", code.inttoptr(counter, ir.PointerType(INT)), _number(1), "monotonic")


@_emitted(2)
def _copy(code: Code, source: ir.Value, target: ir.Value) -> None:
    _store(code, _load(code, source), target)


@_emitted(1)
def _clear(code: Code, target: ir.Value) -> None:
    _store(code, _splat(0), target)


def _scatter(
    code: Code,
    source: ir.Value,
    gate: ir.Value | None,
    down: ir.Value,
    right: ir.Value,
    target: ir.Value,
    step: ir.Value,
) -> None:
    columns = []
    for x in range(PATCH):
        places = [((down, y), (right, x)) for y in range(PATCH)]
        column = [_load(code, _at(code, source, *place)) for place in places]
        if gate is not None:
            gates = [_load(code, _at(code, gate, *place)) for place in places]
            column = [_positive(code, *pair) for pair in zip(gates, column, strict=True)]
        columns.append(_input_transform(code, column))
    for y in range(PATCH):
        for x, value in enumerate(_input_transform(code, [column[y] for column in columns])):
            _store(code, value, _at(code, target, (step, PATCH * y + x)))


@_emitted(5)
def _scatter_plain(
    code: Code, source: ir.Value, down: ir.Value, right: ir.Value, target: ir.Value, step: ir.Value
) -> None:
    """B^T d B of one vector of channels of a 6x6 patch, `down` and `right` being the distances of its neighbours."""
    _scatter(code, source, None, down, right, target, step)


@_emitted(6)
def _scatter_gated(
    code: Code, source: ir.Value, gate: ir.Value, down: ir.Value, right: ir.Value, target: ir.Value, step: ir.Value
) -> None:
    """The same of a gradient, of which a ReLU lets through what `gate` has above 0."""
    _scatter(code, source, gate, down, right, target, step)


@_emitted(7)
def _gather(
    code: Code,
    source: ir.Value,
    step: ir.Value,
    bias: ir.Value,
    floor: ir.Value,
    target: ir.Value,
    down: ir.Value,
    right: ir.Value,
) -> None:
    """A^T m A + bias of one vector of channels of a tile; `floor` is the address of what values are at least."""
    columns = []
    for x in range(PATCH):
        columns.append(
            _output_transform(code, [_load(code, _at(code, source, (step, PATCH * y + x))) for y in range(PATCH)])
        )
    offset, least = _load(code, bias), _load(code, floor)
    for y in range(TILE):
        for x, value in enumerate(_output_transform(code, [column[y] for column in columns])):
            value = code.fadd(value, offset)
            value = code.select(code.fcmp_ordered("<", value, least), least, value)  # NaN stays
            _store(code, value, _at(code, target, (down, y), (right, x)))


def _filters_row(code: Code, source: ir.Value, down: ir.Value, right: ir.Value, factors: ir.Value) -> Values:
    """A row of G g of a vector of filters, of which `factors` is the address of a row of G."""
    row = [_broadcast(code, _load(code, _at(code, factors, (_number(FLOAT_BYTES), y)), FLOAT)) for y in range(TAPS)]
    sums = []
    for x in range(TAPS):
        taps = [_load(code, _at(code, source, (down, y), (right, x))) for y in range(TAPS)]
        total = code.fmul(row[0], taps[0], flags=CONTRACT)
        for factor, tap in zip(row[1:], taps[1:], strict=True):
            total = code.fadd(total, code.fmul(factor, tap, flags=CONTRACT), flags=CONTRACT)
        sums.append(total)
    return sums


@_emitted(6)
def _transform_weights(
    code: Code, source: ir.Value, down: ir.Value, right: ir.Value, factors: ir.Value, target: ir.Value, step: ir.Value
) -> None:
    """A row of G g G^T of a vector of filters, where outputs are beside each other."""
    for b, value in enumerate(_weight_transform(code, _filters_row(code, source, down, right, factors))):
        _store(code, value, _at(code, target, (step, b)))


@_emitted(8)
def _transform_and_turn_weights(
    code: Code,
    source: ir.Value,
    output: ir.Value,
    down: ir.Value,
    right: ir.Value,
    factors: ir.Value,
    target: ir.Value,
    step: ir.Value,
    row: ir.Value,
) -> None:
    """The same of a square of filters, where inputs are beside each other, and outputs `output` from each other."""
    lines = [_filters_row(code, _at(code, source, (output, number)), down, right, factors) for number in range(lanes())]
    squares = [_transposed(code, list(square)) for square in zip(*lines, strict=True)]
    for k, sums in enumerate(zip(*squares, strict=True)):
        for b, value in enumerate(_weight_transform(code, list(sums))):
            _store(code, value, _at(code, target, (step, b), (row, k)))


def _transposed(code: Code, square: Values) -> Values:
    """As many vectors as they have lanes, rows to columns: blocks of 1, 2, 4, ... lanes change places."""
    size, index = 1, ir.IntType(32)
    while size < lanes():
        first = [c if not c & size else lanes() + c - size for c in range(lanes())]
        second = [c + size if not c & size else lanes() + c for c in range(lanes())]
        turned = list(square)
        for r in (r for r in range(lanes()) if not r & size):
            for place, picked in ((r, first), (r + size, second)):
                mask = ir.Constant(ir.VectorType(index, lanes()), picked)
                turned[place] = code.shuffle_vector(square[r], square[r + size], mask)
        square, size = turned, 2 * size
    return square


@_emitted(5)
def _pool(code: Code, source: ir.Value, down: ir.Value, right: ir.Value, target: ir.Value, places: ir.Value) -> None:
    """The largest of 2x2 values, and which of them it is; where it isn't above 0, none is."""
    best, place = _load(code, source), _bytes(0)
    for number in range(1, NOWHERE):
        value = _load(code, _at(code, source, (down, number // 2), (right, number % 2)))
        larger = code.or_(code.fcmp_ordered(">", value, best), code.fcmp_unordered("uno", value, value))  # NaN stays
        best, place = code.select(larger, value, best), code.select(larger, _bytes(number), place)
    _store(code, best, target)
    place = code.select(code.fcmp_ordered(">", best, _splat(0)), place, _bytes(NOWHERE))
    code.store(place, code.inttoptr(places, ir.PointerType(place.type)), align=1)


@_emitted(4)
def _unpool(code: Code, source: ir.Value, places: ir.Value, number: ir.Value, target: ir.Value) -> None:
    """The gradients of those values of which `_pool` took the `number`-th; the others' are 0."""
    kind = _bytes(0).type
    place = code.load(code.inttoptr(places, ir.PointerType(kind)), align=1, typ=kind)
    taken = code.icmp_signed("==", place, _broadcast(code, code.trunc(number, ir.IntType(8))))
    _store(code, code.select(taken, _load(code, source), _splat(0)), target)


def _bytes(value: int) -> ir.Constant:
    return ir.Constant(ir.VectorType(ir.IntType(8), lanes()), [value] * lanes())


def _repeat(code: Code, count: ir.Value, start: Values, body: Callable[[ir.Value, Values], Values]) -> Values:
    """Emit values = body(k, values) for k = 0 .. count - 1, which is at least one time."""
    before, loop, done = code.block, code.append_basic_block("loop"), code.append_basic_block("done")
    code.branch(loop)
    code.position_at_end(loop)
    k, values = code.phi(INT), [code.phi(value.type) for value in start]
    results = body(k, values)
    following = code.add(k, _number(1))
    for phi, first, next_one in zip([k, *values], [_number(0), *start], [following, *results], strict=True):
        phi.add_incoming(first, before)
        phi.add_incoming(next_one, loop)
    code.cbranch(code.icmp_signed("<", following, count), loop, done)
    code.position_at_end(done)
    return results


def _broadcast(code: Code, number: ir.Value) -> ir.Value:
    index, nothing = ir.IntType(32), ir.Constant(ir.VectorType(number.type, lanes()), ir.Undefined)
    single = code.insert_element(nothing, number, ir.Constant(index, 0))
    return code.shuffle_vector(single, nothing, ir.Constant(ir.VectorType(index, lanes()), [0] * lanes()))


def _product(
    rows: int,
    code: Code,
    a: tuple[ir.Value, ir.Value, ir.Value],
    b: tuple[ir.Value, ir.Value],
    depth: ir.Value,
    c: tuple[ir.Value, ir.Value],
    keep: ir.Value,
) -> None:
    """c[r, n] = sum over k of a[r, k] b[k, n], plus c[r, n] if `keep`, for `rows` of r and the n of a panel.

    The sums stay in registers. Each operand is an address and its neighbours' distances: a's along r and k, b's along
    k, c's along r; n is contiguous.
    """
    width, count = _number(lanes() * FLOAT_BYTES), vectors()
    places = [_at(code, c[0], (c[1], r), (width, v)) for r in range(rows) for v in range(count)]
    kept = code.icmp_signed("!=", keep, _number(0))

    def add(k: ir.Value, sums: Values) -> Values:
        at_a, at_b = code.add(a[0], code.mul(a[2], k)), code.add(b[0], code.mul(b[1], k))
        values = [_load(code, _at(code, at_b, (width, v))) for v in range(count)]
        totals = []
        for r in range(rows):
            factor = _broadcast(code, _load(code, _at(code, at_a, (a[1], r)), FLOAT))
            line = zip(values, sums[r * count : (r + 1) * count], strict=True)
            totals += [
                code.fadd(code.fmul(factor, each, flags=CONTRACT), total, flags=CONTRACT) for each, total in line
            ]
        return totals

    start = [code.select(kept, _load(code, place), _splat(0)) for place in places]
    for place, value in zip(places, _repeat(code, depth, start, add), strict=True):
        _store(code, value, place)


@_emitted(6)
def _multiply(
    code: Code, a: ir.Value, a_row: ir.Value, b: ir.Value, depth: ir.Value, c: ir.Value, c_row: ir.Value
) -> None:
    """Six rows of a (rows, depth) times a panel (depth, panel) whose rows lie one after the other."""
    b_row = _number(panel() * FLOAT_BYTES)
    _product(ROWS, code, (a, a_row, _number(FLOAT_BYTES)), (b, b_row), depth, (c, c_row), _number(0))


@_emitted(6)
def _correlate_channels(
    code: Code, a: ir.Value, b: ir.Value, row: ir.Value, depth: ir.Value, c: ir.Value, c_row: ir.Value
) -> None:
    """Four channels of `depth` positions with a panel of channels of the same positions, added to c."""
    _product(CHANNELS, code, (a, _number(FLOAT_BYTES), row), (b, row), depth, (c, c_row), _number(1))


# Loops ---------------------------------------------------------------------------------------------------------------
# Each gets the address of its parameters: [0] where the counter is, [1] how many items there are, and its own.


@njit
def _scatter_tile(
    tile: int,
    source: int,
    gate: int,
    height: int,
    width: int,
    pixel: int,
    across: int,
    pad: int,
    target: int,
    step: int,
    vector: int,
    patch: int,
) -> None:
    """The patch of a tile, B^T d B; what lies outside the feature map is zero."""
    top, left = tile // across * TILE - pad, tile % across * TILE - pad
    row, shift = width * pixel, (top * width + left) * pixel
    inside = top >= 0 and left >= 0 and top + PATCH <= height and left + PATCH <= width
    for c in range(0, pixel, vector):
        if inside and gate:
            _scatter_gated(source + shift + c, gate + shift + c, row, pixel, target + c, step)
        elif inside:
            _scatter_plain(source + shift + c, row, pixel, target + c, step)
        else:
            for y in range(PATCH):
                for x in range(PATCH):
                    _fetch(source + c, top + y, left + x, height, width, pixel, patch + (y * PATCH + x) * vector)
                    if gate:
                        there = patch + (FREQUENCIES + y * PATCH + x) * vector
                        _fetch(gate + c, top + y, left + x, height, width, pixel, there)
            if gate:
                edge = patch + FREQUENCIES * vector
                _scatter_gated(patch, edge, PATCH * vector, vector, target + c, step)
            else:
                _scatter_plain(patch, PATCH * vector, vector, target + c, step)


@njit
def _fetch(source: int, y: int, x: int, height: int, width: int, pixel: int, target: int) -> None:
    if 0 <= y < height and 0 <= x < width:
        _copy(source + (y * width + x) * pixel, target)
    else:
        _clear(target)


@njit
def _gather_tile(
    tile: int,
    source: int,
    step: int,
    bias: int,
    floor: int,
    target: int,
    height: int,
    width: int,
    pixel: int,
    across: int,
    vector: int,
    patch: int,
) -> None:
    """A^T m A of a tile, as much of it as lies in the feature map."""
    top, left = tile // across * TILE, tile % across * TILE
    corner, row = target + (top * width + left) * pixel, width * pixel
    if top + TILE <= height and left + TILE <= width:
        for c in range(0, pixel, vector):
            _gather(source + c, step, bias + c, floor, corner + c, row, pixel)
        return
    for c in range(0, pixel, vector):
        _gather(source + c, step, bias + c, floor, patch, TILE * vector, vector)
        for y in range(min(TILE, height - top)):
            for x in range(min(TILE, width - left)):
                _copy(patch + (y * TILE + x) * vector, corner + y * row + x * pixel + c)


@njit
def _multiply_panel(values: int, panel: int, products: int, tiles: int, depth: int, made: int) -> None:
    """One frequency's tiles times one panel of its weights."""
    for t in range(0, tiles, ROWS):
        _multiply(values + t * depth, depth, panel, depth // FLOAT_BYTES, products + t * made, made)


@njit
def _transform_panel(
    source: int,
    depth: int,
    layer: int,
    output: int,
    down: int,
    right: int,
    factors: int,
    target: int,
    step: int,
    chunk: int,
    vector: int,
) -> None:
    """A row of a panel's frequencies, `step` from each other.

    `layer` is from one input channel to the next, and `output` to the next output: one of them is beside the other.
    """
    count = depth // FLOAT_BYTES
    if output == FLOAT_BYTES:
        for k in range(count):
            for c in range(0, chunk, vector):
                _transform_weights(source + k * layer + c, down, right, factors, target + k * chunk + c, step)
        return
    square = vector // FLOAT_BYTES
    for c in range(0, chunk, vector):
        for k in range(0, count, square):
            here, there = source + c // FLOAT_BYTES * output + k * layer, target + k * chunk + c
            _transform_and_turn_weights(here, output, down, right, factors, there, step, chunk)


def convolve_groups(parameters: Any) -> None:
    """3x3 convolution of feature maps: each item is a group of tiles, which a thread takes through all stages alone."""
    p = carray(parameters, PARAMETERS)
    source, gate, height, width, depth, pad, weights, made = p[2], p[3], p[4], p[5], p[6], p[7], p[8], p[9]
    bias, floor, target, rows, columns, across, vector, chunk = p[10], p[11], p[12], p[13], p[14], p[15], p[16], p[17]
    capacity, tiles = p[19], p[21]
    values = p[18] + _take(p[TICKETS]) * FREQUENCIES * capacity * (depth + made)
    products, patch = values + FREQUENCIES * capacity * depth, np.empty(2 * FREQUENCIES * vector, np.uint8)
    item = _take(p[0])
    while item < p[1]:
        first = item * capacity
        count = min(capacity, tiles - first)
        for t in range(count):
            there = values + t * depth
            _scatter_tile(
                first + t,
                source,
                gate,
                height,
                width,
                depth,
                across,
                pad,
                there,
                capacity * depth,
                vector,
                patch.ctypes.data,
            )
        for frequency in range(FREQUENCIES):
            a, c = values + frequency * capacity * depth, products + frequency * capacity * made
            for j in range(0, made, chunk):
                b = weights + (frequency * made + j) * (depth // FLOAT_BYTES)
                _multiply_panel(a, b, c + j, count, depth, made)
        for t in range(count):
            there = products + t * made
            _gather_tile(
                first + t,
                there,
                capacity * made,
                bias,
                floor,
                target,
                rows,
                columns,
                made,
                across,
                vector,
                patch.ctypes.data,
            )
        item = _take(p[0])


def scatter_tiles(parameters: Any) -> None:
    """The first stage for the tiles from `first` on, which all threads share, as they do the next two."""
    p = carray(parameters, PARAMETERS)
    source, gate, height, width, depth, pad = p[2], p[3], p[4], p[5], p[6], p[7]
    across, vector, values, capacity, first = p[15], p[16], p[18], p[19], p[20]
    patch = np.empty(2 * FREQUENCIES * vector, np.uint8)
    item = _take(p[0])
    while item < p[1]:
        there = values + item * depth
        _scatter_tile(
            first + item,
            source,
            gate,
            height,
            width,
            depth,
            across,
            pad,
            there,
            capacity * depth,
            vector,
            patch.ctypes.data,
        )
        item = _take(p[0])


def multiply_frequencies(parameters: Any) -> None:
    """The second stage: each item is a row of frequencies of a panel, whose weights are transformed for it alone.

    Read from memory, where they would be four times as large, they would take longer.
    """
    p = carray(parameters, PARAMETERS)
    depth, weights, made, values, chunk, capacity, tiles = p[6], p[8], p[9], p[18], p[17], p[19], p[21]
    layer, output, down, right, factors, vector = p[22], p[23], p[24], p[25], p[26], p[16]
    products, size = values + FREQUENCIES * capacity * depth, depth // FLOAT_BYTES * chunk
    panels = p[27] + _take(p[TICKETS]) * PATCH * size
    item = _take(p[0])
    while item < p[1]:
        j, row = item // PATCH * chunk, item % PATCH
        line = factors + row * TAPS * FLOAT_BYTES
        here = weights + j // FLOAT_BYTES * output
        _transform_panel(here, depth, layer, output, down, right, line, panels, size, chunk, vector)
        for b in range(PATCH):
            first = (row * PATCH + b) * capacity
            _multiply_panel(values + first * depth, panels + b * size, products + first * made + j, tiles, depth, made)
        item = _take(p[0])


def transform_weights(parameters: Any) -> None:
    """Those of all frequencies and panels, to be kept: each item is a row of frequencies of a panel."""
    p = carray(parameters, PARAMETERS)
    weights, depth, made, chunk, vector, target = p[2], p[3], p[4], p[5], p[6], p[7]
    layer, output, down, right, factors = p[8], p[9], p[10], p[11], p[12]
    count = depth // FLOAT_BYTES
    item = _take(p[0])
    while item < p[1]:
        j, row = item // PATCH * chunk, item % PATCH
        line, there = factors + row * TAPS * FLOAT_BYTES, target + (row * PATCH * made + j) * count
        here = weights + j // FLOAT_BYTES * output
        _transform_panel(here, depth, layer, output, down, right, line, there, made * count, chunk, vector)
        item = _take(p[0])


def gather_tiles(parameters: Any) -> None:
    """The third stage."""
    p = carray(parameters, PARAMETERS)
    depth, made, bias, floor, target, rows, columns = p[6], p[9], p[10], p[11], p[12], p[13], p[14]
    across, vector, capacity, first = p[15], p[16], p[19], p[20]
    products, patch = p[18] + FREQUENCIES * capacity * depth, np.empty(2 * FREQUENCIES * vector, np.uint8)
    item = _take(p[0])
    while item < p[1]:
        there = products + item * made
        _gather_tile(
            first + item,
            there,
            capacity * made,
            bias,
            floor,
            target,
            rows,
            columns,
            made,
            across,
            vector,
            patch.ctypes.data,
        )
        item = _take(p[0])


def correlate(parameters: Any) -> None:
    """Sums over positions of the products of channels, as far as the panels of the upper triangle reach.

    Each item is a run of rows with a sum of its own: however many threads there are, the order of adding is one.
    """
    p = carray(parameters, PARAMETERS)
    source, pixel, row, height, width, share, sums, chunk = p[2], p[3], p[4], p[5], p[6], p[7], p[8], p[9]
    item = _take(p[0])
    while item < p[1]:
        total = sums + item * pixel * (pixel // FLOAT_BYTES)
        for y in range(item * share, min(height, (item + 1) * share)):
            for x in range(0, width, STRETCH):
                here, count = source + y * row + x * pixel, min(STRETCH, width - x)
                for b in range(0, pixel, chunk):
                    for a in range(0, b + chunk, CHANNELS * FLOAT_BYTES):
                        corner = total + a // FLOAT_BYTES * pixel + b
                        _correlate_channels(here + a, here + b, pixel, count, corner, pixel)
        item = _take(p[0])


def mix(parameters: Any) -> None:
    """Each position's channels times a matrix (channels, channels) in panels; an item is a row, of at least `ROWS`."""
    p = carray(parameters, PARAMETERS)
    source, pixel, row, width, matrix, target, chunk = p[2], p[3], p[4], p[5], p[6], p[7], p[8]
    item = _take(p[0])
    while item < p[1]:
        here, there = source + item * row, target + item * width * pixel
        for first in range(0, width, BATCH):
            for b in range(0, pixel, chunk):
                values = matrix + b * (pixel // FLOAT_BYTES)
                for x in range(first, min(width, first + BATCH), ROWS):
                    shift = min(x, width - ROWS) * pixel  # the last ones are done twice, alike
                    _multiply(here + shift, pixel, values, pixel // FLOAT_BYTES, there + shift + b, pixel)
        item = _take(p[0])


def pool(parameters: Any) -> None:
    """The largest of each 2x2 positions, and which that was; an item is a row of the result."""
    p = carray(parameters, PARAMETERS)
    source, row, pixel, columns, target, places, vector = p[2], p[3], p[4], p[5], p[6], p[7], p[8]
    item = _take(p[0])
    while item < p[1]:
        for x in range(columns):
            here, there = source + 2 * item * row + 2 * x * pixel, (item * columns + x) * pixel
            for c in range(0, pixel, vector):
                _pool(here + c, row, pixel, target + there + c, places + (there + c) // FLOAT_BYTES)
        item = _take(p[0])


def unpool(parameters: Any) -> None:
    """The gradient of what was pooled, from that of the result; an item is a row."""
    p = carray(parameters, PARAMETERS)
    source, places, rows, columns, pixel, target, width, vector = p[2], p[3], p[4], p[5], p[6], p[7], p[8], p[9]
    item = _take(p[0])
    while item < p[1]:
        for x in range(width):
            there = target + (item * width + x) * pixel
            inside, here = item // 2 < rows and x // 2 < columns, (item // 2 * columns + x // 2) * pixel
            for c in range(0, pixel, vector):
                if inside:
                    number = item % 2 * 2 + x % 2
                    _unpool(source + here + c, places + (here + c) // FLOAT_BYTES, number, there + c)
                else:
                    _clear(there + c)
        item = _take(p[0])


@functools.cache
def _compiled(loop: Loop) -> Any:
    signature = types.void(types.CPointer(types.int64))
    try:
        return cfunc(signature, cache=True)(loop)
    except RuntimeError:  # no folder to keep it in can be written to
        return cfunc(signature)(loop)


@functools.cache
def _threads() -> Any:
    """The OpenMP that torch has loaded: threads of another one would wait for the same cores, spinning."""
    from threadpoolctl import threadpool_info  # here: importing it changes the environment

    for library in threadpool_info():
        if library["user_api"] == "openmp":
            team = getattr(ctypes.CDLL(library["filepath"]), "GOMP_parallel", None)
            if team is not None:
                team.argtypes, team.restype = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint, ctypes.c_uint], None
                return team
    return None


def available() -> bool:
    """Whether these loops can run here."""
    return lanes() > 0 and _threads() is not None


def run(loop: Loop, items: int, *parameters: int) -> None:
    """Let torch's threads share the items of a loop."""
    counter = np.zeros(2, np.int64)
    block = np.zeros(PARAMETERS, np.int64)
    block[:2] = counter.ctypes.data, items
    block[2 : 2 + len(parameters)] = parameters
    block[TICKETS] = counter.ctypes.data + counter.itemsize
    _threads()(_compiled(loop).address, block.ctypes.data, torch.get_num_threads(), 0)
