"""A PNG's pixels don't depend on what is told beside them, and its colours on what a browser goes by."""

from __future__ import annotations

import struct
import tracemalloc
import zlib
from io import BytesIO
from typing import BinaryIO

import numpy as np
import pytest
from PIL import Image

from nst_core.images import load_image, read_profile, read_size
from tests.support.pictures import (
    COLOURS,
    ORIENTATION,
    P3_COLUMNS,
    SRGB_COLUMNS,
    assert_alike,
    colours_of,
    file_of,
    furthest,
    png_chunk,
    rgb_profile,
    stripes,
    with_chunks,
)

PLAIN = file_of(stripes()).getvalue()
# The stripes with a gamma of 1, as Chromium 156 shows them
LINEAR = (
    (188, 188, 188),
    (229, 110, 110),
    (110, 229, 110),
    (110, 110, 229),
    (239, 239, 96),
    (96, 96, 96),
    (219, 183, 160),
)
GAMMA_1 = png_chunk(b"gAMA", struct.pack(">I", 100_000))
SRGB = png_chunk(b"sRGB", b"\0")


def icc(profile: bytes) -> bytes:
    return png_chunk(b"iCCP", b"a name\0\0" + zlib.compress(profile))


def exif(orientation: int) -> bytes:
    tags = Image.Exif()
    tags[ORIENTATION] = orientation
    return png_chunk(b"eXIf", tags.tobytes().removeprefix(b"Exif\0\0"))


# Each chunk that could be in the way
HARMLESS = {
    "large packed text": png_chunk(b"zTXt", b"key\0\0" + zlib.compress(bytes(5_000_000))),
    "large international text": png_chunk(b"iTXt", b"key\0\1\0\0\0" + zlib.compress(b"x" * 5_000_000)),
    "much text": b"".join(png_chunk(b"zTXt", b"key\0\0" + zlib.compress(b"x" * 900_000)) for _ in range(80)),
    "text that isn't packed": png_chunk(b"zTXt", b"key\0\0junk"),
    "text of a wrong checksum": png_chunk(b"tEXt", b"key\0value", sound=False),
    "text that isn't UTF-8": png_chunk(b"iTXt", b"key\0\0\0\xff\0\xff\0\xff"),
    "empty text": png_chunk(b"iTXt", b""),
    "XMP": png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<x:xmpmeta \xff tiff:Orientation='6'"),
    "no resolution": png_chunk(b"pHYs", b""),
    "half a resolution": png_chunk(b"pHYs", b"\0\0\1"),
    "no intent": png_chunk(b"sRGB", b""),
    "an intent that isn't": png_chunk(b"sRGB", b"\x09"),
    "no gamma": png_chunk(b"gAMA", b""),
    "half a gamma": png_chunk(b"gAMA", b"\0\1"),
    "a gamma of 0": png_chunk(b"gAMA", bytes(4)),
    "a gamma of a wrong checksum": png_chunk(b"gAMA", struct.pack(">I", 100_000), sound=False),
    "half of the chromaticities": png_chunk(b"cHRM", bytes(10)),
    "chromaticities alone": png_chunk(b"cHRM", struct.pack(">8I", *(30_000,) * 8)),
    "code points of video": png_chunk(b"cICP", bytes([12, 13, 1, 0])),
    "half of the code points": png_chunk(b"cICP", b"\x0c"),
    "code points that aren't": png_chunk(b"cICP", bytes([99, 99, 0, 1])),
    "no profile": png_chunk(b"iCCP", b""),
    "a profile that isn't packed": png_chunk(b"iCCP", b"x\0\0junk"),
    "a profile that isn't one": icc(b"junk" * 100),
    "a profile of a wrong checksum": png_chunk(b"iCCP", icc(rgb_profile(P3_COLUMNS))[8:-4], sound=False),
    "half of a profile": icc(rgb_profile(P3_COLUMNS)[:150]),
    "broken EXIF": png_chunk(b"eXIf", b"\xff" * 30),
    "no time": png_chunk(b"tIME", b""),
    "frames without an animation": png_chunk(b"fcTL", bytes(26)) + png_chunk(b"fdAT", b""),
    "an animation of no frames": png_chunk(b"acTL", bytes(8)),
    "half an animation": png_chunk(b"acTL", b"\0"),
    "opacity of a wrong length": png_chunk(b"tRNS", b"\1"),
    "opacity of a wrong checksum": png_chunk(b"tRNS", struct.pack(">3H", *COLOURS[0]), sound=False),
    "a damaged proposal of a palette": png_chunk(b"PLTE", b"\0\0", sound=False),
    "chunks nobody knows": png_chunk(b"abCd", b"?") + png_chunk(b"bKGD", b"") + png_chunk(b"hIST", b"1"),
}


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("chunk", HARMLESS.values(), ids=HARMLESS)
def test_what_is_no_pixel_stops_none(chunk: bytes, after: bool) -> None:
    stream = with_chunks(PLAIN, chunk, after=after)
    assert_alike(load_image(stream), stripes())
    assert read_size(stream) == stripes().size


def test_a_text_longer_than_the_file_is_where_it_ends() -> None:
    assert_alike(load_image(with_chunks(PLAIN, after=True)), stripes())
    cut = PLAIN[: PLAIN.index(b"IEND") - 4] + struct.pack(">I", 1 << 30) + b"tEXtkey\0value"
    assert_alike(load_image(BytesIO(cut)), stripes())


