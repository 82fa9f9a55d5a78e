"""Memory for tensors on the CPU that come and go at each step."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

ALIGNMENT = 64  # bytes: the most that a processor loads at once


def buffer(count: int, dtype: torch.dtype = torch.float32) -> Tensor:
    """A tensor of `count` numbers, none of them set.

    `torch.empty` asks the C library for aligned memory. For that, Linux's wants a free block larger than the one that
    it then cuts out of it: what was freed never serves for its like, and piles up where it isn't handed back
    (`memory.keep_freed_memory`). At 1024 px the heap grew to twice what was in use.
    """
    size = count * dtype.itemsize
    block = np.empty(size + ALIGNMENT, np.uint8)
    start = -block.ctypes.data % ALIGNMENT
    return torch.from_numpy(block[start : start + size]).view(dtype)


def feature_buffer(channels: int, height: int, width: int, dtype: torch.dtype = torch.float32) -> Tensor:
    """A tensor for features (1, C, H, W), channels last, none of them set; in memory of `buffer`'s kind."""
    return buffer(height * width * channels, dtype).view(1, height, width, channels).permute(0, 3, 1, 2)
