"""Sizes that the compiled loops agree on with each other and with those who call them."""

from __future__ import annotations

FLOAT_BYTES = 4

# Winograd's convolution, F(4x4, 3x3) of Lavin and Gray (2016): a tile of 4x4 results comes from a patch of 6x6 inputs.
TILE, PATCH, TAPS = 4, 6, 3
FREQUENCIES = PATCH * PATCH
WEIGHT_TRANSFORM = (
    (1 / 4, 0, 0),
    (-1 / 6, -1 / 6, -1 / 6),
    (-1 / 6, 1 / 6, -1 / 6),
    (1 / 24, 1 / 12, 1 / 6),
    (1 / 24, -1 / 12, 1 / 6),
    (0, 0, 1),
)  # their matrix G

# Products
ROWS = 6  # made at once: with the panel's vectors they fill the registers
CHANNELS = 4  # rows of a product of channels: a divisor of every layer's number
STRETCH = 256  # positions that channels are correlated over before the next ones: they stay in the cache
BATCH = 48  # positions that a thread mixes the channels of at once

# Pooling
NOWHERE = 4  # beside the numbers of 2x2 positions: none of them
