"""How a run is computed. Beside rounding, the picture doesn't depend on it: that is `TransferConfig`'s."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum

from nst_core.fields import check_number, member, option


class Precision(StrEnum):
    """What VGG-19's convolutions compute with; statistics and losses are float32 always."""

    FLOAT32 = "float32"
    TF32 = "tf32"
    BFLOAT16 = "bfloat16"


@dataclass(frozen=True, kw_only=True)
class Execution:
    """The choices that memory and speed depend on; raises `ValueError` for a value out of range."""

    block: int = option(0, "pixels along either side of what VGG-19 sees at once; 0 = the whole picture", 0, 10_000)
    precision: Precision = option(Precision.FLOAT32, "what VGG-19 computes with; the others are for graphics cards")
    plain_steps: int = option(
        0,
        "steps that PyTorch computes alone, before the loops compiled for a processor take over; a machine's first run "
        "has some while they are compiled, if nothing is said",
        0,
        1_000_000,
    )
    history: int = option(20, "steps that L-BFGS remembers, each of the size of two pictures", 1, 100)

    def __post_init__(self) -> None:
        for each in fields(self):
            check_number(each, getattr(self, each.name))
        object.__setattr__(self, "precision", member(Precision, "precision", self.precision))
        if 0 < self.block < STRIDE:
            raise ValueError(f"block must be 0, the whole picture, or at least {STRIDE}, got {self.block}")


STRIDE = 16  # pixels that share a position of VGG-19's last block
SMALLEST = 128  # pixels: of the margin that a block sees around it, more than a block of that size is seldom needed


def half_block(block: int, size: tuple[int, int]) -> int:
    """The next smaller block for a picture of `size`, a multiple of `STRIDE`; 0 if there is none."""
    current = min(block or max(size), max(size))
    return max(SMALLEST, current // 2 // STRIDE * STRIDE) if current > SMALLEST else 0
