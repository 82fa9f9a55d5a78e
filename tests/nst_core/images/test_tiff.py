"""A TIFF's pixels don't depend on what is told beside them; one that can't be read is called by its kind."""

from __future__ import annotations

import struct
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageCms

from nst_core.images import load_image, read_profile, read_size
from tests.support.pictures import ORIENTATION, SRGB_COLUMNS, assert_alike, file_of, rgb_profile, smooth_picture

PICTURE = smooth_picture(64, 48, 0)
PROFILE = rgb_profile(SRGB_COLUMNS)
BYTE, TEXT, SHORT, LONG, RATIO, UNDEFINED = 1, 2, 3, 4, 5, 7
Tag = tuple[int, int, int, bytes]  # number, type, count, four bytes


def tiff(*tags: Tag, pixels: bytes = b"", order: str = "<", **values: int) -> BytesIO:
    """A small TIFF, of whole numbers of 8 bits unless others are given, with more tags."""
    pixels = pixels or PICTURE.tobytes()
    own = {256: 64, 257: 48, 258: 8, 259: 1, 262: 2, 273: 8, 277: 3, 278: 48, 279: len(pixels)}
    own |= {int(tag[1:]): value for tag, value in values.items()}
    shorts = [(tag, LONG, 1, struct.pack(f"{order}I", value)) for tag, value in own.items() if tag in (273, 279)]
    shorts += [
        (tag, SHORT, 1, struct.pack(f"{order}HH", value, 0)) for tag, value in own.items() if tag not in (273, 279)
    ]
    table = sorted([*shorts, *tags])
    entries = b"".join(struct.pack(f"{order}HHI", *each[:3]) + each[3] for each in table)
    head = {"<": b"II", ">": b"MM"}[order] + struct.pack(f"{order}HI", 42, 8 + len(pixels))
    return BytesIO(head + pixels + struct.pack(f"{order}H", len(table)) + entries + bytes(4))


HARMLESS: dict[str, Tag] = {
    "a description that is nowhere": (270, TEXT, 100, b"\xf0\xff\xff\xff"),
    "an endless description": (270, TEXT, 0x7FFFFFFF, b"\x08\0\0\0"),
    "a maker of no type": (271, 99, 1, bytes(4)),
    "a resolution that is nowhere": (282, RATIO, 1, b"\xff\xff\xff\xff"),
    "a resolution in text": (282, TEXT, 1, b"x\0\0\0"),
    "a unit that isn't": (296, SHORT, 1, b"M\0\0\0"),
    "XMP that is nowhere": (700, BYTE, 1000, b"\xff\xff\xff\0"),
    "a profile that is nowhere": (34675, UNDEFINED, 3000, b"\xff\xff\xff\xff"),
    "a profile in text": (34675, TEXT, 3000, b"\x08\0\0\0"),
    "an endless profile": (34675, UNDEFINED, 0xFFFFFFFF, b"\x08\0\0\0"),
    "EXIF that is nowhere": (34665, LONG, 1, b"\xf0\xff\xff\xff"),
    "an orientation that isn't": (ORIENTATION, SHORT, 1, b"\xf0\xff\0\0"),
    "an orientation in text": (ORIENTATION, TEXT, 1, b"\x06\0\0\0"),
    "a tag nobody knows": (65000, 99, 0xFFFFFFFF, b"\xff" * 4),
}


@pytest.mark.parametrize("tag", HARMLESS.values(), ids=HARMLESS)
def test_what_is_no_pixel_stops_none(tag: Tag) -> None:
    """Here as elsewhere: 258 has one value for three channels, which readers allow."""
    stream = tiff(tag)
    assert load_image(stream).tobytes() == load_image(tiff()).tobytes()
    assert read_size(stream) == PICTURE.size


@pytest.mark.parametrize("options", [{}, {"compression": "tiff_lzw"}, {"compression": "jpeg", "quality": 98}])
def test_every_compression_is_read(options: dict[str, object]) -> None:
    assert_alike(load_image(file_of(PICTURE, "TIFF", **options)), PICTURE, 0 if "quality" not in options else 12)


def test_orientation_and_profile_are_followed() -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    stream = file_of(PICTURE, "TIFF", exif=exif, icc_profile=PROFILE)
    assert load_image(stream).size == PICTURE.size[::-1]
    assert read_profile(stream) == PROFILE


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("values", "layout"),
    [
        ({"t258": 32, "t339": 3}, "RGB, 3 x 32 bits float"),
        ({"t258": 64, "t339": 3}, "RGB, 3 x 64 bits float"),
        ({"t258": 16, "t262": 8}, "Lab, 3 x 16 bits"),
        ({"t258": 32}, "RGB, 3 x 32 bits"),
        ({"t259": 33003}, "RGB, 3 x 8 bits, compression 33003"),
    ],
)
def test_a_rare_kind_is_called_by_its_name(values: dict[str, int], layout: str, order: str) -> None:
    bytes_each = values.get("t258", 8) // 8
    with pytest.raises(ValueError, match=f"is a TIFF of {layout}, which can't be read here; save it with 8 bits"):
        load_image(tiff(pixels=bytes(64 * 48 * 3 * bytes_each), order=order, **values))


def test_what_is_usual_and_damaged_is_called_damaged() -> None:
    with pytest.raises(ValueError, match="damaged or cut off"):
        load_image(tiff(t273=9_000_000))
    with pytest.raises(ValueError, match="damaged or cut off"):
        load_image(BytesIO(b"II*\0" + b"\xff" * 40))


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ([(50706, BYTE, 4, b"\1\4\0\0")], "DNG"),
        ([(254, LONG, 1, b"\1\0\0\0"), (330, LONG, 1, b"\x08\0\0\0")], "RAW"),
    ],
)
def test_the_thumbnail_of_a_raw_file_is_not_taken_for_it(tags: list[Tag], kind: str) -> None:
    with pytest.raises(ValueError, match=f"kind {kind}, which can't be read here"):
        read_size(tiff(*tags))


def test_lab_is_read() -> None:
    srgb, orange = ImageCms.createProfile("sRGB"), Image.new("RGB", (40, 40), (230, 120, 30))
    lab = ImageCms.profileToProfile(orange, srgb, ImageCms.createProfile("LAB"), outputMode="LAB")
    assert lab is not None
    loaded = load_image(file_of(lab, "TIFF", description="x" * 10))
    assert np.abs(np.subtract(loaded.getpixel((5, 5)), (230, 120, 30))).max() <= 4


def test_a_list_of_a_great_many_strips_is_refused_before_it_is_read() -> None:
    """Pillow would make numbers of Python's own of it: 0.6 GB for a file of 50 MB, to know its size."""
    stream = tiff((325, LONG, 100_001, b"\x08\0\0\0"), pixels=bytes(64 * 48 * 3 + 400_004))
    for read in (read_size, load_image):
        with pytest.raises(ValueError, match="damaged"):
            read(stream)
