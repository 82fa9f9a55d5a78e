"""WebP: the chunks that make the pixels, and those that say how they are meant (RFC 9649)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

from nst_core.images.essentials import MOST_BYTES, Essentials, limited, size_of
from nst_core.images.spliced import Part, spliced

_HEAD, _CHUNK_HEAD = 12, 8  # bytes
_OF_PIXELS = {b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF"}
_TOLD = {b"ICCP": "icc_profile", b"EXIF": "exif"}
_FLAGS_OF_PIXELS = 0b010010  # animation and opacity; the others say that chunks follow which are left out


def essentials(stream: BinaryIO) -> Essentials:
    """A WebP without XMP, unknown chunks and whatever else isn't its pixels or how they look."""
    parts, info = list[Part](), dict[str, bytes]()
    for name, place in limited(_chunks(stream)):
        if name == b"VP8X":
            stream.seek(place.start)
            header = bytearray(stream.read(len(place)))
            header[_CHUNK_HEAD : _CHUNK_HEAD + 1] = bytes([header[_CHUNK_HEAD] & _FLAGS_OF_PIXELS])
            parts.append(bytes(header))
        elif name in _OF_PIXELS:
            parts.append(place)
        elif name in _TOLD and _TOLD[name] not in info and len(place) <= MOST_BYTES:
            stream.seek(place.start + _CHUNK_HEAD)
            info[_TOLD[name]] = stream.read(len(place) - _CHUNK_HEAD)
    if info.get("icc_profile", b"")[36:40] != b"acsp":
        info.pop("icc_profile", None)
    head = b"RIFF" + struct.pack("<I", 4 + sum(map(len, parts))) + b"WEBP"
    return Essentials(spliced(stream, [head, *parts]), info)


def _chunks(stream: BinaryIO) -> Iterator[tuple[bytes, range]]:
    """Names, and ranges of name, length and data; the last one may be cut off."""
    position, end = _HEAD, size_of(stream)
    while position + _CHUNK_HEAD < end:
        stream.seek(position)
        name, length = struct.unpack("<4sI", stream.read(_CHUNK_HEAD))
        place = range(position, min(position + _CHUNK_HEAD + length + length % 2, end))
        yield name, place
        position = place.stop
