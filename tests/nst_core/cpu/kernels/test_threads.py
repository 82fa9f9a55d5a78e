"""Items shared by threads, slots in memory, and machine code that is kept as long as its source stays."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numba import carray  # type: ignore[attr-defined]

from nst_core.cpu import kernels
from nst_core.cpu.kernels import loops, threads
from nst_core.cpu.kernels.codegen import take
from nst_core.cpu.kernels.loops import LOOPS
from nst_core.cpu.kernels.slots import Filters, MultiplyFrequencies, Slots, TileGroup
from tests.support.paths import ROOT

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


def without_a_file() -> Any:
    """`mark` as a program may have made it up: nothing of it can be kept on disk."""
    made: dict[str, Any] = {"carray": carray, "take": take, "loops": loops}
    source = "def mark(address):\n    p = carray(address, 1)[0]\n    take(p.workers)\n"
    exec(source + "    for item in loops._shared(p.counter, p.items):\n        take(p.seen + 8 * item)\n", made)
    return made["mark"]


@pytest.mark.parametrize("loop", [mark, without_a_file()], ids=["kept on disk", "kept nowhere"])
@pytest.mark.parametrize("count", [1, 3])
def test_each_item_is_taken_once(monkeypatch: pytest.MonkeyPatch, loop: Any, count: int) -> None:
    monkeypatch.setitem(LOOPS, Marks, loop)
    threads._compiled.cache_clear()
    seen, workers, before = np.zeros(ITEMS, np.int64), np.zeros(1, np.int64), torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        kernels.run(Marks(seen=seen.ctypes.data, workers=workers.ctypes.data), items=ITEMS)
    finally:
        torch.set_num_threads(before)
        threads._compiled.cache_clear()
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
    layout = threads._layout(MultiplyFrequencies)
    block = np.array([100, 200, 300, *threads._numbers(slots), 0], np.int64)
    assert block.nbytes == layout.itemsize
    (found,) = block.view(layout)
    assert {name: found[name] for name in rest} == rest
    assert {name: found["filters"][name] for name in filters} == filters
    assert {name: found["group"][name] for name in group} == group
    assert {name: found[name] for name in threads.OWN} == {"counter": 100, "tickets": 200, "items": 300}


@pytest.mark.slow
def test_it_is_compiled_again_when_what_a_loop_calls_has_changed(tmp_path: Path) -> None:
    """Numba itself looks at the loop's own file alone."""
    shutil.copytree(ROOT / "nst_core", tmp_path / "nst_core", ignore=shutil.ignore_patterns("__pycache__"))
    program = """
import torch, torch.nn.functional as F
from nst_core.cpu import kernels, pooling
from nst_core.cpu.kernels import threads
image = torch.arange(-32.0, 128 * 64 - 32).view(1, 128, 8, 8).contiguous(memory_format=torch.channels_last)
result, places = pooling._pool(image)
print(torch.equal(result, F.max_pool2d(image, 2)), torch.equal(result, -F.max_pool2d(-image, 2)))
print(threads._compiled(kernels.Pool).cache_hits)
"""

    def run() -> list[str]:
        done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
        return done.stdout.splitlines()

    assert run() == ["True False", "0"]
    assert run() == ["True False", "1"]
    called = tmp_path / "nst_core/cpu/kernels/pooling.py"
    source = called.read_text("utf-8")
    called.write_text(source.replace('fcmp_ordered(">", value, best)', 'fcmp_ordered("<", value, best)'), "utf-8")
    assert run() == ["False True", "0"]
    called.write_text(source, "utf-8")
    assert run() == ["True False", "1"]
