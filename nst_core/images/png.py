"""PNG: the chunks that make the pixels, and those that say how they are meant (PNG specification, third edition)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from nst_core.images.colour_codes import profile_of_codes, profile_of_gamma
from nst_core.images.essentials import MOST_BYTES, Essentials, limited, size_of
from nst_core.images.spliced import spliced

SIGNATURE = b"\x89PNG\r\n\x1a\n"
GREY, RGB, PALETTE = b"\0", b"\2", b"\3"  # colour types that a tRNS chunk may belong to
_PER_UNIT = 100_000  # gAMA and cHRM are whole numbers of so many parts


@dataclass(frozen=True)
class Chunk:
    """Where a chunk lies: the range of its length, name, data and checksum."""

    name: bytes
    place: range

    def read(self, stream: BinaryIO) -> bytes | None:
        """Its data; None where the checksum is wrong, and for what is far too long to be of use."""
        if len(self.place) > MOST_BYTES:
            return None
        stream.seek(self.place.start + 4)
        content = stream.read(len(self.place) - 8)
        return content[4:] if stream.read(4) == struct.pack(">I", zlib.crc32(content)) else None


def essentials(stream: BinaryIO) -> Essentials:
    """A PNG without text, time, resolution, animation and whatever else isn't its pixels or how they look.

    What can't be understood of the chunks in between is left out one by one: browsers do likewise.
    """
    parts, told = [range(len(SIGNATURE))], dict[bytes, bytes]()
    colour_type, pixels_began = b"", False
    for chunk in limited(chunks(stream)):
        if chunk.name == b"IHDR":
            colour_type = (chunk.read(stream) or b"")[9:10]
        pixels_began |= chunk.name == b"IDAT"
        if chunk.name in TOLD and not (pixels_began and chunk.name in OF_COLOURS):
            told.setdefault(chunk.name, chunk.read(stream) or b"")
        elif _makes_pixels(chunk, colour_type, stream):
            parts.append(chunk.place)
    info = {"exif": told.get(b"eXIf"), "icc_profile": _profile(told)}
    return Essentials(spliced(stream, parts), {name: value for name, value in info.items() if value})


def chunks(stream: BinaryIO) -> Iterator[Chunk]:
    """The chunks of a PNG, the last one maybe cut off; what comes behind nonsense isn't looked for."""
    position, end = len(SIGNATURE), size_of(stream)
    while position + 8 <= end:
        stream.seek(position)
        length, name = struct.unpack(">I4s", stream.read(8))
        if not name.isalpha():
            return
        chunk = Chunk(name, range(position, min(position + 12 + length, end)))
        yield chunk
        if name == b"IEND":
            return
        position = chunk.place.stop


def _makes_pixels(chunk: Chunk, colour_type: bytes, stream: BinaryIO) -> bool:
    if chunk.name == b"PLTE":
        return colour_type == PALETTE  # in any other picture it is a proposal
    if chunk.name == b"tRNS":
        size = len(chunk.read(stream) or b"")
        return 0 < size <= 256 if colour_type == PALETTE else size == {GREY: 2, RGB: 6}.get(colour_type)
    return chunk.name in (b"IHDR", b"IDAT", b"IEND")


def _profile(told: dict[bytes, bytes]) -> bytes | None:
    """An ICC profile for what the chunks say of the colours, if they aren't sRGB: the first that is sound counts."""
    for name, profile_of in OF_COLOURS.items():
        if profile_of and name in told and (profile := profile_of(told[name])) is not None:
            return profile
    return profile_of_gamma(*_gamma(told))


def _of_codes(data: bytes) -> bytes | None:
    """Of cICP; RGB of full range alone can be in a PNG."""
    return profile_of_codes(data[0], data[1]) if len(data) == 4 and data[2:] == b"\0\1" else None


def _of_icc(data: bytes) -> bytes | None:
    """Of iCCP: a name, the method, the packed profile."""
    packed = data.partition(b"\0")[2]
    try:
        unpacked = zlib.decompressobj().decompress(packed[1:], MOST_BYTES)
    except zlib.error:
        return None
    return unpacked if unpacked[36:40] == b"acsp" else None


def _of_srgb(data: bytes) -> bytes | None:
    """Of sRGB: one of four rendering intents, and no profile is needed."""
    return b"" if len(data) == 1 and data[0] < 4 else None


def _gamma(told: dict[bytes, bytes]) -> tuple[float | None, tuple[float, ...] | None]:
    """What gAMA and cHRM say, in their own order: white, red, green, blue."""
    gamma, chromaticities = told.get(b"gAMA", b""), told.get(b"cHRM", b"")
    exponent = struct.unpack(">I", gamma)[0] / _PER_UNIT if len(gamma) == 4 else None
    if len(chromaticities) != 32:
        return exponent, None
    return exponent, tuple(value / _PER_UNIT for value in struct.unpack(">8I", chromaticities))


# In the order in which they count (section 4.3). The last two count together.
OF_COLOURS: dict[bytes, Callable[[bytes], bytes | None] | None] = {
    b"cICP": _of_codes,
    b"iCCP": _of_icc,
    b"sRGB": _of_srgb,
    b"gAMA": None,
    b"cHRM": None,
}
TOLD = {b"eXIf", *OF_COLOURS}
