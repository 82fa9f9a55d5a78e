"""How large pictures may be, and how they are fitted to a long side."""

from __future__ import annotations

import math

MAX_PIXELS = 100_000_000
MIN_SIDE = 32


def fit(size: tuple[int, int], long_side: int, name: str = "a picture") -> tuple[int, int]:
    """Scale `size` (w, h) so that its long side is `long_side`.

    Raises `ValueError`, about the picture by its `name`, if the other side gets below `MIN_SIDE`.
    """
    scale = long_side / max(size)
    width, height = (max(1, round(side * scale)) for side in size)
    if min(width, height) < MIN_SIDE:
        enough = math.ceil(MIN_SIDE * max(size) / min(size))
        raise ValueError(
            f"{name} of {size[0]}x{size[1]} pixels would be {width}x{height} at size {long_side}, and each side needs "
            f"at least {MIN_SIDE}: choose a size of at least {enough}, or crop the picture"
        )
    return width, height
