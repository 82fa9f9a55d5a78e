"""TIFF: the tags that make the first picture's pixels, those that say how they are meant, and what is rare."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Literal

from PIL import Image
from PIL.TiffImagePlugin import COMPRESSION_INFO, TiffImageFile

from nst_core.images.essentials import MOST_BYTES, MOST_PARTS, Essentials, size_of
from nst_core.images.spliced import spliced

Order = Literal["little", "big"]
BEGINNINGS: dict[bytes, Order] = {b"II*\0": "little", b"MM\0*": "big"}  # and the order of a number's bytes
_SUBFILE, _BITS, _COMPRESSION, _MEANING, _ORIENTATION, _CHANNELS, _SUB_PICTURES = 254, 258, 259, 262, 274, 277, 330
_NUMBERS, _PROFILE, _DNG = 339, 34675, 50706
# Tags that a decoder of baseline TIFF and its usual extensions goes by (TIFF 6.0)
_OF_PIXELS = {
    *(
        _SUBFILE,
        256,
        257,
        _BITS,
        _COMPRESSION,
        _MEANING,
        266,
        273,
        _ORIENTATION,
        _CHANNELS,
        278,
        279,
        284,
        292,
        293,
        317,
        320,
    ),
    *(322, 323, 324, 325, _SUB_PICTURES, 332, 334, 338, _NUMBERS, 347, *range(512, 522), 529, 530, 531, 532, _DNG),
}
_BYTES, _SHORT, _UNDEFINED = 1, 3, 7  # types
_MEANINGS = {0: "grey", 1: "grey", 2: "RGB", 3: "palette", 5: "CMYK", 6: "YCbCr", 8: "Lab", 9: "Lab", 10: "Lab"}
_WORDS = {2: " signed", 3: " float", 5: " complex", 6: " complex"}


@dataclass(frozen=True)
class Entry:
    """A tag as it lies in the file, 12 bytes: its number, type, count, and values, or where they are."""

    packed: bytes
    order: Order

    @property
    def tag(self) -> int:
        """Its number."""
        return int.from_bytes(self.packed[:2], self.order)

    @property
    def kind(self) -> int:
        """The number of its type."""
        return int.from_bytes(self.packed[2:4], self.order)

    @property
    def count(self) -> int:
        """How many values it has."""
        return int.from_bytes(self.packed[4:8], self.order)

    @property
    def place(self) -> int:
        """Where its values are, if they take more than four bytes."""
        return int.from_bytes(self.packed[8:], self.order)

    @property
    def short(self) -> int:
        """Its only value of 16 bits."""
        return int.from_bytes(self.packed[8:10], self.order)


def essentials(stream: BinaryIO) -> Essentials:
    """A TIFF of one picture without descriptions, resolution and whatever else isn't its pixels or their look.

    Raises `ValueError` for one of so many strips or tiles that their list alone would take long.
    """
    beginning, size = stream.read(4), size_of(stream)
    order, kept, info = BEGINNINGS[beginning], b"", {}
    for entry in _entries(stream, order):
        if entry.tag == _PROFILE and (profile := _profile(entry, stream)):
            info["icc_profile"] = profile
        elif entry.tag in _OF_PIXELS and (entry.tag != _ORIENTATION or _is_orientation(entry)):
            if entry.count > MOST_PARTS:
                raise ValueError(f"a file of more than {MOST_PARTS} parts")
            kept += entry.packed
    if not kept:
        return Essentials(stream)
    head = beginning + (size + size % 2).to_bytes(4, order)
    table = bytes(size % 2) + (len(kept) // 12).to_bytes(2, order) + kept + bytes(4)
    return Essentials(spliced(stream, [head, range(8, size), table]), info)


def camera_raw(image: Image.Image) -> str:
    """What to call a camera's raw file, of which Pillow would read the thumbnail; nothing for any other file."""
    if not isinstance(image, TiffImageFile):
        return ""
    if _DNG in image.tag_v2:
        return "DNG"
    return "RAW" if image.tag_v2.get(_SUBFILE) == 1 and _SUB_PICTURES in image.tag_v2 else ""


def rare_layout(stream: BinaryIO) -> str:
    """What a TIFF holds that isn't usual, such as "RGB, 3 x 32 bits float"; nothing for any other file."""
    stream.seek(0)
    order = BEGINNINGS.get(stream.read(4))
    found = {entry.tag: entry for entry in _entries(stream, order)} if order else {}
    if not (_BITS in found and _MEANING in found):
        return ""
    tags = (_BITS, _MEANING, _CHANNELS, _NUMBERS, _COMPRESSION)
    bits, meaning, channels, number, compression = (_first(found.get(tag), stream) for tag in tags)
    if bits == 8 and number == 1 and meaning in _MEANINGS and compression in COMPRESSION_INFO:
        return ""
    packed = "" if compression in COMPRESSION_INFO else f", compression {compression}"
    return f"{_MEANINGS.get(meaning, f'kind {meaning}')}, {channels} x {bits} bits{_WORDS.get(number, '')}{packed}"


def _entries(stream: BinaryIO, order: Order) -> Iterator[Entry]:
    """The tags of the first picture; none where they can't be found."""
    stream.seek(4)
    stream.seek(int.from_bytes(stream.read(4), order))
    table = stream.read(12 * int.from_bytes(stream.read(2), order))
    for at in range(0, len(table) - 11, 12):
        yield Entry(table[at : at + 12], order)


def _profile(entry: Entry, stream: BinaryIO) -> bytes:
    if entry.kind not in (_BYTES, _UNDEFINED) or entry.count > MOST_BYTES:
        return b""
    stream.seek(entry.place)
    profile = stream.read(entry.count)
    return profile if profile[36:40] == b"acsp" else b""


def _is_orientation(entry: Entry) -> bool:
    return (entry.kind, entry.count) == (_SHORT, 1) and 0 < entry.short < 9


def _first(entry: Entry | None, stream: BinaryIO) -> int:
    """The first number of a tag of 16 bits; 1, as most are without, where there is none."""
    if entry is None:
        return 1
    if entry.count <= 2:
        return entry.short
    stream.seek(entry.place)
    return int.from_bytes(stream.read(2), entry.order)
