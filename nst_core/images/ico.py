"""ICO: the largest picture in it, whose size its own list may tell wrongly."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from nst_core.images import png
from nst_core.images.spliced import spliced

BEGINNING = b"\0\0\1\0"
MOST_BITMAP_PIXELS = 2_000_000  # of a bitmap and its mask: Pillow decodes them as it opens the file
_HEAD, _ENTRY = 6, 16  # bytes


@dataclass(frozen=True)
class Entry:
    """A picture in an icon: its area and depth as the list tells them, where it lies, and its true size."""

    area: int
    depth: float  # bits a pixel
    place: range
    is_png: bool
    size: tuple[int, int]  # (width, height); a bitmap's mask counts as well, below it


def largest(stream: BinaryIO) -> tuple[int, int]:
    """The size (width, height) of the largest picture in an icon; (0, 0) for any other file, and where none is found.

    The list has a byte for each side. Pillow takes its word for it.
    """
    return max((entry.size for entry in _entries(stream)), key=math.prod, default=(0, 0))


def largest_bitmap(stream: BinaryIO) -> tuple[int, int]:
    """The size of the largest one that isn't a PNG."""
    return max((entry.size for entry in _entries(stream) if not entry.is_png), key=math.prod, default=(0, 0))


def png_in(stream: BinaryIO) -> BinaryIO | None:
    """The PNG that is meant where an icon's best picture is one, to be decoded when it is needed."""
    best = min(_entries(stream), key=lambda entry: (-entry.area, entry.depth), default=None)  # as Pillow chooses
    if best is None or not best.is_png:
        return None
    return png.essentials(spliced(stream, [best.place])).pixels


def _entries(stream: BinaryIO) -> Iterator[Entry]:
    stream.seek(0)
    head = stream.read(_HEAD)
    if not head.startswith(BEGINNING):
        return
    table = stream.read(_ENTRY * int.from_bytes(head[4:], "little"))
    for at in range(0, len(table) - _ENTRY + 1, _ENTRY):
        width, height, colours, _, _, bits, length, start = struct.unpack("<4B2H2I", table[at : at + _ENTRY])
        depth = bits or (colours and math.ceil(math.log2(colours))) or 256
        is_png, size = _picture(stream, start)
        yield Entry((width or 256) * (height or 256), depth, range(start, start + length), is_png, size)


def _picture(stream: BinaryIO, start: int) -> tuple[bool, tuple[int, int]]:
    """Whether a picture is a PNG, and its size."""
    stream.seek(start)
    head = stream.read(24).ljust(24, b"\0")
    is_png = head.startswith(png.SIGNATURE)
    width, height = struct.unpack(">II", head[16:]) if is_png else struct.unpack("<ii", head[4:12])
    return is_png, (abs(width), abs(height))
