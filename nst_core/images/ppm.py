"""PPM and its kin: a head of words, between which any spaces and comments may stand, and levels up to any number.

Pillow reads such heads byte by byte, and levels that aren't the usual ones number by number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from io import SEEK_CUR, SEEK_END, BufferedReader, RawIOBase
from typing import Any, BinaryIO

import numpy as np

from nst_core.images.essentials import Essentials, size_of
from nst_core.images.vips import Levels

BEGINNINGS = (*(b"P%d" % number for number in range(1, 7)), b"Pf", b"PF")
GREY, COLOUR = b"P5", b"P6"  # those whose levels are numbers of one byte or two
_MOST_HEAD = 65_536  # bytes
_WITHOUT_LEVELS = (b"P1", b"P4")  # of black and white
_COMMENT = re.compile(rb"#[^\r\n]*")
_HEAD = re.compile(rb"\s*(?:#[^\r\n]*[\r\n]\s*)*(\S+)")  # a word, and what is before it


def essentials(stream: BinaryIO) -> Essentials:
    """The picture, of levels that Pillow reads quickly; `ValueError` for a head that is far too long, or has no end."""
    stream.seek(0)
    head = stream.read(_MOST_HEAD)
    stream.seek(0)
    words = 3 if head.startswith(_WITHOUT_LEVELS) else 4
    if len(_COMMENT.sub(b"", head).split(None, words)) < words:
        raise ValueError("a head without an end")
    if not head.startswith((GREY, COLOUR)):
        return Essentials(stream)
    kind, width, height, white, start = _words(head)
    wanted = 65_535 if kind == GREY and white > 255 else 255
    if white == wanted or not 0 < white < 65_536:  # Pillow says what is wrong with it
        return Essentials(stream)
    usual = b"%s %d %d %d\n" % (kind, width, height, wanted)
    return Essentials(BufferedReader(_Scaled(stream, usual, _Levels(start, white, wanted))))


def _words(head: bytes) -> tuple[bytes, int, int, int, int]:
    """The kind, width, height and white of a head, and where the pixels begin."""
    found, position = list[bytes](), 0
    while len(found) < 4 and (word := _HEAD.match(head, position)):
        found.append(word[1])
        position = word.end()
    return found[0], int(found[1]), int(found[2]), int(found[3]), position + 1


@dataclass(frozen=True)
class _Levels:
    """Where levels lie in a file, and what white is there, and shall be."""

    start: int
    white: int
    wanted: int

    @property
    def read(self) -> Any:
        """How a level lies in the file, for numpy."""
        return np.dtype(">u2" if self.white > 255 else "u1")

    @property
    def written(self) -> Any:
        """How it shall lie."""
        return np.dtype(">u2" if self.wanted > 255 else "u1")

    @cached_property
    def table(self) -> Levels:
        """What becomes of each level that can be read."""
        levels = np.arange(1 << 8 * self.read.itemsize) / self.white * self.wanted
        table: Levels = np.minimum(np.rint(levels), self.wanted).astype(self.written)
        return table

    def scaled(self, data: bytes) -> bytes:
        """What is read, as it shall be."""
        return bytes(self.table[np.frombuffer(data, self.read)].tobytes())


class _Scaled(RawIOBase):
    """A file as if its head were another one, and its levels scaled."""

    def __init__(self, stream: BinaryIO, head: bytes, levels: _Levels) -> None:
        self._stream, self._head, self._levels, self._position = stream, head, levels, 0
        self._size = len(head) + (size_of(stream) - levels.start) // levels.read.itemsize * levels.written.itemsize

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        self._position = max(0, {SEEK_CUR: self._position, SEEK_END: self._size}.get(whence, 0) + offset)
        return self._position

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed's name for it is private
        data = self._head[self._position : self._position + len(buffer)] or self._scaled(len(buffer))
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)

    def _scaled(self, length: int) -> bytes:
        """What is at the position, behind the head; it may lie within a level."""
        wide, narrow = self._levels.written.itemsize, self._levels.read.itemsize
        first, inside = divmod(self._position - len(self._head), wide)
        count = -(-(inside + length) // wide)
        self._stream.seek(self._levels.start + first * narrow)
        data = self._stream.read(count * narrow)
        return self._levels.scaled(data[: len(data) // narrow * narrow])[inside : inside + length]
