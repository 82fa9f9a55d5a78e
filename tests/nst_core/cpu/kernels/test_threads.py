"""Items shared by threads, and slots in memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch
from numba import carray  # type: ignore[attr-defined]

from nst_core.cpu import kernels
from nst_core.cpu.kernels import loops, machine_code, threads
from nst_core.cpu.kernels.codegen import take
from nst_core.cpu.kernels.loops import LOOPS
from nst_core.cpu.kernels.slots import Filters, MultiplyFrequencies, Slots, TileGroup

pytestmark = pytest.mark.skipif(not kernels.available(), reason="no compiled loops for this CPU")

ITEMS = 1000


@dataclass(frozen=True, kw_only=True)
class Marks(Slots):
    """Slots of a loop that counts how often each item is taken, and by how many threads."""

    seen: int  # address of a counter for each item
    workers: int  # address of a counter


def mark(address: Any) -> None:
    p = carray(address, 1)[0]
    take(p.workers)
    for item in loops._shared(p.counter, p.items):  # type: ignore[call-arg, attr-defined] # as in `loops`
        take(p.seen + 8 * item)


@pytest.mark.parametrize("count", [1, 3])
def test_each_item_is_taken_once(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    monkeypatch.setitem(LOOPS, Marks, mark)
    seen, workers, before = np.zeros(ITEMS, np.int64), np.zeros(1, np.int64), torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        kernels.run(Marks(seen=seen.ctypes.data, workers=workers.ctypes.data), items=ITEMS)
    finally:
        torch.set_num_threads(before)
    assert seen.tolist() == [1] * ITEMS
    assert workers.tolist() == [count]


def test_every_loop_is_known_by_its_slots() -> None:
    exported = {value for name in kernels.__all__ if isinstance(value := getattr(kernels, name), type)}
    assert set(LOOPS) == exported
    assert len(set(LOOPS.values())) == len(LOOPS)


def test_numbers_lie_where_their_names_are_looked_for() -> None:
    filters = {"taps": 1, "inputs": 2, "layer": 3, "output": 4, "down": 5, "right": 6, "factors": 7}
    group = {"capacity": 8, "depth": 9, "made": 10}
    rest = {"values": 11, "products": 12, "panels": 13, "tiles": 14}
    slots = MultiplyFrequencies(**rest, group=TileGroup(**group), filters=Filters(**filters))
    layout = machine_code.layout(MultiplyFrequencies)
    block = np.array([100, 200, 300, *threads._numbers(slots)], np.int64)
    assert block.nbytes == layout.itemsize
    (found,) = block.view(layout)
    assert {name: found[name] for name in rest} == rest
    assert {name: found["filters"][name] for name in filters} == filters
    assert {name: found["group"][name] for name in group} == group
    assert {name: found[name] for name in machine_code.OWN} == {"counter": 100, "tickets": 200, "items": 300}
