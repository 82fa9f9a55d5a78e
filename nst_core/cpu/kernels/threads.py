"""How torch's threads share the items of a compiled loop, and what is kept of a loop on disk."""

from __future__ import annotations

import ctypes
import functools
import hashlib
from collections.abc import Callable, Iterator
from importlib.resources import files
from typing import Any, get_type_hints

import numpy as np
import torch

from nst_core.cpu.kernels.processor import lanes
from nst_core.cpu.kernels.slots import Slots

OWN = ("counter", "tickets", "items")  # addresses of the next item's number and the next thread's; the number of items

PACKAGE = "nst_core.cpu.kernels"

Team = Callable[[int, int, int, int], None]  # address of a loop, of its slots, number of threads, flags


def run(slots: Slots, items: int) -> None:
    """Let torch's threads share the items of the loop that `slots` are for, and return when all are done."""
    counters = np.zeros(2, np.int64)
    first, second = counters.ctypes.data, counters.ctypes.data + counters.itemsize
    block = np.array([first, second, items, *_numbers(slots), 0], np.int64)
    team = _team()
    if team is None:
        raise RuntimeError("no OpenMP that the compiled loops could share torch's threads by")
    loop = _compiled(type(slots))  # type: ignore[arg-type]  # mypy takes its records' hash for the class's own
    team(loop.address, block.ctypes.data, torch.get_num_threads(), 0)


def available() -> bool:
    """Whether the compiled loops can run here."""
    return lanes() > 0 and _team() is not None


@functools.cache
def _team() -> Team | None:
    """How the OpenMP that torch has loaded starts threads; those of another would wait for the same cores, spinning."""
    from threadpoolctl import threadpool_info  # here: importing it changes the environment

    for library in threadpool_info():
        if library["user_api"] == "openmp":
            team = getattr(ctypes.CDLL(library["filepath"]), "GOMP_parallel", None)
            if team is not None:
                team.argtypes, team.restype = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint, ctypes.c_uint], None
                return team  # type: ignore[no-any-return]
    return None


@functools.cache
def _compiled(kind: type[Slots]) -> Any:
    """The loop for slots of a kind, as machine code: Numba's `CFunc`, which has an `address` as long as it lives."""
    from numba import cfunc, from_dtype, types  # here: half a second to import, for those who paint

    from nst_core.cpu.kernels.loops import LOOPS

    slots = types.CPointer(from_dtype(_layout(kind)))  # type: ignore[no-untyped-call]
    signature = types.void(slots)
    try:
        return cfunc(signature, cache=True)(LOOPS[kind])
    except RuntimeError:  # no folder to keep it in can be written to
        return cfunc(signature)(LOOPS[kind])


def _layout(kind: type[Slots]) -> np.dtype[np.void]:
    """What a loop is given, in memory: `OWN`, then the slots, then a number without a meaning but in its name.

    Numba keeps a compiled loop by the loop's own file and its signature. What a loop calls lies in other files: a name
    in the signature that changes with any of them keeps machine code of yesterday from being taken for today's.
    """
    own, mark = [(name, np.int64) for name in OWN], (f"sources_{_fingerprint()}", np.int64)
    return np.dtype([*own, *_fields(kind), mark])


def _fields(kind: type[Slots]) -> list[tuple[str, Any]]:
    """Names and types of slots, as NumPy's structures have them; parts are structures in it."""
    return [(name, np.int64 if hint is int else _fields(hint)) for name, hint in get_type_hints(kind).items()]


def _numbers(slots: Slots) -> Iterator[int]:
    """What slots hold, those of their parts in between, in the order of `_fields`."""
    for value in vars(slots).values():
        if isinstance(value, Slots):
            yield from _numbers(value)
        else:
            yield value


@functools.cache
def _fingerprint() -> str:
    """A short hash of all source files in this folder."""
    sources = sorted((file.name, file.read_bytes()) for file in files(PACKAGE).iterdir() if file.name.endswith(".py"))
    return hashlib.sha256(repr(sources).encode()).hexdigest()[:16]
