"""The head of a PPM is read as far as heads go."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from nst_core.images import load_image, read_size
from nst_core.images.ppm import COLOUR, GREY, essentials
from tests.support.pictures import assert_alike, file_of, smooth_picture

PICTURE = smooth_picture(64, 48, 0)
PIXELS = file_of(PICTURE, "PPM").getvalue()[-3 * 64 * 48 :]


@pytest.mark.parametrize(
    "between", [b"\n", b" \t\r\n", b"\n# by somebody\n", b" " * 1000, b"\n#" + b"a" * 1000 + b"\n#\n"]
)
def test_spaces_and_comments_are_passed_over(between: bytes) -> None:
    assert_alike(load_image(BytesIO(between.join([b"P6", b"64", b"48"]) + b" 255\n" + PIXELS)), PICTURE)


@pytest.mark.parametrize("kind", ["1", "L", "RGB", "F", "I;16"])
def test_each_kind_is_read(kind: str) -> None:
    image = Image.new(kind, (64, 48)) if kind in ("F", "I;16") else PICTURE.convert(kind)
    assert read_size(file_of(image, "PPM")) == (64, 48)


@pytest.mark.parametrize("filler", [b" ", b"#" + b"a" * 99 + b"\n", b"a"])
def test_a_head_without_an_end_is_damage(filler: bytes) -> None:
    """Pillow reads such a byte by byte: 45 MB of them took seconds."""
    with pytest.raises(ValueError, match="damaged or cut off"):
        read_size(BytesIO(b"P6 " + filler * (100_000 // len(filler)) + b"64 48 255\n" + PIXELS))


def test_words_are_not_looked_for_among_pixels() -> None:
    with pytest.raises(ValueError, match="damaged or cut off"):
        load_image(BytesIO(b"P6 64 48"))
    bare = b"P4 64 48\n" + bytes(8 * 48)
    assert read_size(BytesIO(bare)) == (64, 48)


@pytest.mark.parametrize("white", [1, 100, 254, 256, 1000, 65_534, 65_535])
@pytest.mark.parametrize("kind", [GREY, COLOUR])
def test_levels_of_any_white_are_read_as_pillow_reads_them(kind: bytes, white: int) -> None:
    """Pillow does so number by number: 45 MB took 15 seconds."""
    width, height, channels = 64, 48, 3 if kind == COLOUR else 1
    levels = np.random.default_rng(0).integers(0, white + 1, width * height * channels)
    data = (
        b"%s\n#a\n%d %d\n%d\n" % (kind, width, height, white) + levels.astype(">u2" if white > 255 else "u1").tobytes()
    )
    with Image.open(BytesIO(data)) as slow:
        expected = np.asarray(slow, np.int64)
    with Image.open(essentials(BytesIO(data)).pixels) as image:
        assert (image.mode, image.size) == (slow.mode, (width, height))
        assert np.abs(np.asarray(image, np.int64) - expected).max() == 0
    for kept in (len(data) - 1, len(data) // 2):
        with pytest.raises(ValueError, match="damaged or cut off"):
            load_image(BytesIO(data[:kept]))


def test_what_is_more_than_white_is_white() -> None:
    image = load_image(BytesIO(b"P6 64 48 100\n" + bytes([0, 100, 200] * 64 * 48)))
    assert image.getpixel((5, 5)) == (0, 255, 255)
    for white in (b"0", b"65536", b"-1"):
        with pytest.raises(ValueError, match="damaged or cut off"):
            load_image(BytesIO(b"P6 64 48 " + white + b"\n" + bytes(3 * 64 * 48)))


def test_it_may_be_read_from_anywhere() -> None:
    data = b"P5 4 3 1000\n" + np.arange(12, dtype=">u2").tobytes()
    whole = essentials(BytesIO(data)).pixels.read()
    for start in range(len(whole) + 2):
        for length in (1, 2, 3, 100):
            pixels = essentials(BytesIO(data)).pixels
            pixels.seek(start)
            assert pixels.read(length) == whole[start : start + length]
    assert essentials(BytesIO(data)).pixels.seek(0, 2) == len(whole)
