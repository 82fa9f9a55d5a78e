"""What colours mean where a file has no profile: code points of ITU-T H.273, or a gamma and chromaticities.

Each meaning becomes an ICC profile, so that all pictures are converted in one place and by one library.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from nst_core.images.icc import Chromaticities, Curve, curve_profile, table_profile, to_xyz

Array = NDArray[np.float64]

SRGB_CURVE: Curve = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
SRGB = (0.3127, 0.3290, 0.640, 0.330, 0.300, 0.600, 0.150, 0.060)

# Chromaticities x, y of white, red, green and blue by code of colour primaries (H.273, table 2)
PRIMARIES: dict[int, Chromaticities] = {
    1: SRGB,  # BT.709
    4: (0.310, 0.316, 0.67, 0.33, 0.21, 0.71, 0.14, 0.08),  # BT.470 System M
    5: (0.3127, 0.3290, 0.64, 0.33, 0.29, 0.60, 0.15, 0.06),  # BT.601, 625 lines
    6: (0.3127, 0.3290, 0.630, 0.340, 0.310, 0.595, 0.155, 0.070),  # BT.601, 525 lines
    7: (0.3127, 0.3290, 0.630, 0.340, 0.310, 0.595, 0.155, 0.070),  # SMPTE 240M
    8: (0.310, 0.316, 0.681, 0.319, 0.243, 0.692, 0.145, 0.049),  # film
    9: (0.3127, 0.3290, 0.708, 0.292, 0.170, 0.797, 0.131, 0.046),  # BT.2020
    10: (1 / 3, 1 / 3, 1, 0, 0, 1, 0, 0),  # XYZ
    11: (0.314, 0.351, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),  # SMPTE RP 431-2, cinemas' P3
    12: (0.3127, 0.3290, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),  # Display P3
    22: (0.3127, 0.3290, 0.630, 0.340, 0.295, 0.605, 0.155, 0.077),  # EBU Tech. 3213-E
}

# Light by code of transfer characteristics (table 3): the curve of a display. The codes of television are BT.1886,
# a power of 2.4, as in Chromium 156; the inverse of a camera's curve would be brighter than anybody sees it.
TRANSFERS: dict[int, Curve] = {
    **dict.fromkeys((1, 6, 14, 15), (2.4,)),
    4: (2.2,),
    5: (2.8,),
    7: (1 / 0.45, 1 / 1.1115, 0.1115 / 1.1115, 1 / 4.0, 0.0912),
    8: (1.0,),
    13: SRGB_CURVE,
    17: (2.6, (52.37 / 48) ** (1 / 2.6), 0.0, 0.0, 0.0),
}
BT2020 = 9  # the primaries in which brightness is judged

WHITE_NITS = 203  # what diffuse white has in pictures of high dynamic range (ITU-R BT.2408)
PEAK_NITS = 1000  # what HLG is made for (BT.2100), and the most that is still told from more
EXACT = 1e-3  # so near to sRGB's own numbers is sRGB


def profile_of_codes(primaries: int, transfer: int) -> bytes | None:
    """An ICC profile of H.273's code points, empty for sRGB itself; None where they are unknown or mean nothing."""
    if primaries not in PRIMARIES:
        return None
    if transfer in HIGH_RANGE:
        return table_profile(PRIMARIES[BT2020], partial(_toned, PRIMARIES[primaries], HIGH_RANGE[transfer]))
    if transfer not in TRANSFERS:
        return None
    return b"" if (primaries, transfer) == (1, 13) else curve_profile(PRIMARIES[primaries], TRANSFERS[transfer])


def profile_of_gamma(exponent: float | None, chromaticities: Chromaticities | None) -> bytes | None:
    """An ICC profile of PNG's gAMA, as the exponent from light to levels, and cHRM; None for what sRGB stands for.

    As in Chromium 156, chromaticities without a gamma say nothing, and nonsense is no reason to change a colour.
    """
    if not exponent or not 0.01 < exponent < 100:
        return None
    points = chromaticities if chromaticities and _is_space(chromaticities) else SRGB
    is_srgb = max(abs(a - b) for a, b in zip(points, SRGB, strict=True)) < EXACT
    return None if is_srgb and abs(exponent - 0.45455) < EXACT else curve_profile(points, (1 / exponent,))


def _is_space(points: Chromaticities) -> bool:
    """Whether the colours span a space around their white."""
    (x, y), red, green, blue = (points[place : place + 2] for place in range(0, 8, 2))
    corners = np.array([(*red, 1.0), (*green, 1.0), (*blue, 1.0)]).T
    if not 0 < y < 1 or abs(np.linalg.det(corners)) < 1e-3:
        return False
    return bool((np.linalg.solve(corners, (x, y, 1.0)) > 0).all())


def _from_pq(levels: Array, to_2020: Array) -> Array:
    """Levels (..., 3) -> light in BT.2020 of a display whose white is 1 (SMPTE ST 2084)."""
    m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
    root = levels ** (1 / m2)
    nits = 10_000 * (np.maximum(root - c1, 0) / (c2 - c3 * root)) ** (1 / m1)
    return nits / WHITE_NITS @ to_2020.T


def _from_hlg(levels: Array, to_2020: Array) -> Array:
    """Levels (..., 3) -> light in BT.2020 of a display whose white is 1 (BT.2100, table 5, with a gamma of 1.2)."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(levels <= 0.5, levels**2 / 3, (np.exp((levels - c) / a) + b) / 12) @ to_2020.T
    luminance = (scene @ (0.2627, 0.6780, 0.0593)).clip(0)
    return PEAK_NITS / WHITE_NITS * scene * luminance[..., None] ** 0.2


HIGH_RANGE = {16: _from_pq, 18: _from_hlg}  # by code of transfer characteristics


def _toned(points: Chromaticities, light: Callable[[Array, Array], Array], levels: Array) -> Array:
    """What a display without headroom shows of levels (..., 3) of a space, as light in BT.2020.

    Chromium's curve, measured of version 156 within 2/255: diffuse white and what is darker are half as bright, and
    from there to the peak goes a quadratic Bezier curve that begins in the same direction. Hues stay.
    """
    to_2020: Array = np.linalg.inv(to_xyz(PRIMARIES[BT2020])) @ to_xyz(points)
    linear = light(levels, to_2020)
    largest = linear.max(-1, keepdims=True)
    (x0, x1, x2), (y0, y1, y2) = (1.0, 1.65, PEAK_NITS / WHITE_NITS), (0.5, 0.825, 1.0)
    inside = np.clip(largest, x0, x2)
    square, slope = x0 - 2 * x1 + x2, 2 * (x1 - x0)
    t = (np.sqrt(slope**2 - 4 * square * (x0 - inside)) - slope) / (2 * square)
    bent = y0 * (1 - t) ** 2 + 2 * y1 * t * (1 - t) + y2 * t**2
    toned: Array = linear * np.where(largest < x0, y0, bent / np.maximum(largest, x0))
    return toned
