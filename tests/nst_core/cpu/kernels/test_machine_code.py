"""Machine code is kept as long as its sources stay, and only what is whole is believed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F

from nst_core.cpu import kernels, pooling
from nst_core.cpu.kernels import machine_code
from nst_core.cpu.kernels.slots import KINDS
from nst_core.device import cache
from tests.support.disks import FullDisk
from tests.support.layers import features
from tests.support.paths import ROOT

pytestmark = pytest.mark.skipif(not kernels.available(), reason="no compiled loops for this CPU")

Harm = Callable[[Path], object]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of this test's own; to forget what the process has compiled is to be another process."""
    monkeypatch.setenv("NST_CACHE", str(tmp_path / "kept"))
    return tmp_path / "kept"


def pool_anew() -> bool:
    """Pool as a new process does, correctly; whether the loop had been kept."""
    machine_code.compiled.cache_clear()
    try:
        image = features(64, 9, 14)
        result, _ = pooling._pool(image)
        assert torch.equal(result, F.max_pool2d(image, 2))
        return machine_code.compiled(kernels.Pool).was_kept
    finally:
        machine_code.compiled.cache_clear()


def garble(path: Path) -> None:
    """Change a byte of the machine code: what is run then may do anything."""
    record = json.loads(path.read_text())
    code = record["value"]["machine_code"]
    middle = len(code) // 2
    record["value"]["machine_code"] = code[:middle] + ("A" if code[middle] != "A" else "B") + code[middle + 1 :]
    path.write_text(json.dumps(record))


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def replace_by_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def replace_by_a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def lead_nowhere(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.with_name("nothing"))


def lead_round(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.name)


def test_it_is_kept() -> None:
    assert not pool_anew()
    assert pool_anew()


@pytest.mark.parametrize(
    "harm",
    [
        garble,
        cut,
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(os.urandom(1000)),
        lambda path: path.write_text('{"value": null}'),
        lambda path: path.write_text("[NaN, -1e999]"),
        lambda path: path.unlink(),
        lead_nowhere,
        replace_by_a_pipe,
    ],
    ids=["garbled", "cut", "emptied", "random", "other JSON", "numbers", "removed", "dangling link", "pipe"],
)
def test_what_is_not_whole_is_replaced(harm: Harm, folder: Path) -> None:
    pool_anew()
    (path,) = folder.iterdir()
    harm(path)
    assert not pool_anew()
    assert pool_anew()


@pytest.mark.parametrize("harm", [replace_by_a_folder, lead_round], ids=["a folder", "a link to itself"])
def test_what_can_not_be_replaced_is_done_without(harm: Harm, folder: Path) -> None:
    pool_anew()
    (path,) = folder.iterdir()
    harm(path)
    assert not pool_anew()
    pool_anew()


def test_what_another_wrote_in_good_order_is_compiled_anew() -> None:
    """Whole, by its digest, and no machine code all the same."""
    pool_anew()
    known = cache.recall("loop-Pool", machine_code._circumstances())
    assert known is not None
    others: list[object] = [{}, [], "code", 7, known | {"machine_code": 3}]
    others += [known | {"entry": "nothing"}, known | {"names": 7}]
    for value in others:
        cache.remember("loop-Pool", value, machine_code._circumstances())
        assert not pool_anew()


def test_a_full_disk_is_no_trouble(folder: Path, full_disk: FullDisk) -> None:
    with full_disk():
        assert not pool_anew()
    assert not list(folder.iterdir())
    assert not pool_anew()
    assert pool_anew()


def test_nothing_is_kept_where_nothing_shall_be(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NST_CACHE", "")
    assert not pool_anew()
    assert not pool_anew()
    assert not folder.exists()


def test_another_processor_compiles_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    pool_anew()
    monkeypatch.setattr("llvmlite.binding.get_host_cpu_name", lambda: "abacus")
    assert not pool_anew()


def test_each_loop_is_listed() -> None:
    from nst_core.cpu.kernels.loops import LOOPS  # with Numba, which the loops that are kept don't need

    assert set(LOOPS) == set(KINDS)


@pytest.mark.slow
def test_it_is_compiled_again_when_what_a_loop_calls_has_changed(tmp_path: Path) -> None:
    """The loop's own file stays as it is."""
    shutil.copytree(ROOT / "nst_core", tmp_path / "nst_core", ignore=shutil.ignore_patterns("__pycache__"))
    program = """
import sys, torch, torch.nn.functional as F
from nst_core.cpu import kernels, pooling
from nst_core.cpu.kernels import machine_code
image = torch.arange(-32.0, 128 * 64 - 32).view(1, 128, 8, 8).contiguous(memory_format=torch.channels_last)
result, places = pooling._pool(image)
print(torch.equal(result, F.max_pool2d(image, 2)), torch.equal(result, -F.max_pool2d(-image, 2)))
loop, numba = machine_code.compiled(kernels.Pool), {"numba"} & set(sys.modules)
print(loop.was_kept, numba or "no Numba")
import numba
def fail(number):
    if number == 3:
        raise KeyError
    return 1 // number
for number in (3, 0):  # an error of Numba's own functions, which what was kept knows only by name
    try:
        numba.njit(fail)(number)
    except (KeyError, ZeroDivisionError) as error:
        print(type(error).__name__)
"""

    def run() -> list[str]:
        done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
        return done.stdout.splitlines()

    errors = ["KeyError", "ZeroDivisionError"]
    anew, kept = ["False {'numba'}", *errors], ["True no Numba", *errors]
    assert run() == ["True False", *anew]
    assert run() == ["True False", *kept]
    called = tmp_path / "nst_core/cpu/kernels/pooling.py"
    source = called.read_text("utf-8")
    called.write_text(source.replace('fcmp_ordered(">", value, best)', 'fcmp_ordered("<", value, best)'), "utf-8")
    assert run() == ["False True", *anew]
    called.write_text(source, "utf-8")
    assert run() == ["True False", *kept]
