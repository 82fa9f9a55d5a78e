"""A JPEG's pixels don't depend on what is told beside them, and a picture of which a part is missing is refused."""

from __future__ import annotations

import struct
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image

from nst_core.images import load_image, read_profile, read_size, reading
from nst_core.images.jpeg import essentials, is_lean, is_whole
from tests.support.pictures import ORIENTATION, SRGB_COLUMNS, assert_alike, file_of, rgb_profile, smooth_picture

PICTURE = smooth_picture(131, 97, 0)
END = b"\xff\xd9"
LINEAR = rgb_profile(SRGB_COLUMNS, gamma=1.0)
ENCODED: dict[str, tuple[str, dict[str, Any]]] = {
    "baseline": ("RGB", {}),
    "full colours": ("RGB", {"subsampling": 0}),
    "progressive": ("RGB", {"progressive": True}),
    "restarts": ("RGB", {"restart_marker_blocks": 3}),
    "progressive with restarts": ("RGB", {"restart_marker_blocks": 3, "progressive": True}),
    "coarse": ("RGB", {"quality": 5}),
    "grey": ("L", {"optimize": True}),
    "CMYK": ("CMYK", {}),
}


def segment(marker: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def encoded(name: str = "baseline") -> bytes:
    mode, options = ENCODED[name]
    return file_of(PICTURE.convert(mode), "JPEG", **options).getvalue()


def with_segments(*segments: bytes) -> BytesIO:
    data = encoded()
    return BytesIO(data[:2] + b"".join(segments) + data[2:])


HARMLESS = {
    "half of JFIF": segment(0xE0, b"JFIF"),
    "broken EXIF": segment(0xE1, b"Exif\0\0" + b"\xff" * 20),
    "no EXIF": segment(0xE1, b"Exif\0\0"),
    "XMP": segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta \xff tiff:Orientation='6'"),
    "no profile": segment(0xE2, b"ICC_PROFILE\0"),
    "a part of a profile": segment(0xE2, b"ICC_PROFILE\0\1\2" + LINEAR),
    "a second part": segment(0xE2, b"ICC_PROFILE\0\2\2" + LINEAR),
    "a profile that isn't one": segment(0xE2, b"ICC_PROFILE\0\1\1" + b"junk" * 50),
    "half of a profile": segment(0xE2, b"ICC_PROFILE\0\1\1" + LINEAR[:150]),
    "further pictures that aren't there": segment(0xE2, b"MPF\0II*\0" + b"\xff" * 20),
    "FlashPix": segment(0xE2, b"FPXR\0"),
    "Photoshop's": segment(0xED, b"Photoshop 3.0\0" + b"8BIM\x03\xed" + b"\xff" * 3),
    "Photoshop's resolution": segment(0xED, b"Photoshop 3.0\x008BIM\x03\xed\0\0\0\0\0\2\0\0"),
    "half of Adobe's": segment(0xEE, b"Adobe"),
    "a comment": segment(0xFE, b"\xff\xff\xd9"),
    "an empty segment": segment(0xE5, b""),
    "markers of no use": b"\xff\x01\xff\xd0\xff\xd8",
    "junk in between": b"\0\1\2junk",
    "fillers": b"\xff" * 70_000,
}


@pytest.mark.parametrize("piece", HARMLESS.values(), ids=HARMLESS)
def test_what_is_no_pixel_stops_none(piece: bytes) -> None:
    stream = with_segments(piece)
    assert_alike(load_image(stream), load_image(BytesIO(encoded())))
    assert read_size(stream) == PICTURE.size


def test_the_orientation_and_the_profile_are_followed() -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    stream = file_of(PICTURE, "JPEG", exif=exif, icc_profile=LINEAR)
    assert load_image(stream).size == PICTURE.size[::-1]
    assert np.asarray(load_image(stream)).mean() > np.asarray(PICTURE).mean() + 20  # dark levels are brighter light
    assert read_profile(stream) == LINEAR


def test_a_profile_in_several_parts_is_put_together() -> None:
    parts = [
        segment(0xE2, b"ICC_PROFILE\0" + bytes([n, 3]) + LINEAR[start : start + 150])
        for n, start in ((2, 150), (1, 0), (3, 300))
    ]
    assert read_profile(with_segments(*parts)) == LINEAR


def test_a_second_picture_in_the_file_is_not_the_first() -> None:
    other = file_of(Image.new("RGB", PICTURE.size, "red"), "JPEG").getvalue()
    assert_alike(load_image(BytesIO(encoded() + other)), load_image(BytesIO(encoded())))


# Whole or not


@pytest.mark.parametrize("name", ENCODED)
@pytest.mark.parametrize("missing", [0, 1, 2], ids="without {} bytes".format)
def test_an_end_that_is_missing_takes_no_pixel(name: str, missing: int) -> None:
    data = encoded(name)
    assert_alike(load_image(BytesIO(data[: len(data) - missing])), load_image(BytesIO(data)))


@pytest.mark.parametrize("name", ENCODED)
@pytest.mark.parametrize("share", [0.03, 0.1, 0.5])
@pytest.mark.parametrize("end", [b"", END], ids=["cut off", "ends properly"])
def test_a_picture_of_which_a_part_is_missing_is_refused(name: str, share: float, end: bytes) -> None:
    data = encoded(name)
    scans = len(data) - data.index(b"\xff\xda")
    with pytest.raises(ValueError, match="damaged or cut off"):
        load_image(BytesIO(data[: len(data) - 2 - int(scans * share)] + end))


def test_what_follows_the_end_does_not_count() -> None:
    data = encoded()
    cut = data[: len(data) * 9 // 10] + END
    assert is_whole(essentials(BytesIO(data + b"trailer" * 100 + END)).pixels)
    assert not is_whole(essentials(BytesIO(cut + data)).pixels)


@pytest.mark.parametrize(("frame", "bits"), [(0xC3, 8), (0xC1, 12)])
def test_a_rare_kind_is_called_by_its_name(frame: int, bits: int) -> None:
    data = bytearray(encoded())
    at = data.index(b"\xff\xc0")
    data[at + 1], data[at + 4] = frame, bits
    with pytest.raises(ValueError, match=f"JPEG, {bits} bits, process {frame & 15}, which can't be read here"):
        load_image(BytesIO(data))


# Large ones


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """The picture has 12707 pixels."""
    monkeypatch.setattr(reading, "MAX_PIXELS", 10_000)
    monkeypatch.setattr(reading, "MAX_REDUCED_PIXELS", 20_000)


@pytest.mark.usefixtures("limits")
@pytest.mark.parametrize("name", ["baseline", "restarts", "grey", "CMYK"])
def test_one_that_is_too_large_comes_at_half_its_size(name: str) -> None:
    stream = BytesIO(encoded(name))
    assert read_size(stream) == PICTURE.size
    loaded = load_image(stream)
    assert loaded.size == (66, 49)
    half = PICTURE.resize(loaded.size, Image.Resampling.BOX)
    if name in ("baseline", "restarts"):
        assert np.abs(np.asarray(loaded, int) - np.asarray(half)).mean() < 6
    with pytest.raises(ValueError, match="damaged or cut off"):
        load_image(BytesIO(encoded(name)[:-200]))


@pytest.mark.usefixtures("limits")
def test_what_would_take_more_memory_than_others_is_refused() -> None:
    for stream in (BytesIO(encoded("progressive")), file_of(PICTURE), file_of(PICTURE, "WEBP")):
        for read in (read_size, load_image):
            with pytest.raises(ValueError, match="131x97 pixels, more than 0 megapixels"):
                read(stream)
    with pytest.raises(ValueError, match="194x131 pixels, more than 0 megapixels"):
        load_image(file_of(PICTURE.resize((194, 131)), "JPEG"))


def test_several_scans_are_not_decoded_line_by_line() -> None:
    data = encoded()
    assert is_lean(BytesIO(data))
    at = data.index(b"\xff\xda") + 4
    assert data[at] == 3
    for other in (data[:at] + b"\1" + data[at + 1 :], data[:at], data[:100], b""):
        assert not is_lean(BytesIO(other))
    assert not is_lean(BytesIO(encoded("progressive")))


def test_a_progressive_one_of_a_great_many_scans_is_not_decoded() -> None:
    """Each scan takes a pass over all pixels: 400 KB of them kept a core busy for minutes."""
    data = encoded("progressive")
    start = data.index(b"\xff\xda")
    first = data[start : data.index(b"\xff\xc4", start)]  # up to the tables of the next one
    assert is_whole(BytesIO(data[:start] + first * 20 + data[start:]))
    assert not is_whole(BytesIO(data[:start] + first * 100 + data[start:]))


def test_the_more_pixels_the_fewer_scans(monkeypatch: pytest.MonkeyPatch) -> None:
    """300 KB of 50 megapixels and 99 scans kept a core busy for eight seconds."""
    data = encoded("progressive")
    start = data.index(b"\xff\xda")
    more = BytesIO(data[:start] + data[start : data.index(b"\xff\xc4", start)] * 20 + data[start:])
    scans, pixels = more.getvalue().count(b"\xff\xda"), PICTURE.width * PICTURE.height
    monkeypatch.setattr("nst_core.images.jpeg.MOST_PASSES", scans * pixels)
    assert is_whole(more)
    monkeypatch.setattr("nst_core.images.jpeg.MOST_PASSES", scans * pixels - 1)
    assert not is_whole(more)
    assert is_whole(BytesIO(data))  # of as many scans as are usual
