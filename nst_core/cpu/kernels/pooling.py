"""What pooling does with vectors."""

from __future__ import annotations

from llvmlite import ir

from nst_core.cpu.kernels.codegen import BYTE, Code, at, broadcast, emitted, load, splat, splat_byte, store, vector
from nst_core.cpu.kernels.sizes import NOWHERE


@emitted
def pool_vector(
    code: Code, source: ir.Value, down: ir.Value, right: ir.Value, target: ir.Value, places: ir.Value
) -> None:
    """The largest of 2x2 values, and which of them it is; where it isn't above 0, none is."""
    best, place = load(code, source), splat_byte(0)
    for number in range(1, NOWHERE):
        value = load(code, at(code, source, (down, number // 2), (right, number % 2)))
        larger = code.or_(code.fcmp_ordered(">", value, best), code.fcmp_unordered("uno", value, value))  # NaN stays
        best, place = code.select(larger, value, best), code.select(larger, splat_byte(number), place)
    store(code, best, target)
    place = code.select(code.fcmp_ordered(">", best, splat(0)), place, splat_byte(NOWHERE))
    code.store(place, code.inttoptr(places, ir.PointerType(place.type)), align=1)


@emitted
def unpool_vector(code: Code, source: ir.Value, places: ir.Value, number: ir.Value, target: ir.Value) -> None:
    """The gradients of those values of which `_pool` took the `number`-th; the others' are 0."""
    place = code.load(code.inttoptr(places, ir.PointerType(vector(BYTE))), align=1, typ=vector(BYTE))
    taken = code.icmp_signed("==", place, broadcast(code, code.trunc(number, BYTE)))
    store(code, code.select(taken, load(code, source), splat(0)), target)
