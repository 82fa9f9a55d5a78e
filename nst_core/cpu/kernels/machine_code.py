"""The loops as machine code: compiled by Numba at their first use, and kept from one run to the next."""

from __future__ import annotations

import functools
import hashlib
import platform
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, get_type_hints

import numpy as np

from nst_core.cpu.kernels.processor import lanes
from nst_core.cpu.kernels.slots import Slots
from nst_core.device.cache import Circumstances, recall, remember

OWN = ("counter", "tickets", "items")  # addresses of the next item's number and the next thread's; the number of items

PACKAGE = "nst_core.cpu.kernels"


@dataclass(frozen=True)
class CompiledLoop:
    """Machine code that a loop's slots are given to."""

    address: int
    library: Any  # Numba's: the code is there as long as it lives
    was_kept: bool  # by an earlier run


@functools.cache
def compiled(kind: type[Slots]) -> CompiledLoop:
    """The loop for slots of a kind, as it was kept or else compiled, in half a second.

    Numba's own cache isn't used: it takes whatever its files hold for machine code, or fails by them.
    """
    name, circumstances = f"loop-{kind.__name__}", _circumstances()
    kept = recall(name, circumstances)
    if kept is not None and (loop := _loaded(kept)):
        return loop
    code = _compile(kind)
    remember(name, _as_text(code), circumstances)
    return CompiledLoop(code.address, code, was_kept=False)


def _compile(kind: type[Slots]) -> Any:
    """Numba's `CFunc`."""
    from numba import cfunc, from_dtype, types  # here: half a second to import, for those who paint

    from nst_core.cpu.kernels.loops import LOOPS

    slots = types.CPointer(from_dtype(layout(kind)))  # type: ignore[no-untyped-call]
    return cfunc(types.void(slots))(LOOPS[kind])


def _as_text(code: Any) -> dict[str, str]:
    """What `_loaded` makes a loop of; by Numba's own functions, the same since 0.25 but without a promise."""
    library, _, parts = code._library.serialize_using_object_code()  # noqa: SLF001 # no public way gives machine code
    machine_code, bitcode = (b64encode(part).decode() for part in parts)
    return {"entry": code.native_name, "library": library, "machine_code": machine_code, "bitcode": bitcode}


def _loaded(kept: Mapping[str, str]) -> CompiledLoop | None:
    """The loop that `_as_text` was given; None where that isn't what was kept."""
    from numba.core.registry import cpu_target

    context = cpu_target.target_context
    try:
        parts = tuple(b64decode(kept[name]) for name in ("machine_code", "bitcode"))
        context.refresh()  # what machine code calls of Numba's is there then
        library = context.codegen().unserialize_library((kept["library"], "object", parts))
        return CompiledLoop(library.get_pointer_to_function(kept["entry"]), library, was_kept=True)
    except Exception:  # whatever it is, it can be compiled again
        return None


def _circumstances() -> Circumstances:
    """What machine code depends on. What a loop calls lies in other files than its own: all of them count."""
    import llvmlite
    import numba
    from llvmlite.binding import get_host_cpu_features, get_host_cpu_name

    config: Any = numba.config  # its names are made when it is imported
    return {
        "sources": _fingerprint(),
        "processor": config.CPU_NAME or get_host_cpu_name(),
        "features": config.CPU_FEATURES or get_host_cpu_features().flatten(),
        "lanes": lanes(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "numba": numba.__version__,
        "llvmlite": llvmlite.__version__,
    }


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
