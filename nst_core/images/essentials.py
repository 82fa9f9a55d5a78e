"""What of a picture file makes its pixels, kept apart from what is only told beside them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import IO, Any, BinaryIO

MOST_BYTES = 4_000_000  # of a profile, of EXIF data and the like: the largest profiles of printers have so many


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
