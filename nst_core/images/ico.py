"""ICO: how large the pictures in it are, which its own list may tell wrongly."""

from __future__ import annotations

import math
import struct
from typing import BinaryIO

from nst_core.images.png import SIGNATURE

BEGINNING = b"\0\0\1\0"


def largest(stream: BinaryIO) -> tuple[int, int]:
    """The size (width, height) of the largest picture in an icon; (0, 0) for any other file, and where none is found.

    The list has a byte for each side. Pillow takes its word for it, and decodes the picture as it opens the file.
    """
    stream.seek(0)
    head = stream.read(6)
    if not head.startswith(BEGINNING):
        return 0, 0
    table = stream.read(16 * int.from_bytes(head[4:], "little"))
    places = [int.from_bytes(table[at + 12 : at + 16], "little") for at in range(0, len(table) - 15, 16)]
    return max((_size(stream, place) for place in places), key=math.prod, default=(0, 0))


def _size(stream: BinaryIO, place: int) -> tuple[int, int]:
    stream.seek(place)
    head = stream.read(24).ljust(24, b"\0")
    if head.startswith(SIGNATURE):
        width, height = struct.unpack(">II", head[16:])
    else:
        width, height = struct.unpack("<ii", head[4:12])
    return abs(width), abs(height)
