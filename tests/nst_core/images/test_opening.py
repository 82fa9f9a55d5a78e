"""Every format that is read is opened by its content, and what isn't pixels doesn't matter in any of them."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from nst_core.errors import InputError
from nst_core.images import load_image, load_mask, read_profile, read_size
from tests.support.pictures import FORMATS, SRGB_COLUMNS, assert_alike, file_of, rgb_profile, smooth_picture

PICTURE = smooth_picture(64, 48, 0)
TOLD = {"exif": Image.Exif().tobytes(), "icc_profile": rgb_profile(SRGB_COLUMNS)}


def heic(**options: Any) -> BytesIO:
    stream = BytesIO()
    pytest.importorskip("pillow_heif").from_pillow(PICTURE).save(stream, **options)
    return stream


def test_heic_is_read_as_phones_send_it() -> None:
    assert_alike(load_image(heic(quality=-1, chroma=444)), PICTURE, 6)
    assert read_size(heic()) == PICTURE.size
    assert load_mask(heic()).mode == "L"
    profile = rgb_profile(SRGB_COLUMNS)
    assert read_profile(heic(icc_profile=profile)) == profile
    with pytest.raises(ValueError, match="damaged or cut off"):
        load_image(BytesIO(heic().getvalue()[:-200]))


def test_who_lacks_the_package_for_heic_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    data = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(40)
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(
        InputError, match="HEIC photo needs the package pillow_heif.*pip install 'pillow-heif"
    ) as caught:
        load_image(BytesIO(data))
    assert (caught.value.about, caught.value.values) == ("not_read", {"kind": "HEIC"})


@pytest.mark.parametrize("format", FORMATS)
def test_whatever_is_wrong_is_told_in_one_sentence(format: str) -> None:
    """A few bytes changed anywhere: it is read, or refused, and nothing else is raised."""
    told = TOLD if format in ("PNG", "JPEG", "WEBP", "TIFF", "AVIF") else {}
    data, chance = file_of(PICTURE, format, **FORMATS[format], **told).getvalue(), random.Random(0)
    for _ in range(60):
        broken = bytearray(data)
        for _ in range(chance.choice((1, 2, 20))):
            broken[chance.randrange(min(len(data), chance.choice((64, 400, 1 << 20))))] = chance.choice((0, 255, 7))
        cut = broken[: chance.choice((len(data), chance.randrange(1, len(data))))]
        for read in (load_image, load_mask, read_size, read_profile):
            assert "\n" not in outcome(read, BytesIO(cut))


@pytest.mark.parametrize(
    ("format", "piece", "at"),
    [
        ("JPEG", b"\xff\xfe\0\2", b"\xff\xdb"),
        ("JPEG", b"\xff\x01", b"\xff\xdb"),
        ("PNG", b"\0\0\0\0teXt\0\0\0\0", b"IDAT"),
        ("WEBP", b"abcd\0\0\0\0", b"VP8 "),
    ],
)
def test_a_file_of_a_great_many_parts_is_refused_at_once(format: str, piece: bytes, at: bytes) -> None:
    data = file_of(PICTURE, format).getvalue()
    start = data.index(b"IDAT") - 4 if format == "PNG" else data.index(at)
    assert_alike(load_image(BytesIO(data[:start] + piece * 10 + data[start:])), load_image(BytesIO(data)))
    with pytest.raises(ValueError, match="damaged or cut off"):
        load_image(BytesIO(data[:start] + piece * 200_000 + data[start:]))


def outcome(read: Callable[[BytesIO], object], stream: BytesIO) -> str:
    """What is said, if it is refused; any other error is one of the test."""
    try:
        read(stream)
    except InputError as error:
        return str(error)
    return ""


def test_numbers_that_are_written_out_are_read_as_far_as_that_is_quick() -> None:
    """Pillow reads 5 MB of them in a second."""
    line = b"255 128 0\n" * 64
    assert load_image(BytesIO(b"P3 64 48 255\n" + line * 48)).getpixel((0, 0)) == (255, 128, 0)
    with pytest.raises(InputError, match=r"of the kind PPM \(as text\)"):
        read_size(BytesIO(b"P3 640 1200 255\n" + line * 12_000))
