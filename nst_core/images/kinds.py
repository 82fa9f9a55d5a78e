"""What a file is that can't be read, by its first bytes: a person knows then what to do."""

from __future__ import annotations

from typing import BinaryIO

from nst_core.errors import InputError
from nst_core.images import tiff

_HEAD = 64
# What begins so: (position, bytes), and what people call it. Pictures, and what is taken for one.
_KINDS = (
    (0, b"8BPS", "PSD"),
    (0, b"\xff\x0a", "JPEG XL"),
    (0, b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL"),
    (4, b"ftypcrx", "CR3"),
    (0, b"FUJIFILMCCD-RAW", "RAF"),
    (0, b"IIRO", "ORF"),
    (0, b"IIU\0", "RW2"),
    (0, b"FOVb", "X3F"),
    (0, b"gimp xcf", "XCF"),
    (0, b"%PDF-", "PDF"),
    (0, b"\x76\x2f\x31\x01", "OpenEXR"),
    (0, b"#?RADIANCE", "HDR"),
    (0, b"<svg", "SVG"),
    (0, b"<?xml", "SVG"),
    *((4, b"ftyp" + brand, "MP4") for brand in (b"isom", b"iso2", b"mp4", b"avc1", b"M4V", b"qt  ", b"3gp")),
)
# What pictures begin with that can be read where they are sound
_SIGNATURES = (
    (0, b"\x89PNG\r\n"),
    (0, b"\xff\xd8\xff"),
    (0, b"GIF8"),
    (8, b"WEBPVP8"),
    (4, b"ftyp"),
    (0, b"II*\0"),
    (0, b"MM\0*"),
)


def refusal(stream: BinaryIO, name: str) -> InputError:
    """Why a file that no decoder takes can't be read."""
    stream.seek(0)
    head = stream.read(_HEAD)
    if not head:
        return InputError(f"{name} is empty (0 bytes); save or download it again", "empty")
    if layout := tiff.rare_layout(stream):
        return InputError(
            f"{name} is a TIFF of {layout}, which can't be read here; save it with 8 bits a channel, or as PNG",
            "tiff",
            layout=layout,
        )
    for start, beginning, kind in _KINDS:
        if head.lstrip(b"\xef\xbb\xbf \t\r\n")[start:].startswith(beginning):
            return refusal_of_kind(name, kind)
    if any(head[start:].startswith(beginning) for start, beginning in _SIGNATURES):
        return damage(name)
    return InputError(
        f"{name} isn't a picture that can be read; use JPEG, PNG, WebP, TIFF, GIF, BMP or AVIF", "no_picture"
    )


def damage(name: str) -> InputError:
    """Why a picture can't be read of which something is missing or wrong."""
    return InputError(f"{name} is damaged or cut off; save or download it again", "damaged")


def refusal_of_kind(name: str, kind: str) -> InputError:
    """Why a file can't be read that is called a `kind`."""
    return InputError(
        f"{name} is a file of the kind {kind}, which can't be read here; export it as JPEG or PNG",
        "not_read",
        kind=kind,
    )
