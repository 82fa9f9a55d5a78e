"""A WebP's pixels don't depend on what is told beside them."""

from __future__ import annotations

import struct
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from nst_core.images import load_image, read_profile
from tests.support.pictures import ORIENTATION, SRGB_COLUMNS, assert_alike, file_of, rgb_profile, smooth_picture

PICTURE = smooth_picture(64, 48, 0)
LINEAR = rgb_profile(SRGB_COLUMNS, gamma=1.0)


def told(orientation: int = 1) -> bytes:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    return file_of(PICTURE, "WEBP", lossless=True, exif=exif, icc_profile=LINEAR, xmp=b"<x/>").getvalue()


def with_data(name: bytes, data: bytes) -> BytesIO:
    """The file with other data in one of its chunks."""
    file, at = told(), told().index(name)
    length = struct.unpack("<I", file[at + 4 : at + 8])[0]
    chunk = name + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)
    whole = file[:at] + chunk + file[at + 8 + length + length % 2 :]
    return BytesIO(whole[:4] + struct.pack("<I", len(whole) - 8) + whole[8:])


@pytest.mark.parametrize("name", [b"EXIF", b"XMP ", b"ICCP"])
@pytest.mark.parametrize("data", [b"", b"\xff", b"junk" * 30])
def test_what_is_no_pixel_stops_none(name: bytes, data: bytes) -> None:
    loaded = load_image(with_data(name, data))
    assert loaded.size == PICTURE.size
    if name == b"ICCP":
        assert_alike(loaded, PICTURE)


@pytest.mark.parametrize("length", [0, 1, 1 << 30])
def test_a_length_that_is_wrong_behind_the_pixels_takes_none(length: int) -> None:
    file, at = told(), told().index(b"EXIF")
    assert load_image(BytesIO(file[: at + 4] + struct.pack("<I", length) + file[at + 8 :])).size == PICTURE.size


def test_what_is_cut_off_behind_the_pixels_takes_none() -> None:
    file = told()
    for end in (file.index(b"EXIF"), file.index(b"EXIF") + 20, len(file) - 1):
        assert load_image(BytesIO(file[:end])).size == PICTURE.size
    with pytest.raises(ValueError, match="damaged or cut off"):
        load_image(BytesIO(file[: file.index(b"EXIF") - 20]))


def test_orientation_profile_and_opacity_are_followed() -> None:
    assert load_image(BytesIO(told(6))).size == PICTURE.size[::-1]
    assert read_profile(BytesIO(told())) == LINEAR
    assert np.asarray(load_image(BytesIO(told()))).mean() > np.asarray(PICTURE).mean() + 20
    clear = PICTURE.copy()
    clear.putalpha(77)
    for lossless in (True, False):
        loaded = load_image(file_of(clear, "WEBP", lossless=lossless, icc_profile=LINEAR), keep_alpha=True)
        assert loaded.getpixel((5, 5))[3] == 77  # type: ignore[index]
