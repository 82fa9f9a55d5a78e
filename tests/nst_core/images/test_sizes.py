"""A size keeps the shape of a picture, or is refused with the way out."""

from __future__ import annotations

import pytest

from nst_core import images
from nst_core.images import fit


def test_the_limits() -> None:
    assert (images.MAX_PIXELS, images.MIN_SIDE) == (100_000_000, 32)


def test_fit_keeps_the_shape() -> None:
    assert fit((4000, 3000), 512) == (512, 384)
    assert fit((3000, 4000), 512) == (384, 512)
    assert fit((100, 100), 512) == (512, 512)
    assert fit((1001, 999), 33) == (33, 33)
    for width, height in ((1024, 683), (711, 566), (333, 1000)):
        w, h = fit((width, height), 300)
        assert max(w, h) == 300
        assert abs(w * height / width - h) <= 0.5 * max(1, height / width) + 1e-9


def test_fit_names_the_way_out() -> None:
    with pytest.raises(ValueError, match="256x26 at size 256.* at least 320") as caught:
        fit((1000, 100), 256)
    assert fit((1000, 100), 320) == (320, 32), caught.value
