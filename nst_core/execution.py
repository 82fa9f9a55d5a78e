"""How a run is computed. Beside rounding, the picture doesn't depend on it: that is `TransferConfig`'s."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Precision(StrEnum):
    """What VGG-19's convolutions compute with; statistics and losses are float32 always."""

    FLOAT32 = "float32"
    TF32 = "tf32"
    BFLOAT16 = "bfloat16"


@dataclass(frozen=True, kw_only=True)
class Execution:
    """The choices that memory and speed depend on."""

    block: int = 0  # pixels along either side of what VGG-19 sees at once; 0 = the whole picture
    precision: Precision = Precision.FLOAT32
    history: int = 20  # pairs that L-BFGS keeps, two images each; 100 would save at most 5 % of the evaluations
