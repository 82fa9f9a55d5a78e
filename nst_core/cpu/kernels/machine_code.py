"""The loops as machine code: compiled by Numba at their first use, and kept from one run to the next."""

from __future__ import annotations

import ctypes
import functools
import hashlib
import importlib.metadata
import json
import os
import platform
import sys
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Any, get_type_hints

import numpy as np

from nst_core.cpu.kernels.helpers import begin, handed_over
from nst_core.cpu.kernels.processor import lanes
from nst_core.cpu.kernels.slots import KINDS, SHARES, Slots
from nst_core.device.cache import Circumstances, recall, remember

OWN = ("counter", "tickets", "items")  # addresses of the next item's number and the next thread's; the number of items

PACKAGE = "nst_core.cpu.kernels"


@dataclass(frozen=True)
class CompiledLoop:
    """Machine code that a loop's slots are given to."""

    address: int
    library: Any  # Numba's, or LLVM's engine: the code is there as long as it lives
    was_kept: bool = False  # by an earlier run


@functools.cache
def compiled(kind: type[Slots]) -> CompiledLoop:
    """The loop for slots of a kind, as it was kept or else compiled, in half a second.

    Numba's own cache isn't used: it takes whatever its files hold for machine code, or fails by them.
    """
    if (made := handed_over(kind.__name__)) and (loop := _loaded(made)):
        return loop
    if (kept := _recalled(kind)) and (loop := _loaded(kept)):
        return replace(loop, was_kept=True)
    code = _compile(kind)
    remember(_name(kind), _as_text(code), _circumstances())
    return CompiledLoop(code.address, code)


def are_there() -> bool:
    """Whether an earlier run or helpers have compiled all loops: they need no Numba, which takes half a second."""
    return all(handed_over(kind.__name__) or _recalled(kind) for kind in KINDS)


def compile_beside() -> None:
    """Begin to compile the loops that aren't kept, in other processes; whoever needs one waits for it.

    For programs, as soon as they know that they will compute on a processor: the first step needs nearly all of them.
    """
    if sys.platform != "linux" or not lanes():  # elsewhere torch has no OpenMP that they could run by
        return
    missing = {kind.__name__ for kind in KINDS if not _recalled(kind)}
    # Each process imports Numba, at two of the five seconds that all of it takes: with two cores, the program itself
    # has more of one that the helpers leave alone.
    shares = SHARES if len(os.sched_getaffinity(0)) > len(SHARES) else (KINDS,)
    begin([names for share in shares if (names := [kind.__name__ for kind in share if kind.__name__ in missing])])


def hand_over() -> None:
    """A helper's work: compile the loops that the arguments name, keep them, and write them to stdout as JSON."""
    made: dict[str, Any] = {}
    for kind in (kind for kind in KINDS if kind.__name__ in sys.argv[1:]):
        made[kind.__name__] = _as_text(_compile(kind))
        remember(_name(kind), made[kind.__name__], _circumstances())
    sys.stdout.write(json.dumps(made))


def _name(kind: type[Slots]) -> str:
    """What a loop is kept as."""
    return f"loop-{kind.__name__}"


def _recalled(kind: type[Slots]) -> Any | None:
    return recall(_name(kind), _circumstances())


def _compile(kind: type[Slots]) -> Any:
    """Numba's `CFunc`."""
    from numba import cfunc, from_dtype, types  # here: half a second to import, for those who paint

    from nst_core.cpu.kernels.loops import LOOPS

    slots = types.CPointer(from_dtype(layout(kind)))  # type: ignore[no-untyped-call]
    return cfunc(types.void(slots))(LOOPS[kind])


def _as_text(code: Any) -> dict[str, Any]:
    """What `_loaded` makes a loop of; by a function of Numba's own, the same since 0.25 but without a promise."""
    _, _, (machine_code, _) = code._library.serialize_using_object_code()  # noqa: SLF001 # no public way gives it
    return {
        "entry": code.native_name,
        "machine_code": b64encode(machine_code).decode(),
        "names": _foreign_names(code.inspect_llvm()),
    }


def _foreign_names(code: str) -> list[str]:
    """What LLVM's code refers to and doesn't hold: functions of Python's and of Numba's, for errors."""
    from llvmlite import binding

    module = binding.parse_assembly(code)
    named = [*module.functions, *module.global_variables]
    return [each.name for each in named if each.is_declaration and not each.name.startswith("llvm.")]


def _loaded(kept: Mapping[str, Any]) -> CompiledLoop | None:
    """The loop that `_as_text` was given; None where that isn't what was kept."""
    from llvmlite import binding

    try:
        code, names, entry = b64decode(kept["machine_code"]), list(kept["names"]), kept["entry"]
        engine = _engine()  # from then on, LLVM finds what is Python's
        for name in names:
            if binding.address_of_symbol(name) is None:
                # Numba's, for errors: no loop divides by what may be 0, nor takes memory. It sets them when it comes.
                binding.add_symbol(name, _address_of_abort())
        engine.add_object_file(binding.ObjectFileRef.from_data(code))
        engine.finalize_object()
        address = engine.get_function_address(entry)
    except Exception:  # whatever it is, it can be compiled again
        return None
    return CompiledLoop(address, engine) if address else None


def _engine() -> Any:
    """What machine code is loaded by; one a loop, as some names are in several of them."""
    from llvmlite import binding

    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    machine = binding.Target.from_default_triple().create_target_machine(jit=True, codemodel="jitdefault")
    return binding.create_mcjit_compiler(binding.parse_assembly(""), machine)


def _address_of_abort() -> int:
    return ctypes.cast(ctypes.CDLL(None).abort, ctypes.c_void_p).value or 0


def _circumstances() -> Circumstances:
    """What machine code depends on. What a loop calls lies in other files than its own: all of them count."""
    from llvmlite.binding import get_host_cpu_features, get_host_cpu_name

    return {
        "sources": _fingerprint(),
        "processor": os.environ.get("NUMBA_CPU_NAME") or get_host_cpu_name(),
        "features": os.environ.get("NUMBA_CPU_FEATURES") or get_host_cpu_features().flatten(),
        "lanes": lanes(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "numba": _version("numba"),
        "llvmlite": _version("llvmlite"),
    }


@functools.cache
def _version(package: str) -> str:
    """As it is installed: to ask the package itself, one would have to import it."""
    return importlib.metadata.version(package)


@functools.cache
def _fingerprint() -> str:
    """A hash of all source files in this folder."""
    sources = sorted((file.name, file.read_bytes()) for file in files(PACKAGE).iterdir() if file.name.endswith(".py"))
    return hashlib.sha256(repr(sources).encode()).hexdigest()


def layout(kind: type[Slots]) -> np.dtype[np.void]:
    """What a loop is given, in memory: `OWN`, then the slots."""
    return np.dtype([*((name, np.int64) for name in OWN), *_fields(kind)])


def _fields(kind: type[Slots]) -> list[tuple[str, Any]]:
    """Names and types of slots, as NumPy's structures have them; parts are structures in it."""
    return [(name, np.int64 if hint is int else _fields(hint)) for name, hint in get_type_hints(kind).items()]