@pytest.mark.parametrize("missing", [1, 4, 8, 12])
def test_an_end_that_is_missing_takes_no_pixel(missing: int) -> None:
    assert_alike(load_image(BytesIO(PLAIN[:-missing])), stripes())


def test_pixels_in_many_chunks_are_put_together() -> None:
    start = PLAIN.index(b"IDAT") - 4
    length = struct.unpack(">I", PLAIN[start : start + 4])[0]
    data, end = PLAIN[start + 8 : start + 8 + length], PLAIN[start + 12 + length :]
    pieces = (png_chunk(b"IDAT", data[at : at + 1]) for at in range(length))
    assert_alike(load_image(BytesIO(PLAIN[:start] + b"".join(pieces) + end)), stripes())


def test_a_palette_that_is_missing_is_damage() -> None:
    data = file_of(stripes().quantize(8)).getvalue()
    start = data.index(b"PLTE") - 4
    end = start + 12 + struct.unpack(">I", data[start : start + 4])[0]
    with pytest.raises(ValueError, match="damaged or cut off"):
        load_image(BytesIO(data[:start] + data[end:]))


@pytest.mark.parametrize("size", [5_000_000, 200_000_000])
def test_a_profile_takes_no_memory(size: int) -> None:
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(1_000_000)) for _ in range(size // 1_000_000)) + packer.flush()
    stream = with_chunks(PLAIN, png_chunk(b"iCCP", b"x\0\0" + packed))
    tracemalloc.start()
    try:
        assert_alike(load_image(stream), stripes())
        assert tracemalloc.get_traced_memory()[1] < 30_000_000
    finally:
        tracemalloc.stop()


# Colours


@pytest.mark.parametrize(
    ("chunks", "linear"),
    [
        ([GAMMA_1], True),
        ([GAMMA_1, png_chunk(b"gAMA", struct.pack(">I", 45_455))], True),  # the first counts
        ([png_chunk(b"cICP", bytes([1, 8, 0, 1]))], True),
        ([png_chunk(b"cICP", bytes([1, 8, 0, 1])), icc(rgb_profile(SRGB_COLUMNS)), SRGB], True),
        ([icc(rgb_profile(SRGB_COLUMNS, gamma=1.0)), SRGB], True),
        ([icc(rgb_profile(SRGB_COLUMNS, gamma=1.0)), png_chunk(b"gAMA", struct.pack(">I", 45_455))], True),
        ([GAMMA_1, png_chunk(b"iCCP", b"x\0\0junk")], True),
        ([GAMMA_1, png_chunk(b"sRGB", b"\x09")], True),
        ([GAMMA_1, png_chunk(b"cICP", bytes([12, 13, 0, 1]), sound=False)], True),
        ([GAMMA_1, png_chunk(b"cHRM", bytes(32))], True),
        ([GAMMA_1, SRGB], False),
        ([SRGB, GAMMA_1], False),
        ([png_chunk(b"cICP", bytes([1, 13, 0, 1])), icc(rgb_profile(SRGB_COLUMNS, gamma=1.0))], False),
    ],
)
def test_what_counts_of_the_colours_is_what_counts_in_a_browser(chunks: list[bytes], linear: bool) -> None:
    loaded = load_image(with_chunks(PLAIN, *chunks))
    assert furthest(colours_of(loaded), LINEAR if linear else COLOURS) <= 1


def test_what_comes_after_the_pixels_says_nothing_of_colours() -> None:
    assert_alike(load_image(with_chunks(PLAIN, GAMMA_1, after=True)), stripes())


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "I;16"])
def test_a_gamma_counts_in_every_kind_of_png(mode: str) -> None:
    image = Image.new("L", (40, 40), 128)
    if mode == "I;16":
        image = Image.fromarray(np.full((40, 40), 128 * 257, np.uint16))
    elif mode == "P":
        image = image.convert("RGB").quantize(4)
    else:
        image = image.convert(mode)
    stream = with_chunks(file_of(image).getvalue(), GAMMA_1)
    assert furthest(colours_of(load_image(stream)), [(188, 188, 188)] * 5) <= 1


def test_a_profile_of_code_points_is_one_to_save_with() -> None:
    assert read_profile(with_chunks(PLAIN)) is None
    assert read_profile(with_chunks(PLAIN, png_chunk(b"cICP", bytes([12, 13, 0, 1]))))
    assert read_profile(with_chunks(PLAIN, png_chunk(b"cICP", bytes([9, 16, 0, 1])))) is None  # there is no way back


# Orientation and opacity


def turned(stream: BinaryIO) -> bool:
    return load_image(stream).size == stripes().size[::-1]


@pytest.mark.parametrize("after", [False, True])
def test_the_orientation_is_followed(after: bool) -> None:
    assert turned(with_chunks(PLAIN, exif(6), after=after))
    assert not turned(with_chunks(PLAIN, exif(1), after=after))


def test_opacity_is_kept() -> None:
    loaded = load_image(with_chunks(PLAIN, png_chunk(b"tRNS", struct.pack(">3H", *COLOURS[0]))), keep_alpha=True)
    assert loaded.mode == "RGBA"
    assert loaded.getpixel((4, 4))[3] == 0  # type: ignore[index]
