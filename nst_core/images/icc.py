"""ICC profiles of RGB spaces, built from numbers (ICC.1:2022)."""

from __future__ import annotations

import struct
from collections.abc import Callable
from itertools import product

import numpy as np
from numpy.typing import NDArray

Chromaticities = tuple[float, ...]  # x, y of white, red, green and blue
# Level -> light: the exponent g of level^g, or g, a, b, c, d: (a level + b)^g from d on, c level below (10.18, type 3)
Curve = tuple[float, ...]

D50 = (0.9642, 1.0, 0.8249)  # the white that profiles refer to
_BRADFORD = np.array([(0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296)])
_GRID = 33  # points a side of a table
_ROOT = 2.4  # between points of a table, roots of light are interpolated: light itself would bend
_STEPS = 4096


def curve_profile(points: Chromaticities, curve: Curve) -> bytes:
    """The profile of a space by its chromaticities, with one curve for all channels."""
    columns = to_xyz(points)
    kind = 0 if len(curve) == 1 else 3
    para = b"para" + bytes(4) + struct.pack(">HH", kind, 0) + _fixed(*curve)
    tags = {
        name + b"XYZ": b"XYZ " + bytes(4) + _fixed(*column)
        for name, column in zip((b"r", b"g", b"b"), columns.T, strict=True)
    }
    return _profile(4, tags | {name + b"TRC": para for name in (b"r", b"g", b"b")})


def table_profile(points: Chromaticities, light: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> bytes:
    """The profile of a space by its chromaticities and a function of all three levels at once, in [0, 1], to `light`.

    It serves to read colours, not to write them.
    """
    levels = np.array(list(product(np.linspace(0, 1, _GRID), repeat=3)))
    xyz = (light(levels) @ to_xyz(points).T).clip(0, 1.99)
    straight = np.arange(2, dtype=">u2") * 65535
    # From roots of light to light, which is stored as 1.15 fixed point (6.3.4.2)
    back = np.rint(np.linspace(0, 1, _STEPS) ** _ROOT * 65535).astype(">u2")
    grid = np.rint((xyz * 32768 / 65535) ** (1 / _ROOT) * 65535).astype(">u2")
    head = b"mft2" + bytes(4) + bytes([3, 3, _GRID, 0]) + _fixed(1, 0, 0, 0, 1, 0, 0, 0, 1)
    sizes = struct.pack(">HH", len(straight), len(back))
    # Of version 2: a table of version 4 has its black where paper has it, and black is then moved.
    return _profile(2, {b"A2B0": head + sizes + straight.tobytes() * 3 + grid.tobytes() + back.tobytes() * 3})


def to_xyz(points: Chromaticities) -> NDArray[np.float64]:
    """The matrix (3, 3) from linear RGB of a space to XYZ under `D50`, its white adapted by Bradford's method."""
    white, *primaries = (np.array((x, y, 1 - x - y)) for x, y in zip(points[::2], points[1::2], strict=True))
    white = white / white[1]
    columns = np.stack(primaries, 1)
    matrix = columns * np.linalg.solve(columns, white)
    ratios = (_BRADFORD @ D50) / (_BRADFORD @ white)
    adapted: NDArray[np.float64] = np.linalg.solve(_BRADFORD, np.diag(ratios) @ _BRADFORD @ matrix)
    return adapted


def _profile(version: int, tags: dict[bytes, bytes]) -> bytes:
    """Header (7.2), table of tags, tags; `wtpt` is required of each."""
    tags = tags | {b"wtpt": b"XYZ " + bytes(4) + _fixed(*D50)}
    start = 128 + 4 + 12 * len(tags)
    table, data = struct.pack(">I", len(tags)), b""
    for name, content in tags.items():
        table += name + struct.pack(">II", start + len(data), len(content))
        data += content + bytes(-len(content) % 4)
    header = struct.pack(
        ">I4xI4s4s4s12x4s", start + len(data), version << 24 | 0x400000, b"mntr", b"RGB ", b"XYZ ", b"acsp"
    )
    return header.ljust(68, b"\0") + _fixed(*D50) + bytes(128 - 80) + table + data


def _fixed(*numbers: float) -> bytes:
    return struct.pack(f">{len(numbers)}i", *(round(number * 65536) for number in numbers))
