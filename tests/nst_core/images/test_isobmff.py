"""AVIF and HEIF tell by code points what their colours mean."""

from __future__ import annotations

import struct
from io import BytesIO

import pytest
from PIL import Image, features

from nst_core.images import load_image, read_profile, read_size
from nst_core.images.isobmff import colour_profile, is_heif
from tests.support.pictures import COLOURS, SRGB_COLUMNS, colours_of, file_of, furthest, rgb_profile, stripes

Colours = tuple[tuple[int, int, int], ...]
P3 = ((128, 128, 128), (218, 0, 26), (0, 205, 0), (37, 41, 207), (219, 220, 0), (30, 30, 30), (190, 118, 83))
WIDE = ((128, 128, 128), (249, 0, 27), (0, 212, 0), (0, 36, 209), (225, 221, 0), (30, 30, 30), (209, 111, 82))
# What Chromium 156 paints of the stripes in an AVIF with these code points (ITU-T H.273), 2026-11-27
OF_CODES: dict[tuple[int, int], Colours] = {
    (1, 13): COLOURS,
    (1, 1): COLOURS,
    (1, 6): COLOURS,
    (2, 2): COLOURS,
    (2, 13): COLOURS,
    (12, 13): P3,
    (12, 2): P3,
    (12, 1): P3,
    (9, 14): WIDE,
    (9, 1): WIDE,
    (1, 8): (
        (188, 188, 188),
        (229, 110, 110),
        (110, 230, 109),
        (108, 112, 229),
        (238, 239, 96),
        (96, 96, 96),
        (219, 183, 159),
    ),
    (9, 18): ((99, 99, 99), (230, 0, 13), (0, 210, 0), (0, 21, 172), (228, 225, 0), (13, 13, 13), (185, 86, 66)),
}
pytestmark = pytest.mark.skipif(not features.check("avif"), reason="this Pillow is built without AVIF")


def avif(primaries: int, transfer: int, **options: bytes) -> bytes:
    data = file_of(stripes(), "AVIF", quality=100, subsampling="4:4:4", **options).getvalue()
    at = data.index(b"colrnclx") + 8
    return data[:at] + struct.pack(">HH", primaries, transfer) + data[at + 4 :]


@pytest.mark.parametrize("codes", OF_CODES, ids=str)
def test_code_points_mean_what_they_do_in_a_browser(codes: tuple[int, int]) -> None:
    assert furthest(colours_of(load_image(BytesIO(avif(*codes)))), OF_CODES[codes]) <= 2


def test_a_profile_goes_before_code_points() -> None:
    profile = rgb_profile(SRGB_COLUMNS)
    data = avif(12, 13, icc_profile=profile)
    assert read_profile(BytesIO(data)) == profile
    assert furthest(colours_of(load_image(BytesIO(data))), COLOURS) <= 8  # P3 would be 40


def test_heif_is_read_likewise() -> None:
    heif = pytest.importorskip("pillow_heif")
    stream = BytesIO()
    heif.from_pillow(stripes()).save(stream, quality=-1, chroma=444, color_primaries=12, transfer_characteristics=13)
    assert furthest(colours_of(load_image(stream)), P3) <= 4
    assert is_heif(stream.getvalue()[:64])
    assert not is_heif(avif(1, 13)[:64])


def test_what_is_damaged_says_nothing() -> None:
    data = avif(12, 13)
    assert colour_profile(BytesIO(data))
    start = data.index(b"meta") - 4
    for at in range(start, data.index(b"mdat")):
        for value in (0, 1, 255):
            colour_profile(BytesIO(data[:at] + bytes([value]) + data[at + 1 :]))
        colour_profile(BytesIO(data[:at]))


@pytest.mark.parametrize("data", [b"", b"short", b"\0\0\0\0meta", b"\0\0\0\x09meta\0", b"\xff\xff\xff\xffmeta"])
def test_what_is_no_container_says_nothing(data: bytes) -> None:
    assert colour_profile(BytesIO(data)) is None


def test_an_orientation_of_the_container_is_followed() -> None:
    heif = pytest.importorskip("pillow_heif")
    exif, stream = Image.Exif(), BytesIO()
    exif[0x0112] = 6
    heif.from_pillow(Image.new("RGB", (64, 48))).save(stream, exif=exif.tobytes())
    assert load_image(stream).size == (48, 64)


def test_a_file_of_a_great_many_boxes_is_refused_at_once() -> None:
    """Six million empty ones, 45 MB, took seconds to look at."""
    heif, stream = pytest.importorskip("pillow_heif"), BytesIO()
    heif.from_pillow(stripes()).save(stream)
    for data in (avif(1, 13), stream.getvalue()):
        assert read_size(BytesIO(data + b"\0\0\0\x08free" * 900)) == stripes().size
        with pytest.raises(ValueError, match="damaged or cut off"):
            read_size(BytesIO(data + b"\0\0\0\x08free" * 1001))
