"""JPEG: the segments that make the pixels, those that say how they are meant, and whether all pixels are there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import IO

from PIL.JpegImagePlugin import JpegImageFile

from nst_core.images.essentials import MOST_BYTES, Essentials, limited, size_of
from nst_core.images.spliced import Part, spliced

BEGINNING, END = b"\xff\xd8", b"\xff\xd9"
_APP0, _APP1, _APP2, _APP14, _APP15, _COMMENT = 0xE0, 0xE1, 0xE2, 0xEE, 0xEF, 0xFE
_SCAN, _END = 0xDA, 0xD9
_BARE = {0x01, *range(0xD0, 0xDA)}  # markers without a length
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}  # a frame's header; the rest are tables
_USUAL = {0xC0, 0xC1, 0xC2, 0xC9, 0xCA}  # baseline, extended, progressive; both by arithmetic coding
_IN_LINES = (0xC0, 0xC1, 0xC9)  # those whose scan may hold all channels
_PROGRESSIVE, _ARITHMETIC = 0xC2, {0xC9, 0xCA, 0xCB}
_EXIF, _ICC = b"Exif\0\0", b"ICC_PROFILE\0"
MOST_SCANS = 100  # of a progressive one, which has about ten: each takes a pass over all of its pixels
_USUAL_SCANS = 12
MOST_PASSES = 1_000_000_000  # pixels of all of its scans: libjpeg takes some three seconds for so many
_FEW, _BLOCK = 64, 1 << 16  # bytes that are searched at once: at first, as the next marker is usually near, and then
_ANYWHERE = re.compile(rb"\xff[^\x00\xff]")
_IN_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # there, 0 tells that a 0xFF is data; D0 to D7 are restarts
# Bits that any Huffman table takes for pixels sooner or later, also where a restart is awaited, whichever it is
_RANDOM = Random(0)
_NOISE = b"".join(bytes([*_RANDOM.choices(range(255), k=256), 0xFF, 0xD0 + n]) for n in range(8))


@dataclass(frozen=True)
class Segment:
    """Where a segment lies: the range of its marker, length and data."""

    marker: int
    place: range

    def read(self, stream: IO[bytes]) -> bytes:
        """Its data."""
        stream.seek(self.place.start + 4)
        return stream.read(len(self.place) - 4)


def essentials(stream: IO[bytes]) -> Essentials:
    """A JPEG without comments, thumbnails, XMP, further pictures and whatever else isn't its pixels or how they look.

    It ends properly in any case: `is_whole` tells whether all pixels are there.
    """
    before, profile, exif = list[Part](), dict[int, bytes](), b""
    start = 2
    for segment in limited(_segments(stream)):
        start = segment.place.start
        if segment.marker in (_SCAN, _END):
            break
        start = segment.place.stop
        if segment.marker == _APP1 and not exif:
            exif = _behind(_EXIF, segment, stream)
        elif segment.marker == _APP2 and (part := _behind(_ICC, segment, stream)):
            profile.setdefault(part[0], part[1:])
        if _makes_pixels(segment, stream):
            before.append(segment.place)
    parts = [BEGINNING, *before, range(start, size_of(stream)), END]
    told = {"exif": exif and _EXIF + exif, "icc_profile": _joined(profile)}
    return Essentials(spliced(stream, parts), {name: value for name, value in told.items() if value})


def rare_kind(stream: IO[bytes]) -> str:
    """What to call a JPEG that no decoder here is made for; nothing for any other."""
    for segment in limited(_segments(stream)):
        if segment.marker in _FRAMES:
            bits = (segment.read(stream) or b"\x08")[0]
            return "" if segment.marker in _USUAL and bits == 8 else f"JPEG, {bits} bits, process {segment.marker & 15}"
    return ""


def is_lean(stream: IO[bytes]) -> bool:
    """Whether a JPEG is decoded line by line: one of several scans is kept as coefficients, larger than its pixels."""
    segments = {segment.marker: segment for segment in limited(_segments(stream))}
    frame, scan = next((segments[each] for each in _IN_LINES if each in segments), None), segments.get(_SCAN)
    return bool(frame and scan and frame.read(stream)[5:6] == scan.read(stream)[:1])


def is_whole(stream: IO[bytes]) -> bool:
    """Whether a JPEG, as `essentials` has it, holds all of its pixels, but for details of the last block of 8x8.

    libjpeg makes grey of what is missing, and tells only its caller, Pillow, which doesn't pass it on. Here pixels are
    put behind the last one: where they show, there was room for them. It is quick, for a part of the size is enough.
    """
    segments = list(limited(_segments(stream)))
    kinds = {segment.marker for segment in segments}
    scans = sum(segment.marker == _SCAN for segment in segments)
    if scans > MOST_SCANS or (scans > _USUAL_SCANS and scans * _pixels(segments, stream) > MOST_PASSES):
        return False
    if kinds & _ARITHMETIC:
        return True  # zeros may be left out at its end
    end = segments[-1].place.start if _END in kinds else size_of(stream)
    # The last scans of a progressive one refine details, which an eighth of the size doesn't show.
    shrink = 2 if _PROGRESSIVE in kinds else 8
    try:
        as_is, lengthened = (_small(spliced(stream, [range(end), more, END]), shrink) for more in (b"", _NOISE))
        return as_is == lengthened and (_PROGRESSIVE not in kinds or _is_refined(segments, stream))
    except (OSError, ValueError):  # cut off amidst the header of a scan
        return False


def _is_refined(segments: Sequence[Segment], stream: IO[bytes]) -> bool:
    """Whether the scans of a progressive JPEG bring each coefficient of each channel, down to its last bit."""
    frame = next(segment for segment in segments if segment.marker == _PROGRESSIVE).read(stream)
    missing = {(channel, place): -1 for channel in frame[6::3] for place in range(64)}
    for scan in (segment.read(stream) for segment in segments if segment.marker == _SCAN):
        first, last, bits = scan[-3:]  # ITU-T T.81, B.2.3
        missing |= {(channel, place): bits & 15 for channel in scan[1:-3:2] for place in range(first, last + 1)}
    return not any(missing.values())


def _pixels(segments: Sequence[Segment], stream: IO[bytes]) -> int:
    """How many pixels the frame has, by its header (ITU-T T.81, B.2.2)."""
    frame = next((segment.read(stream) for segment in segments if segment.marker in _FRAMES), b"")
    return int.from_bytes(frame[1:3], "big") * int.from_bytes(frame[3:5], "big")


def _small(stream: IO[bytes], shrink: int) -> bytes:
    with JpegImageFile(stream) as image:
        image.draft(image.mode, (max(1, image.width // shrink), max(1, image.height // shrink)))
        return image.tobytes()


def _segments(stream: IO[bytes]) -> Iterator[Segment]:
    """All of them up to the end of the first picture; what a scan holds beside its header is passed over."""
    position, size, pattern = 2, size_of(stream), _ANYWHERE
    while found := _next_marker(stream, position, size, pattern):
        if found.marker == _END:
            yield found
            return
        position = _behind_marker(stream, found)
        yield Segment(found.marker, range(found.place.stop - 2, min(position, size)))
        if found.marker == _SCAN:
            pattern = _IN_SCAN


def _next_marker(stream: IO[bytes], position: int, size: int, pattern: re.Pattern[bytes]) -> Segment | None:
    """The next marker alone, with what fills the room before it; other bytes are passed over, as libjpeg does."""
    length = _FEW
    while position + 1 < size:
        stream.seek(position)
        block, length = stream.read(length), _BLOCK
        if found := pattern.search(block):
            start = len(block[: found.start()].rstrip(b"\xff"))
            return Segment(found.group()[1], range(position + start, position + found.end()))
        position += len(block) - 1
    return None


def _behind_marker(stream: IO[bytes], found: Segment) -> int:
    """Where what comes after a segment begins."""
    if found.marker in _BARE:
        return found.place.stop
    stream.seek(found.place.stop)
    return found.place.stop + max(2, int.from_bytes(stream.read(2), "big"))


def _behind(name: bytes, segment: Segment, stream: IO[bytes]) -> bytes:
    """The data of a segment behind its `name`; nothing for one of another name."""
    data = segment.read(stream)
    return data[len(name) :] if data.startswith(name) else b""


def _makes_pixels(segment: Segment, stream: IO[bytes]) -> bool:
    """Whether a decoder needs it: of what applications store, JFIF and Adobe say what the channels are."""
    if segment.marker == _APP0:
        return len(segment.place) >= 16 and segment.read(stream).startswith(b"JFIF\0")
    if segment.marker == _APP14:
        return len(segment.place) >= 16 and segment.read(stream).startswith(b"Adobe")
    return not (_APP0 <= segment.marker <= _APP15 or segment.marker == _COMMENT or segment.marker in _BARE)


def _joined(parts: dict[int, bytes]) -> bytes:
    """An ICC profile by its parts, from 1, each with their number in front (ICC.1:2022, annex B.4)."""
    wanted = range(1, len(parts) + 1)
    if sorted(parts) != list(wanted) or any(parts[n][:1] != bytes([len(parts)]) for n in wanted):
        return b""
    profile = b"".join(parts[n][1:] for n in wanted)
    return profile if len(profile) <= MOST_BYTES and profile[36:40] == b"acsp" else b""
