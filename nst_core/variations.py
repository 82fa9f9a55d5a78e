"""Six ways to paint the same photo, small: strength, size of the strokes and colours, so that one can choose by eye."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from nst_core.config import TransferConfig
from nst_core.images.sizes import MIN_SIDE
from nst_core.scene.scales import Size

# Enough to tell them apart, and the six take less than a minute on two cores.
SKETCH_SIZE, SKETCH_STEPS = 192, 70


@dataclass(frozen=True)
class Variation:
    """One of the six; what it is painted with are the fields of `TransferConfig` of the same names."""

    name: str
    strength: float
    style_scale: float = 1.0
    colours: float = 100.0

    def applied(self, config: TransferConfig) -> TransferConfig:
        """`config` with this strength, size of the strokes of all paintings, and colours."""
        scale = () if self.style_scale == 1 else (self.style_scale,)
        return replace(config, strength=self.strength, style_weight=None, style_scale=scale, colours=self.colours)


SIX = (
    Variation("little", strength=15),
    Variation("balanced", strength=50),
    Variation("much", strength=95),
    Variation("fine", strength=85, style_scale=0.5),
    Variation("large", strength=90, style_scale=2),
    Variation("colours", strength=75, colours=0),
)


def sketch(config: TransferConfig, photo: Size, paintings: Sequence[Size]) -> TransferConfig:
    """`config`, but small and quick enough for all of `SIX`, by the sizes (width, height) of the pictures.

    Larger than `SKETCH_SIZE` only where a narrow picture would get too small to be seen by VGG-19.
    """
    finest = min(variation.style_scale for variation in SIX)
    narrowest = min(_narrow(photo), *(finest * _narrow(painting) for painting in paintings))
    size = min(config.size, max(SKETCH_SIZE, math.ceil(MIN_SIDE / narrowest)))
    return replace(config, size=size, steps=min(config.steps, SKETCH_STEPS))


def _narrow(size: Size) -> float:
    return min(size) / max(size)
