"""GIF: the blocks up to the first picture that say how it looks; Pillow reads comments in quadratic time (GIF 89a)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from nst_core.images.essentials import Essentials, limited, size_of
from nst_core.images.spliced import Part, spliced

BEGINNING = b"GIF8"
_HEAD = 13  # bytes: signature and logical screen
_EXTENSION, _CONTROL = b"!", 0xF9


def essentials(stream: BinaryIO) -> Essentials:
    """A GIF from which all is left out in front of its first picture that isn't a palette or about that picture."""
    stream.seek(0)
    head = stream.read(_HEAD)
    start = _HEAD + _length_of_palette(head)
    parts = list[Part]([range(start)])
    for label, place in limited(_extensions(stream, start)):
        start = place.stop
        if label == _CONTROL:
            parts.append(place)
    return Essentials(spliced(stream, [*parts, range(start, size_of(stream))]))


def _length_of_palette(head: bytes) -> int:
    flags = head[10] if len(head) == _HEAD else 0
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _extensions(stream: BinaryIO, position: int) -> Iterator[tuple[int | None, range]]:
    """Each block of data of the extensions there: the label where one begins and ends with it, and what it takes."""
    stream.seek(position)
    while stream.read(1) == _EXTENSION:
        label, start = stream.read(1), position
        position += 2
        while label and (length := stream.read(1)):
            position += 1 + length[0]
            if not length[0]:
                break
            yield None, range(start, position)
            stream.seek(position)
        yield (label[0] if label else None), range(start, position)
