"""A BMP of 32 bits is as opaque as viewers show it, and its profile counts."""

from __future__ import annotations

import struct
from io import BytesIO

import numpy as np
import pytest

from nst_core.images import load_image, load_mask, read_profile
from tests.support.pictures import COLOURS, SRGB_COLUMNS, assert_alike, colours_of, furthest, rgb_profile, stripes

LINEAR = rgb_profile(SRGB_COLUMNS, gamma=1.0)
MASKS = struct.pack("<4I", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)


def bmp(header: int, opacity: int, profile: bytes = b"", kind: bytes = b"DEBM", place: int | None = None) -> BytesIO:
    """The stripes with 32 bits a pixel, by a header of 40 bytes, 108 (version 4) or 124 (version 5)."""
    pixels = np.array(stripes().convert("RGBA"))[::-1, :, [2, 1, 0, 3]]
    pixels[..., 3] = opacity
    height, width = pixels.shape[:2]
    body = pixels.tobytes()
    head = struct.pack("<IiiHHIIiiII", header, width, height, 1, 32, 0 if header == 40 else 3, len(body), 0, 0, 0, 0)
    if header > 40:
        head += MASKS + (kind if profile else b"BGRs") + bytes(48)
    if header == 124:
        where = header + len(body) if place is None else place
        head += struct.pack("<IIII", 4, where, len(profile), 0)
    start = 14 + len(head)
    return BytesIO(b"BM" + struct.pack("<IHHI", start + len(body), 0, 0, start) + head + body + profile)


@pytest.mark.parametrize("header", [40, 108, 124])
def test_no_opacity_at_all_is_none(header: int) -> None:
    assert_alike(load_image(bmp(header, 0)), stripes())
    assert_alike(load_image(bmp(header, 0), keep_alpha=True), stripes())
    assert np.asarray(load_mask(bmp(header, 0))).any()


def test_opacity_is_kept_where_there_is_some() -> None:
    loaded = load_image(bmp(108, 77), keep_alpha=True)
    assert (loaded.mode, loaded.getchannel("A").getextrema()) == ("RGBA", (77, 77))


def test_its_profile_is_followed() -> None:
    """As in Chromium 156."""
    assert furthest(colours_of(load_image(bmp(124, 255, LINEAR)))[:1], [(188, 188, 188)]) <= 1
    assert read_profile(bmp(124, 255, LINEAR)) == LINEAR


@pytest.mark.parametrize(
    "stream",
    [
        bmp(124, 255, b"junk" * 50),
        bmp(124, 255, LINEAR, place=1 << 31),
        bmp(124, 255, LINEAR, place=0),
        bmp(124, 255, LINEAR, kind=b"KNIL"),
        bmp(108, 255, LINEAR),
    ],
    ids=["junk", "nowhere", "in the header", "in another file", "of a version without"],
)
def test_no_sound_profile_is_none(stream: BytesIO) -> None:
    assert furthest(colours_of(load_image(stream)), COLOURS) == 0
    assert read_profile(stream) is None
