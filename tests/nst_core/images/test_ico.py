"""An icon is as large as what is in it."""

from __future__ import annotations

import struct
from io import BytesIO
from typing import Any

import pytest

from nst_core.images import load_image, read_size
from nst_core.images.ico import largest
from tests.support.pictures import file_of, png_of_size, smooth_picture

PICTURE = smooth_picture(64, 48, 0)


def icon(content: bytes, width: int = 64, height: int = 48) -> BytesIO:
    """One of a single picture, said to have so many pixels."""
    return BytesIO(struct.pack("<3H4B2H2I", 0, 1, 1, width, height, 0, 0, 1, 32, len(content), 22) + content)


@pytest.mark.parametrize("options", [{}, {"bitmap_format": "bmp"}])
def test_its_size_is_known_without_decoding(options: dict[str, Any]) -> None:
    stream = file_of(PICTURE, "ICO", sizes=[(64, 48)], **options)
    assert largest(stream) == (64, 48 if not options else 96)  # a bitmap and its mask are one above the other
    assert read_size(stream) == load_image(stream).size == PICTURE.size


def test_what_is_larger_than_it_says_is_refused_before_decoding() -> None:
    bitmap = struct.pack("<IiiHHIIiiII", 40, 11_000, 22_000, 1, 32, 0, 0, 0, 0, 0, 0)
    for content, size in ((png_of_size(11_000, 10_000).getvalue(), "11000x10000"), (bitmap, "11000x22000")):
        for read in (read_size, load_image):
            with pytest.raises(ValueError, match=f"{size} pixels, more than 100 megapixels"):
                read(icon(content))


def test_nothing_in_it_is_decoded_for_its_size() -> None:
    """Pillow decodes a PNG in an icon as it opens the file: 380 MB for one of 98 megapixels."""
    hollow = icon(png_of_size(9900, 9900).getvalue())
    assert read_size(hollow) == (9900, 9900)
    with pytest.raises(ValueError, match="damaged"):
        load_image(hollow)
    bitmap = struct.pack("<IiiHHIIiiII", 40, 2000, 2000, 1, 32, 0, 0, 0, 0, 0, 0)
    with pytest.raises(ValueError, match="2000x2000 pixels, more than 2 megapixels"):
        read_size(icon(bitmap))


def test_any_other_file_has_no_size() -> None:
    for stream in (BytesIO(), BytesIO(b"\0\0\1\0"), icon(b""), icon(b"\x89PNG"), file_of(PICTURE)):
        assert largest(stream) == (0, 0)
