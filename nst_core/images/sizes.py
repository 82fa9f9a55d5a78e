"""How large pictures may be, and how they are fitted to a long side."""

from __future__ import annotations

import math

from nst_core.errors import InputError

MAX_PIXELS = 100_000_000
MAX_REDUCED_PIXELS = 200_000_000  # of a JPEG that is decoded line by line, at half its size: phones make such photos
MIN_SIDE = 32


def fit(size: tuple[int, int], long_side: int, name: str = "a picture") -> tuple[int, int]:
    """Scale `size` (w, h) so that its long side is `long_side`.

    Raises `ValueError`, about the picture by its `name`, if the other side gets below `MIN_SIDE`.
    """
    width, height = scaled(size, long_side)
    if min(width, height) < MIN_SIDE:
        enough = math.ceil(MIN_SIDE * max(size) / min(size))
        raise InputError(
            f"{name} of {size[0]}x{size[1]} pixels would be {width}x{height} at size {long_side}, and each side needs "
            f"at least {MIN_SIDE}: choose a size of at least {enough}, or crop the picture",
            "too_narrow",
            width=size[0],
            height=size[1],
            least=MIN_SIDE,
            enough=enough,
        )
    return width, height


def scaled(size: tuple[int, int], long_side: int) -> tuple[int, int]:
    """`size` (w, h) with that long side, in the same shape as nearly as whole pixels allow."""
    scale = long_side / max(size)
    width, height = (max(1, round(side * scale)) for side in size)
    return width, height
