"""Margins that don't belong to a picture: black bars, a museum's wall, the white around a scan."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from nst_core.images.sizes import scaled

Box = tuple[int, int, int, int]  # left, top, right, bottom, in pixels
Rows = NDArray[np.float32]  # (rows, pixels, 3) in [0, 255], from a picture's edge inwards

SEEN = 512  # pixels of the long side: a border is found as exactly as one of them
NOISE = 14.0  # of a channel: how far a border, its rows averaged, may be from a steady change of colour along it
DIFFERENT = 24.0  # of a channel: a pixel that is so far from the rows before is none of the border's
STRAYS = 0.05  # of a row's pixels may be so
EDGE = 0.5  # of the first row within are so: the edge of a picture is straight, that of a thing before a wall isn't
SOFT = 4  # rows at the edge may be something between
NEAR = 8  # rows that a row is compared with: a wall is lit unevenly
ALIKE = 40.0  # of a channel: so far are the colours of two borders that face each other apart at most
LEAST = 0.006  # of the picture's side: a border is no thinner
MOST = 0.45  # of the picture's side: nor wider
NESTED = 3  # borders one within the other: a margin around black bars


def find_margins(image: Image.Image) -> Box | None:
    """The box of what lies within the margins of a picture of mode "RGB"; None where it has none.

    A margin is a border of nearly one colour that ends at a straight edge, and there is one like it at the opposite
    side: a sky, or snow, isn't taken for one.
    """
    size = scaled(image.size, min(SEEN, max(image.size)))
    pixels = np.asarray(image.resize(size, Image.Resampling.BOX), dtype=np.float32)
    left, top, right, bottom = 0, 0, *size
    for _ in range(NESTED):
        depths = _depths(pixels[top:bottom, left:right])
        if not any(depths):
            break
        left, top, right, bottom = left + depths[0], top + depths[1], right - depths[2], bottom - depths[3]
    if (left, top, right, bottom) == (0, 0, *size):
        return None
    across, down = image.width / size[0], image.height / size[1]
    return math.ceil(left * across), math.ceil(top * down), math.floor(right * across), math.floor(bottom * down)


def _depths(pixels: Rows) -> tuple[int, int, int, int]:
    """How many pixels of (H, W, 3) are border at the left, the top, the right and the bottom; 0 = none."""
    sideways = pixels.swapaxes(0, 1)
    left, right = _pair(sideways)
    top, bottom = _pair(pixels, left, right)
    if not (left or right):
        left, right = _pair(sideways, top, bottom)
    return left, top, right, bottom


def _pair(rows: Rows, before: int = 0, after: int = 0) -> tuple[int, int]:
    """The depths of the borders at the first rows and at the last ones; 0, 0 where one is missing or of another colour.

    `before` and `after` are how many pixels at the ends of each row are border anyway: it is judged by those between.
    """
    between = slice(before, rows.shape[1] - after)
    first, last = (_depth(each, between) for each in (rows, rows[::-1]))
    if not first or not last:
        return 0, 0
    colours = [np.median(each[:depth], (0, 1)) for each, depth in ((rows, first), (rows[::-1], last))]
    return (first, last) if np.abs(colours[0] - colours[1]).max() <= ALIKE else (0, 0)


def _depth(rows: Rows, between: slice) -> int:
    """How many of the first rows are a border; 0 for none, or where it doesn't end at a straight edge."""
    least, soft = max(2, math.ceil(LEAST * len(rows))), 0
    for depth in range(1, int(MOST * len(rows))):
        near = rows[max(0, depth - soft - NEAR) : depth - soft].mean(0)
        different = float((np.abs(rows[depth] - near).max(-1) > DIFFERENT)[between].mean())
        if different >= EDGE:
            return depth if depth - soft >= least and _is_even(rows[: depth - soft].mean(0)) else 0
        soft = soft + 1 if soft or different > STRAYS else 0
        if soft > SOFT:
            return 0
    return 0


def _is_even(row: NDArray[np.float32]) -> bool:
    """Whether a row (pixels, 3) is of one colour, or of one that changes steadily."""
    where = np.linspace(-1, 1, len(row), dtype=np.float32)[:, None]
    slope = (where * (row - row.mean(0))).sum(0) / (where**2).sum()
    straight = np.median(row, 0) + where * slope
    return bool((np.abs(row - straight).max(-1) > NOISE).mean() <= STRAYS)
