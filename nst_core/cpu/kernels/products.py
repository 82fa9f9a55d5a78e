"""What products do with vectors: six rows or four channels at once with a panel of channels."""

from __future__ import annotations

from llvmlite import ir

from nst_core.cpu.kernels.codegen import (
    CONTRACT,
    FLOAT,
    Code,
    Values,
    at,
    broadcast,
    emitted,
    integer,
    load,
    repeat,
    splat,
    store,
)
from nst_core.cpu.kernels.processor import lanes, panel, vectors
from nst_core.cpu.kernels.sizes import CHANNELS, FLOAT_BYTES, ROWS


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
    width, count = integer(lanes() * FLOAT_BYTES), vectors()
    places = [at(code, c[0], (c[1], r), (width, v)) for r in range(rows) for v in range(count)]
    kept = code.icmp_signed("!=", keep, integer(0))

    def add(k: ir.Value, sums: Values) -> Values:
        at_a, at_b = code.add(a[0], code.mul(a[2], k)), code.add(b[0], code.mul(b[1], k))
        values = [load(code, at(code, at_b, (width, v))) for v in range(count)]
        totals = []
        for r in range(rows):
            factor = broadcast(code, load(code, at(code, at_a, (a[1], r)), FLOAT))
            line = zip(values, sums[r * count : (r + 1) * count], strict=True)
            totals += [
                code.fadd(code.fmul(factor, each, flags=CONTRACT), total, flags=CONTRACT) for each, total in line
            ]
        return totals

    start = [code.select(kept, load(code, place), splat(0)) for place in places]
    for place, value in zip(places, repeat(code, depth, start, add), strict=True):
        store(code, value, place)


@emitted
def multiply(
    code: Code, a: ir.Value, a_row: ir.Value, b: ir.Value, depth: ir.Value, c: ir.Value, c_row: ir.Value
) -> None:
    """Six rows of a (rows, depth) times a panel (depth, panel) whose rows lie one after the other."""
    b_row = integer(panel() * FLOAT_BYTES)
    _product(ROWS, code, (a, a_row, integer(FLOAT_BYTES)), (b, b_row), depth, (c, c_row), integer(0))


@emitted
def correlate_channels(
    code: Code, a: ir.Value, b: ir.Value, row: ir.Value, depth: ir.Value, c: ir.Value, c_row: ir.Value
) -> None:
    """Four channels of `depth` positions with a panel of channels of the same positions, added to c."""
    _product(CHANNELS, code, (a, integer(FLOAT_BYTES), row), (b, row), depth, (c, c_row), integer(1))
