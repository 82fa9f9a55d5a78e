"""How torch's threads share the items of a compiled loop."""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Callable, Iterator
from importlib import import_module

import numpy as np

from nst_core.cpu.kernels.machine_code import are_there, compiled
from nst_core.cpu.kernels.processor import lanes
from nst_core.cpu.kernels.slots import Slots

Team = Callable[[int, int, int, int], None]  # address of a loop, of its slots, number of threads, flags


def run(slots: Slots, items: int) -> None:
    """Let torch's threads share the items of the loop that `slots` are for, and return when all are done."""
    counters = np.zeros(2, np.int64)
    first, second = counters.ctypes.data, counters.ctypes.data + counters.itemsize
    block = np.array([first, second, items, *_numbers(slots)], np.int64)  # `OWN`, then the slots: `machine_code.layout`
    team = _team()
    if team is None:
        raise RuntimeError("no OpenMP that the compiled loops could share torch's threads by")
    from torch import get_num_threads  # here: who compiles beside a program needs no torch

    loop = compiled(type(slots))  # type: ignore[arg-type]  # mypy takes its records' hash for the class's own
    team(loop.address, block.ctypes.data, get_num_threads(), 0)


def available() -> bool:
    """Whether the compiled loops can run here; `ImportError` where they aren't there, and Numba can't compile them."""
    if lanes() == 0 or _team() is None:
        return False
    if not are_there():
        import_module("numba")
    return True


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


def _numbers(slots: Slots) -> Iterator[int]:
    """What slots hold, those of their parts in between, in the order of `machine_code.layout`."""
    for value in vars(slots).values():
        if isinstance(value, Slots):
            yield from _numbers(value)
        else:
            yield value
