"""HEIF and AVIF: what the boxes say beside the coded picture (ISO/IEC 14496-12 and 23008-12)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO

from nst_core.images.colour_codes import profile_of_codes
from nst_core.images.essentials import MOST_BYTES

_HEVC = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs", b"mif1", b"msf1"}
_AV1 = {b"avif", b"avis"}
MOST_BOXES = 1000  # of a file, beside each other: it has about four
# Video's codes are written by habit: in both formats they, and "unspecified", mean sRGB's, as in Chromium 156.
_PRIMARIES, _TRANSFERS = {2: 1}, dict.fromkeys((1, 2, 6, 14, 15), 13)


def is_heif(head: bytes) -> bool:
    """Whether a file that begins with `head`, a few dozen bytes, is HEIF, with HEVC in it as phones write it."""
    brands = _brands(head)
    return bool(brands & _HEVC) and not brands & _AV1


def is_container(head: bytes) -> bool:
    """Whether a file that begins with `head` is made of boxes."""
    return head[4:8] == b"ftyp"


def check_boxes(stream: BinaryIO) -> None:
    """Raise `ValueError` for a file of so many boxes that it would take long to look at each."""
    if sum(1 for _ in islice(_places(stream), MOST_BOXES + 1)) > MOST_BOXES:
        raise ValueError(f"a file of more than {MOST_BOXES} boxes")
    stream.seek(0)


def _brands(head: bytes) -> set[bytes]:
    if not is_container(head):
        return set()
    end = min(int.from_bytes(head[:4], "big"), len(head))
    return {head[8:12], *(head[at : at + 4] for at in range(16, end - 3, 4))}


def colour_profile(stream: BinaryIO) -> bytes | None:
    """An ICC profile for the code points of H.273 that the main picture has; None where it has none, or is sRGB."""
    try:
        return _profile(_meta(stream))
    except (struct.error, IndexError, KeyError):
        return None


def _profile(meta: bytes) -> bytes | None:
    children = dict(_boxes(meta[4:]))
    main = children[b"pitm"]
    number = int.from_bytes(main[4:8] if main[0] else main[4:6], "big")
    properties = dict(_boxes(children[b"iprp"]))
    listed = list(_boxes(properties[b"ipco"]))
    for index in _associated(properties[b"ipma"], number):
        name, data = listed[index - 1]
        if name == b"colr" and data.startswith(b"nclx"):
            primaries, transfer = struct.unpack(">HH", data[4:8])
            return profile_of_codes(_PRIMARIES.get(primaries, primaries), _TRANSFERS.get(transfer, transfer)) or None
    return None


def _associated(table: bytes, wanted: int) -> list[int]:
    """The numbers, from 1, of the properties that the picture `wanted` has (23008-12, 9.3)."""
    wide_ids, wide_numbers = table[0] > 0, table[3] & 1
    count, at = struct.unpack(">I", table[4:8])[0], 8
    for _ in range(count):
        width = 4 if wide_ids else 2
        number, total = int.from_bytes(table[at : at + width], "big"), table[at + width]
        at += width + 1
        size = 2 if wide_numbers else 1
        values = [int.from_bytes(table[at + n * size : at + (n + 1) * size], "big") for n in range(total)]
        at += total * size
        if number == wanted:
            return [value & (0x7FFF if wide_numbers else 0x7F) for value in values if value]
    return []


def _meta(stream: BinaryIO) -> bytes:
    """What describes the pictures; nothing where it isn't there, or far too long."""
    for name, place in _places(stream):
        if name == b"meta":
            stream.seek(place.start)
            return stream.read(len(place)) if len(place) <= MOST_BYTES else b""
    return b""


def _places(stream: BinaryIO) -> Iterator[tuple[bytes, range]]:
    """The boxes of a file beside each other, and where what is in them lies."""
    end, position = stream.seek(0, 2), 0
    while position + 8 <= end:
        stream.seek(position)
        size, name = struct.unpack(">I4s", stream.read(8))
        if size < 8:  # to the end of the file, or of 64 bits: coded pictures
            return
        yield name, range(position + 8, position + size)
        position += size


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(data):
        size, name = struct.unpack(">I4s", data[at : at + 8])
        if size < 8:
            return
        yield name, data[at + 8 : at + size]
        at += size
