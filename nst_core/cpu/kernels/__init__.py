"""Loops compiled for this CPU: Winograd's convolution, products of feature maps, pooling.

    run(Pool(source=..., row=..., ...), items=rows)

A loop is known by what it is given, one class of `slots` each. Numba compiles it at first use, or beforehand in another
process; it is kept on disk, and torch's own threads share its items. What it does with vectors is emitted as LLVM's
vector instructions: left to find them by itself, LLVM gives up on the 36 streams of a transform.

From below: `sizes`, `processor`, `slots`; `codegen`, and in its words `winograd`, `products`, `pooling`; `loops`, which
call those; `helpers`, `machine_code`, `threads`. Nothing of Numba is loaded unless a loop is compiled here.
"""

from __future__ import annotations

from nst_core.cpu.kernels.machine_code import compile_beside
from nst_core.cpu.kernels.processor import lanes, panel
from nst_core.cpu.kernels.sizes import FREQUENCIES, PATCH, ROWS, TILE, WEIGHT_TRANSFORM
from nst_core.cpu.kernels.slots import (
    ConvolveGroups,
    Correlate,
    GatherTiles,
    Mix,
    MultiplyFrequencies,
    Pool,
    ScatterTiles,
    TransformWeights,
    Unpool,
)
from nst_core.cpu.kernels.threads import available, run

__all__ = [
    "FREQUENCIES",
    "PATCH",
    "ROWS",
    "TILE",
    "WEIGHT_TRANSFORM",
    "ConvolveGroups",
    "Correlate",
    "GatherTiles",
    "Mix",
    "MultiplyFrequencies",
    "Pool",
    "ScatterTiles",
    "TransformWeights",
    "Unpool",
    "available",
    "compile_beside",
    "lanes",
    "panel",
    "run",
]
