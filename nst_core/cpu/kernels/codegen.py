"""Words for LLVM's vector instructions: what the compiled loops do with vectors is emitted in them.

An address is a 64-bit integer, of float32 where nothing else is said; distances are in bytes.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from nst_core.cpu.kernels.processor import lanes, panel
from nst_core.cpu.kernels.sizes import FLOAT_BYTES, FREQUENCIES

Code: TypeAlias = ir.IRBuilder
Values = list[ir.Value]

FLOAT, INT, BYTE, INDEX = ir.FloatType(), ir.IntType(64), ir.IntType(8), ir.IntType(32)
CONTRACT = ("contract",)  # a product and a sum may become one instruction, as compilers of C do by default


def vector(kind: ir.Type = FLOAT) -> ir.VectorType:
    """As many of a kind as this processor has lanes for floats."""
    return ir.VectorType(kind, lanes())


def integer(value: int) -> ir.Constant:
    """A constant, as a loop's own numbers are."""
    return ir.Constant(INT, value)


def splat(value: float) -> ir.Constant:
    """A constant vector of floats that are alike."""
    return ir.Constant(vector(), [float(value)] * lanes())


def splat_byte(value: int) -> ir.Constant:
    """A constant vector of bytes that are alike, one for each float of a vector."""
    return ir.Constant(vector(BYTE), [value] * lanes())


def load(code: Code, address: ir.Value, kind: ir.Type | None = None) -> ir.Value:
    """What is at `address`: a vector, or the `kind` that is asked for."""
    kind = kind or vector()
    return code.load(code.inttoptr(address, ir.PointerType(kind)), align=FLOAT_BYTES, typ=kind)


def store(code: Code, value: ir.Value, address: ir.Value) -> None:
    """Write a number or a vector to `address`."""
    code.store(value, code.inttoptr(address, ir.PointerType(value.type)), align=FLOAT_BYTES)


def at(code: Code, address: ir.Value, *steps: tuple[ir.Value, int]) -> ir.Value:
    """`address` plus each distance times its number."""
    for distance, times in steps:
        address = code.add(address, code.mul(distance, integer(times)))
    return address


def combine(code: Code, *terms: tuple[float, ir.Value]) -> ir.Value:
    """Factors times vectors; those with a factor of 1 come first, so that the others can be fused on."""
    (first, total), *rest = sorted(terms, key=lambda term: term[0] != 1)
    if first != 1:
        total = code.fmul(splat(first), total, flags=CONTRACT)
    for factor, value in rest:
        if factor == 1:
            total = code.fadd(total, value, flags=CONTRACT)
        elif factor == -1:
            total = code.fsub(total, value, flags=CONTRACT)
        else:
            total = code.fadd(total, code.fmul(splat(factor), value, flags=CONTRACT), flags=CONTRACT)
    return total


def broadcast(code: Code, number: ir.Value) -> ir.Value:
    """A vector of one number, known when it runs, in each lane."""
    nothing = ir.Constant(vector(number.type), ir.Undefined)
    single = code.insert_element(nothing, number, ir.Constant(INDEX, 0))
    return code.shuffle_vector(single, nothing, ir.Constant(vector(INDEX), [0] * lanes()))


def transposed(code: Code, square: Values) -> Values:
    """As many vectors as they have lanes, rows to columns: blocks of 1, 2, 4, ... lanes change places."""
    size = 1
    while size < lanes():
        first = [c if not c & size else lanes() + c - size for c in range(lanes())]
        second = [c + size if not c & size else lanes() + c for c in range(lanes())]
        turned = list(square)
        for r in (r for r in range(lanes()) if not r & size):
            for place, picked in ((r, first), (r + size, second)):
                mask = ir.Constant(vector(INDEX), picked)
                turned[place] = code.shuffle_vector(square[r], square[r + size], mask)
        square, size = turned, 2 * size
    return square


def repeat(code: Code, count: ir.Value, start: Values, body: Callable[[ir.Value, Values], Values]) -> Values:
    """Emit values = body(k, values) for k = 0 .. count - 1, which is at least one time."""
    before, loop, done = code.block, code.append_basic_block("loop"), code.append_basic_block("done")
    code.branch(loop)
    code.position_at_end(loop)
    k, values = code.phi(INT), [code.phi(value.type) for value in start]
    results = body(k, values)
    following = code.add(k, integer(1))
    for phi, first, next_one in zip([k, *values], [integer(0), *start], [following, *results], strict=True):
        phi.add_incoming(first, before)
        phi.add_incoming(next_one, loop)
    code.cbranch(code.icmp_signed("<", following, count), loop, done)
    code.position_at_end(done)
    return results


def emitted(write: Callable[..., ir.Value | None]) -> Any:
    """Make a function that writes instructions for 64-bit integers, (code, ...), one that loops can call with them.

    By position or by name; it has a value if `write` is annotated with one.
    """
    count = len(inspect.signature(write).parameters) - 1
    signature = (types.void if write.__annotations__["return"] == "None" else types.int64)(*[types.int64] * count)

    def generate(context: Any, code: Code, signature: Any, arguments: Sequence[ir.Value]) -> ir.Value:
        value = write(code, *arguments)
        return context.get_dummy_value() if value is None else value

    @functools.wraps(write)
    def typed(context: Any, *arguments: Any, **named: Any) -> Any:
        return signature, generate

    return intrinsic(typed)


@emitted
def take(code: Code, counter: ir.Value) -> ir.Value:
    """The number at `counter`, which one is added to: threads share the work by it."""
    return code.atomic_rmw("add", code.inttoptr(counter, ir.PointerType(INT)), integer(1), "monotonic")


@emitted
def two_patches(code: Code) -> ir.Value:
    """The address of memory of the function's own, for a vector of channels of a patch and of its gate."""
    with code.goto_entry_block():
        room = code.alloca(ir.ArrayType(vector(), 2 * FREQUENCIES))
    return code.ptrtoint(room, INT)


@emitted
def vector_bytes(code: Code) -> ir.Value:
    """Bytes of a vector: a constant of the compiled loop."""
    return integer(FLOAT_BYTES * lanes())


@emitted
def panel_bytes(code: Code) -> ir.Value:
    """Bytes of the channels that a product makes at once: a constant of the compiled loop."""
    return integer(FLOAT_BYTES * panel())


@emitted
def copy(code: Code, source: ir.Value, target: ir.Value) -> None:
    """A vector from one address to another."""
    store(code, load(code, source), target)


@emitted
def clear(code: Code, target: ir.Value) -> None:
    """Write a vector of zeros."""
    store(code, splat(0), target)
