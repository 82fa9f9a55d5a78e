"""What of a picture file makes its pixels, kept apart from what is only told beside them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any, BinaryIO, TypeVar

MOST_BYTES = 4_000_000  # of a profile, of EXIF data and the like: the largest profiles of printers have so many

MOST_PARTS = 100_000  # of a file: chunks of 8 KB, as is usual, make 800 MB

T = TypeVar("T")


@dataclass(frozen=True)
class Essentials:
    """A picture file without what a decoder could stumble over though no pixel needs it."""

    pixels: BinaryIO
    info: dict[str, Any] = field(
        default_factory=dict
    )  # "exif" and "icc_profile" as Pillow has them, where there are some


def size_of(stream: IO[bytes]) -> int:
    """How many bytes a file has."""
    return stream.seek(0, 2)


def limited(parts: Iterator[T]) -> Iterator[T]:
    """The parts of a file; `ValueError` for one that is made of so many that it would take long."""
    for number, part in enumerate(parts):
        if number >= MOST_PARTS:
            raise ValueError(f"a file of more than {MOST_PARTS} parts")
        yield part
