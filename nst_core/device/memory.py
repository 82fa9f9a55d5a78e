"""How much memory there is to work with, and whether it gave out."""

from __future__ import annotations

import ctypes
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

# In the order of their versions: the limit of a control group, what it uses, and in `memory.stat` how much of that is
# the cache of files that it would drop first.
GROUP_FILES = (
    ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
    ("memory.max", "memory.current", "inactive_file"),
)

# Of the C library on Linux (man mallopt): what to change, and to what.
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
KEEPING = ((M_TRIM_THRESHOLD, 2**31 - 1), (M_MMAP_THRESHOLD, 2**30), (M_ARENA_MAX, 1))


def keep_freed_memory() -> None:
    """Let the process keep what it frees, instead of handing it back and getting it anew; for programs, at their start.

    A step takes and frees the same features each time, and the kernel clears every page of them again: at 1024 px this
    takes 0.7 s of 2.3 (two cores). Where the C library isn't Linux's usual one, nothing changes.
    """
    adjust = _c_function("mallopt")
    if adjust is not None:
        for parameter, value in KEEPING:
            adjust(parameter, value)


def give_back_freed_memory() -> None:
    """Hand all of it back once, so that `own_memory` tells what is in use."""
    trim = _c_function("malloc_trim")
    if trim is not None:
        trim(0)


@contextmanager
def none_kept() -> Iterator[None]:
    """Hand all of it back before the block and after it."""
    give_back_freed_memory()
    yield
    give_back_freed_memory()


def _c_function(name: str) -> Callable[..., int] | None:
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None


def is_out_of_memory(error: BaseException) -> bool:
    """torch has a class of its own for CUDA's allocator alone; everything else is a `RuntimeError` with a text.

    cuDNN finds no engine where there is no room for any one's workspace (pytorch/pytorch#108645), and cuBLAS can't be
    initialised.
    """
    texts = (
        r"out of memory|not enough memory|can't allocate memory|ALLOC_FAILED|unable to find an engine|NOT_INITIALIZED"
    )
    return isinstance(error, MemoryError) or (isinstance(error, RuntimeError) and bool(re.search(texts, str(error))))


def free_memory() -> int:
    """Bytes of RAM that this process could still take before the system, or its container, runs out of them."""
    import psutil

    return min([int(psutil.virtual_memory().available), *_rooms(Path("/proc/self/cgroup"), Path("/sys/fs/cgroup"))])


def own_memory() -> int:
    """Bytes of RAM that this process has."""
    import psutil

    return int(psutil.Process().memory_info().rss)


def forget_peak(device: torch.device) -> None:
    """From now on `peak_memory` counts anew; nothing where that can't be."""
    if device.type == "cuda":
        import torch

        torch.cuda.reset_peak_memory_stats(device)
        return
    with suppress(OSError):  # Linux has it, and not every container may write there
        Path("/proc/self/clear_refs").write_text("5")


def peak_memory(device: torch.device) -> int | None:
    """The most bytes that tensors took on a graphics card, or this process of RAM; None where nobody tells."""
    if device.type == "cuda":
        import torch

        return torch.cuda.max_memory_allocated(device)
    try:
        found = re.search(r"^VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text(), re.MULTILINE)
    except OSError:
        return None
    return int(found[1]) * 1024 if found else None


def _rooms(membership: Path, mount: Path) -> Iterator[int]:
    """What the control groups of this process have left, on Linux: who oversteps a container's limit gets killed."""
    for group in _groups(membership, mount):
        for limit, usage, cache in GROUP_FILES:
            try:
                most, used = (int((group / name).read_text()) for name in (limit, usage))
                found = re.search(rf"^{cache} (\d+)$", (group / "memory.stat").read_text(), re.MULTILINE)
            except (OSError, ValueError):  # there is no such group, or its limit is "max"
                continue
            yield max(0, most - used + (int(found[1]) if found else 0))


def _groups(membership: Path, mount: Path) -> Iterator[Path]:
    """The folders of the groups that may limit memory, outer ones too; in a container, its own is the mount itself."""
    try:
        lines = membership.read_text().splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers == "" or "memory" in controllers.split(","):
            top = mount / "memory" if controllers else mount
            own = top / path.lstrip("/")
            yield own
            yield from (folder for folder in own.parents if folder == top or top in folder.parents)
