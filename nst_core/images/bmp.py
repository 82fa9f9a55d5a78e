"""BMP: the colour profile that a header of version 5 may have, which Pillow doesn't look for."""

from __future__ import annotations

import struct
from typing import BinaryIO

from nst_core.images.essentials import MOST_BYTES, Essentials

BEGINNING = b"BM"
_FILE_HEADER, _VERSION_5 = 14, 124  # bytes
_EMBEDDED = b"DEBM"  # "MBED", as a number of the other byte order


def essentials(stream: BinaryIO) -> Essentials:
    """A BMP, and its profile if it has one that is sound (BITMAPV5HEADER)."""
    header = stream.read(_FILE_HEADER + _VERSION_5)[_FILE_HEADER:]
    stream.seek(0)
    if len(header) < _VERSION_5 or header[:4] != struct.pack("<I", _VERSION_5) or header[56:60] != _EMBEDDED:
        return Essentials(stream)
    start, size = struct.unpack("<II", header[112:120])
    stream.seek(_FILE_HEADER + start)
    profile = stream.read(size) if size <= MOST_BYTES else b""
    stream.seek(0)
    return Essentials(stream, {"icc_profile": profile} if profile[36:40] == b"acsp" else {})
