"""How wide this processor's vectors are, and how many channels the compiled loops make at once with them."""

from __future__ import annotations

import functools
from collections.abc import Mapping


@functools.cache
def lanes() -> int:
    """Floats in a vector register of this CPU; 0 where the compiled loops wouldn't be worth it."""
    features = _features()
    if features.get("avx512f"):
        return 16
    if features.get("avx2") and features.get("fma"):
        return 8
    return 4 if features.get("neon") else 0


@functools.cache
def vectors() -> int:
    """Vectors in a panel: with 16 registers there is room for two beside six rows, with 32 for four."""
    return 2 if lanes() == 8 else 4


def panel() -> int:
    """Channels that a product makes at once; the compiled loops work on multiples of it."""
    return lanes() * vectors()


def _features() -> Mapping[str, bool]:
    """What this processor has, by LLVM's names."""
    import llvmlite.binding  # here: it takes a while, and whoever asks for help needs none of it

    found: Mapping[str, bool] = llvmlite.binding.get_host_cpu_features()
    return found
