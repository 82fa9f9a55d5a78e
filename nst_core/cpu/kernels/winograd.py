"""What Winograd's convolution does with vectors: F(4x4, 3x3) of Lavin and Gray (2016), transforms of three kinds.

Each works on a vector of channels; frequencies are `step` bytes from each other.
"""

from __future__ import annotations

from llvmlite import ir

from nst_core.cpu.kernels.codegen import (
    CONTRACT,
    FLOAT,
    Code,
    Values,
    at,
    broadcast,
    combine,
    emitted,
    integer,
    load,
    splat,
    store,
    transposed,
)
from nst_core.cpu.kernels.processor import lanes
from nst_core.cpu.kernels.sizes import FLOAT_BYTES, PATCH, TAPS, TILE, WEIGHT_TRANSFORM


def _input_transform(code: Code, d: Values) -> Values:
    """B^T d of Lavin and Gray (2016), *Fast Algorithms for Convolutional Neural Networks*, for F(4, 3)."""
    even, odd = combine(code, (1, d[4]), (-4, d[2])), combine(code, (1, d[3]), (-4, d[1]))
    near, far = combine(code, (1, d[4]), (-1, d[2])), combine(code, (1, d[3]), (-1, d[1]))
    return [
        combine(code, (1, d[4]), (-5, d[2]), (4, d[0])),
        combine(code, (1, even), (1, odd)),
        combine(code, (1, even), (-1, odd)),
        combine(code, (1, near), (2, far)),
        combine(code, (1, near), (-2, far)),
        combine(code, (1, d[5]), (-5, d[3]), (4, d[1])),
    ]


def _output_transform(code: Code, m: Values) -> Values:
    """A^T m of F(4, 3): what a tile is made of from what was multiplied in `_input_transform`'s terms."""
    inner, outer = combine(code, (1, m[1]), (1, m[2])), combine(code, (1, m[3]), (1, m[4]))
    slope, steep = combine(code, (1, m[1]), (-1, m[2])), combine(code, (1, m[3]), (-1, m[4]))
    return [
        combine(code, (1, m[0]), (1, inner), (1, outer)),
        combine(code, (1, slope), (2, steep)),
        combine(code, (1, inner), (4, outer)),
        combine(code, (1, m[5]), (1, slope), (8, steep)),
    ]


def _weight_transform(code: Code, g: Values) -> Values:
    """G g of F(4, 3): three taps in the terms of `_input_transform`."""
    return [
        combine(code, *((factor, value) for factor, value in zip(row, g, strict=True) if factor))
        for row in WEIGHT_TRANSFORM
    ]


def _let_through(code: Code, gate: ir.Value, value: ir.Value) -> ir.Value:
    """`value` where `gate` is above 0: what ReLU lets through of a gradient."""
    return code.select(code.fcmp_ordered(">", gate, splat(0)), value, splat(0))


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
        column = [load(code, at(code, source, *place)) for place in places]
        if gate is not None:
            gates = [load(code, at(code, gate, *place)) for place in places]
            column = [_let_through(code, *pair) for pair in zip(gates, column, strict=True)]
        columns.append(_input_transform(code, column))
    for y in range(PATCH):
        for x, value in enumerate(_input_transform(code, [column[y] for column in columns])):
            store(code, value, at(code, target, (step, PATCH * y + x)))


@emitted
def scatter(code: Code, source: ir.Value, down: ir.Value, right: ir.Value, target: ir.Value, step: ir.Value) -> None:
    """B^T d B of one vector of channels of a 6x6 patch, `down` and `right` being the distances of its neighbours."""
    _scatter(code, source, None, down, right, target, step)


@emitted
def scatter_gated(
    code: Code, source: ir.Value, gate: ir.Value, down: ir.Value, right: ir.Value, target: ir.Value, step: ir.Value
) -> None:
    """B^T d B of one vector of channels of a 6x6 patch of a gradient, which a ReLU lets through where `gate` > 0."""
    _scatter(code, source, gate, down, right, target, step)


@emitted
def gather(
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
            _output_transform(code, [load(code, at(code, source, (step, PATCH * y + x))) for y in range(PATCH)])
        )
    offset, least = load(code, bias), load(code, floor)
    for y in range(TILE):
        for x, value in enumerate(_output_transform(code, [column[y] for column in columns])):
            value = code.fadd(value, offset)
            value = code.select(code.fcmp_ordered("<", value, least), least, value)  # NaN stays
            store(code, value, at(code, target, (down, y), (right, x)))


def _filters_row(code: Code, source: ir.Value, down: ir.Value, right: ir.Value, factors: ir.Value) -> Values:
    """A row of G g of a vector of filters, of which `factors` is the address of a row of G."""
    row = [broadcast(code, load(code, at(code, factors, (integer(FLOAT_BYTES), y)), FLOAT)) for y in range(TAPS)]
    sums = []
    for x in range(TAPS):
        taps = [load(code, at(code, source, (down, y), (right, x))) for y in range(TAPS)]
        total = code.fmul(row[0], taps[0], flags=CONTRACT)
        for factor, tap in zip(row[1:], taps[1:], strict=True):
            total = code.fadd(total, code.fmul(factor, tap, flags=CONTRACT), flags=CONTRACT)
        sums.append(total)
    return sums


@emitted
def transform_filters(
    code: Code, source: ir.Value, down: ir.Value, right: ir.Value, factors: ir.Value, target: ir.Value, step: ir.Value
) -> None:
    """A row of G g G^T of a vector of filters, where outputs are beside each other; `factors` is a row of G."""
    for b, value in enumerate(_weight_transform(code, _filters_row(code, source, down, right, factors))):
        store(code, value, at(code, target, (step, b)))


@emitted
def transform_and_turn_filters(
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
    """A row of G g G^T of a square of filters, where inputs are beside each other; `factors` is a row of G.

    Outputs are `output` bytes from each other where they are read, and inputs `row` bytes where they are written.
    """
    lines = [_filters_row(code, at(code, source, (output, r)), down, right, factors) for r in range(lanes())]
    squares = [transposed(code, list(square)) for square in zip(*lines, strict=True)]
    for k, sums in enumerate(zip(*squares, strict=True)):
        for b, value in enumerate(_weight_transform(code, list(sums))):
            store(code, value, at(code, target, (step, b), (row, k)))
