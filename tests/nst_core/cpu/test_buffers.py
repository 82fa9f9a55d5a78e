"""Memory for what comes and goes: fit for vectors, and used again."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch

from nst_core.cpu.buffers import ALIGNMENT, buffer, feature_buffer


@pytest.mark.parametrize("count", [1, 15, 1000, 10**6])
@pytest.mark.parametrize("dtype", [torch.float32, torch.uint8])
def test_it_is_aligned_and_large_enough(count: int, dtype: torch.dtype) -> None:
    taken = buffer(count, dtype)
    assert taken.shape == (count,)
    assert taken.dtype == dtype
    assert taken.data_ptr() % ALIGNMENT == 0
    assert torch.equal(taken.fill_(7), torch.full((count,), 7, dtype=dtype))


def test_features_are_channels_last() -> None:
    taken = feature_buffer(64, 5, 7)
    assert taken.shape == (1, 64, 5, 7)
    assert taken.stride() == torch.empty(1, 64, 5, 7, memory_format=torch.channels_last).stride()


def test_it_stays_as_long_as_a_part_of_it_is_used() -> None:
    part = feature_buffer(64, 300, 300).fill_(1)[:, :8, 100:110]
    other = feature_buffer(64, 300, 300).fill_(2)
    assert part.eq(1).all()
    assert other.eq(2).all()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the C library of Linux is told to keep what is freed")
def test_what_was_freed_serves_for_its_like() -> None:
    """Small things that live on lie between, as they do in a step; the heap must not grow by a block at each round."""
    program = """
import torch
from nst_core.device.memory import keep_freed_memory, own_memory
from nst_core.cpu.buffers import buffer
keep_freed_memory()
block, kept = 4 * 2**20, []
def one_round():
    first = buffer(block).fill_(1)
    kept.append([bytearray(size) for size in range(16, 200, 8)])
    second = buffer(block).fill_(1)
    del first
    kept.append([bytearray(size) for size in range(16, 200, 8)])
    third = buffer(block).fill_(1)
one_round()
before = own_memory()
for _ in range(20):
    one_round()
print((own_memory() - before) / (4 * block))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 1.5
