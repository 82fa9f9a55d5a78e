"""How much memory it takes to decode a picture, told before it is decoded, and whether there is so much."""

from __future__ import annotations

import math

from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile
from PIL.TiffImagePlugin import TiffImageFile

from nst_core.device.memory import free_memory
from nst_core.errors import InputError
from nst_core.images import jpeg
from nst_core.images.modes import orientation_of

# Bytes a pixel that Pillow keeps a picture in, by its mode; 4 in all others
_KEPT = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2, "I;16L": 2, "I;16N": 2}
# Bytes a pixel that a decoder takes beside that at the most, by the name of the format: measured of Pillow 12.3. WebP's
# keeps two canvases for an animation, also of one picture; TIFF's a strip or tile, which may be all of it.
_BESIDE = {"WEBP": 15, "AVIF": 10, "HEIF": 8, "TIFF": 8, "GIF": 1, "BMP": 3}
_BESIDE_A_CHANNEL = {"JPEG2000": 6}
_TILE = 322, 323  # TIFF's tags of a tile's width and length
_COEFFICIENTS = 6  # bytes a pixel: libjpeg keeps those of a JPEG of several scans, two bytes each
_CONVERTED = 4  # bytes a pixel of "RGB" and "RGBA" alike
_ANYWAY = 64_000_000  # bytes: a band of lines that is converted, the tables of a profile and of a decoder


def needed(image: Image.Image, shrink: int = 1) -> int:
    """The bytes, at the most, that it takes to decode a picture and convert it into one with sides of 1/`shrink`."""
    pixels, converted = math.prod(image.size), _CONVERTED / shrink**2
    if orientation_of(image) > 1:
        converted *= 2  # it is turned
    return _ANYWAY + _of_tile(image) + math.ceil(pixels * (_KEPT.get(image.mode, 4) + _beside(image) + converted))


def check_memory(image: Image.Image, name: str, shrink: int = 1, most_bytes: int | None = None) -> None:
    """Raise `InputError` for a picture that takes more memory than is free, or than `most_bytes`."""
    room = free_memory() if most_bytes is None else min(most_bytes, free_memory())
    wanted = needed(image, shrink)
    if wanted > room:
        sizes = {"width": image.width, "height": image.height, "needed": _gigabytes(wanted), "room": _gigabytes(room)}
        raise InputError(
            "{name} of {width}x{height} pixels takes {needed} GB of memory to decode, and {room} GB can be had for it: "
            "scale it down first, or save it as JPEG".format(name=name, **sizes),
            "too_heavy",
            **sizes,
        )


def _beside(image: Image.Image) -> float:
    if isinstance(image, JpegImageFile):
        reduced = image.decoderconfig[0] if image.decoderconfig else 1
        return 0 if image.fp and jpeg.is_lean(image.fp) else _COEFFICIENTS * reduced**2
    kind = image.format or ""
    return _BESIDE.get(kind, 0) + _BESIDE_A_CHANNEL.get(kind, 0) * len(image.getbands())


def _of_tile(image: Image.Image) -> int:
    """The bytes of a tile of a TIFF: it may be far larger than the picture."""
    if not isinstance(image, TiffImageFile):
        return 0
    sides = [image.tag_v2.get(tag) for tag in _TILE]
    return _BESIDE["TIFF"] * math.prod(side for side in sides if isinstance(side, int))


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:.1f}"
