"""A file as if parts of it were missing and others put in, without a copy of it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from io import SEEK_CUR, SEEK_END, BufferedReader, RawIOBase
from itertools import accumulate
from typing import IO, BinaryIO

Part = range | bytes  # positions in the file, or what is put in


def spliced(stream: IO[bytes], parts: Sequence[Part]) -> BinaryIO:
    """A file to read that consists of `parts`, one after the other: ranges of `stream`, and bytes of one's own."""
    return BufferedReader(_Spliced(stream, parts))


class _Spliced(RawIOBase):
    def __init__(self, stream: IO[bytes], parts: Sequence[Part]) -> None:
        self._stream, self._parts, self._position = stream, parts, 0
        self._ends = list(accumulate(map(len, parts)))

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        start = {SEEK_CUR: self._position, SEEK_END: self._ends[-1] if self._ends else 0}.get(whence, 0)
        self._position = max(0, start + offset)
        return self._position

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed's name for it is private
        place = bisect_right(self._ends, self._position)
        if place == len(self._parts):
            return 0
        part = self._parts[place]
        inside = part[len(part) - (self._ends[place] - self._position) :][: len(buffer)]
        data = inside if isinstance(inside, bytes) else self._read(inside)
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)

    def _read(self, place: range) -> bytes:
        self._stream.seek(place.start)
        return self._stream.read(len(place))
