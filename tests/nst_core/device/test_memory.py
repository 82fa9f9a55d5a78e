"""How much memory there is: what the system has, and what a container grants."""

from __future__ import annotations

import mmap
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
import torch

from nst_core.device import memory
from nst_core.device.memory import free_memory, is_out_of_memory, own_memory

MB = 1_000_000


def group(folder: Path, limit: object, used: int, cache: int, version: int = 2) -> None:
    """The files of a control group."""
    most, usage, dropped = {
        1: ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
        2: ("memory.max", "memory.current", "inactive_file"),
    }[version]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / most).write_text(f"{limit}\n")
    (folder / usage).write_text(f"{used}\n")
    (folder / "memory.stat").write_text(f"anon 5\nactive_file 77\n{dropped} {cache}\n")


def rooms(tmp_path: Path, membership: str) -> list[int]:
    (tmp_path / "cgroup").write_text(membership)
    return list(memory._rooms(tmp_path / "cgroup", tmp_path / "mount"))


def test_a_group_has_its_limit_less_what_it_uses_but_for_caches(tmp_path: Path) -> None:
    group(tmp_path / "mount/user/job", 1000 * MB, 700 * MB, 200 * MB)
    assert rooms(tmp_path, "0::/user/job\n") == [500 * MB]


def test_outer_groups_count_too(tmp_path: Path) -> None:
    group(tmp_path / "mount", 5000 * MB, 100, 0)
    group(tmp_path / "mount/a", "max", 700, 0)
    group(tmp_path / "mount/a/b", 400 * MB, 500 * MB, 0)  # the limit was lowered
    assert rooms(tmp_path, "0::/a/b\n") == [0, 5000 * MB - 100]


def test_version_1_has_a_tree_for_memory(tmp_path: Path) -> None:
    group(tmp_path / "mount/memory/job", 300 * MB, 200 * MB, 50 * MB, version=1)
    group(tmp_path / "mount/memory", 2**63 - 4096, 200 * MB, 0, version=1)
    found = rooms(tmp_path, "12:cpu,cpuacct:/job\n4:memory:/job\n0::/\n")
    assert found == [150 * MB, 2**63 - 4096 - 200 * MB]


def test_within_a_container_its_own_group_is_the_mount(tmp_path: Path) -> None:
    group(tmp_path / "mount/memory", 300 * MB, 100 * MB, 0, version=1)
    assert rooms(tmp_path, "4:memory:/docker/0123abc\n") == [200 * MB]


@pytest.mark.parametrize("membership", ["", "4:cpu:/job\n", "0::/elsewhere\n"])
def test_without_a_limit_there_is_none(tmp_path: Path, membership: str) -> None:
    assert rooms(tmp_path, membership) == []
    assert list(memory._rooms(tmp_path / "nothing", tmp_path)) == []


def test_the_least_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    available = psutil.virtual_memory().available
    assert 0 < free_memory() < 2 * available
    monkeypatch.setattr(memory, "_rooms", lambda *_: [5 * MB, 3 * MB])
    assert free_memory() == 3 * MB


def test_what_a_process_takes_is_seen() -> None:
    before = own_memory()
    with mmap.mmap(-1, 100 * MB) as block:  # memory of its own: an allocator may have some left
        for _ in range(100):
            block.write(b"1" * MB)
        assert 80 * MB < own_memory() - before < 200 * MB


def test_what_out_of_memory_looks_like() -> None:
    for error in (
        MemoryError(),
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB."),
        RuntimeError("MPS backend out of memory"),
        RuntimeError("GET was unable to find an engine to execute this computation"),
        RuntimeError("CUDA error: CUBLAS_STATUS_NOT_INITIALIZED when calling `cublasCreate(handle)`"),
        RuntimeError("[enforce fail at alloc_cpu.cpp:121] DefaultCPUAllocator: can't allocate memory: you tried"),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate"),
    ):
        assert is_out_of_memory(error)
    for other in (RuntimeError("shapes do not match"), ValueError("out of memory"), KeyError("x")):
        assert not is_out_of_memory(other)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the C library of Linux is told")
def test_what_was_freed_is_kept_only_when_asked_for() -> None:
    """Faults are pages that the kernel had to find: hundreds of thousands in all, if each round's are new."""
    program = """
import resource, sys, torch

def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

from nst_core.device.memory import keep_freed_memory
if sys.argv[1] == "keep":
    keep_freed_memory()
before = faults()
for _ in range(20):
    torch.ones(16 * 2**20)
print(faults() - before)
"""
    given_back, kept = (
        int(subprocess.run([sys.executable, "-c", program, way], capture_output=True, text=True, check=True).stdout)
        for way in ("give back", "keep")
    )
    assert kept < given_back / 2


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the C library of Linux is told")
def test_what_is_kept_can_be_given_back() -> None:
    program = """
import torch
from nst_core.device.memory import give_back_freed_memory, keep_freed_memory, own_memory
keep_freed_memory()
torch.ones(64 * 2**20)
before = own_memory()
give_back_freed_memory()
print(before - own_memory())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert int(done.stdout) > 200 * MB
