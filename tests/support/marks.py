"""Photos that one can tell apart after they were painted: each carries a number, in squares of light and dark."""

from __future__ import annotations

from functools import cache
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE = 128  # pixels
SQUARES = 8  # along a side
MOST = 126  # numbers: 1 to this one
DARK, BRIGHT = 70, 185


def marked_photo(number: int) -> Image.Image:
    """The photo with that number, of `SIDE` x `SIDE` pixels."""
    squares = np.where(_pattern(number), BRIGHT, DARK).astype(np.uint8)
    return Image.fromarray(squares).resize((SIDE, SIDE), Image.Resampling.NEAREST).convert("RGB")


def number_in(picture: bytes) -> int:
    """The number of the photo that a picture file was made of: the one whose squares it comes nearest to."""
    with Image.open(BytesIO(picture)) as opened:
        small = opened.convert("L").resize((SQUARES, SQUARES), Image.Resampling.BOX)
    light = np.asarray(small, float)
    light -= light.mean()
    return max(range(1, MOST + 1), key=lambda number: float((light * (_pattern(number) - 0.5)).sum()))


@cache
def _pattern(number: int) -> NDArray[np.bool_]:
    """Walsh's functions and their opposites: any two differ in half of all squares at least."""
    if not 1 <= number <= MOST:
        raise ValueError(f"a photo's number is 1 to {MOST}, got {number}")
    function, is_opposite = (number - 1) % (SQUARES**2 - 1) + 1, number > SQUARES**2 - 1
    parities = [(function & square).bit_count() % 2 for square in range(SQUARES**2)]
    return np.array(parities, bool).reshape(SQUARES, SQUARES) ^ is_opposite
